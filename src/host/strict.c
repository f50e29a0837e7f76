/* Scripts get an environment of their own: a copy of the globals, behind which an unknown name
 * raises. Libraries of the system that are required keep the plain globals, which many of them
 * probe. */
#include <lauxlib.h>
#include "host/state.h"
#include "host/suggest.h"

static const char key;

/* Adds " (did you mean ...?)" when a global has nearly that name. The name is at 2. */
static int unknown(lua_State *L, const char *what) {
    suggestion s = {lua_tostring(L, 2), NULL, 0};
    if (!s.word) {
        return luaL_error(L, "%s a global whose name is a %s", what, luaL_typename(L, 2));
    }
    strict_push(L);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            suggest_try(&s, lua_tostring(L, -2));
        }
        lua_pop(L, 1);
    }
    if (s.best) {
        return luaL_error(L, "%s undeclared global \"%s\" (did you mean %s?)", what, s.word,
                          s.best);
    }
    return luaL_error(L, "%s undeclared global \"%s\"", what, s.word);
}

static int strict_index(lua_State *L) {
    lua_pushglobaltable(L);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL) {
        return 1; /* declared later on, with rawset(_G, ...) */
    }
    lua_settop(L, 2);
    return unknown(L, "reading");
}

static int strict_newindex(lua_State *L) {
    return unknown(L, "assigning");
}

void strict_push(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &key);
}

void strict_install(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"__index", strict_index},
        {"__newindex", strict_newindex},
        {NULL, NULL},
    };
    lua_newtable(L);
    lua_pushglobaltable(L);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -5);
    }
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
}
