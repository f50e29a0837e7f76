/* What scripts print is masked like everything else. */
#include <lauxlib.h>
#include <lualib.h>
#include "host/state.h"
#include "modules/log.h"

static int failed(lua_State *L) {
    return luaL_fileresult(L, 0, NULL);
}

static int masked_print(lua_State *L) {
    int n = lua_gettop(L);
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (int i = 1; i <= n; i++) {
        if (i > 1) {
            luaL_addchar(&b, '\t');
        }
        (void)luaL_tolstring(L, i, NULL);
        luaL_addvalue(&b);
    }
    luaL_addchar(&b, '\n');
    luaL_pushresult(&b);
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    if (!log_write(stdout, text, length)) {
        return luaL_error(L, "print: cannot write to standard output");
    }
    return 0;
}

/* file:write(...): masked on stdout and stderr, the original elsewhere. Upvalue 1: the original. */
static int masked_method(lua_State *L) {
    const luaL_Stream *s = luaL_checkudata(L, 1, LUA_FILEHANDLE);
    int n = lua_gettop(L);
    if (!s->closef || (s->f != stdout && s->f != stderr)) {
        lua_pushvalue(L, lua_upvalueindex(1));
        lua_insert(L, 1);
        lua_call(L, n, LUA_MULTRET);
        return lua_gettop(L);
    }
    for (int i = 2; i <= n; i++) {
        size_t length;
        const char *text = luaL_checklstring(L, i, &length);
        if (!log_write(s->f, text, length)) {
            return failed(L);
        }
    }
    lua_settop(L, 1);
    return 1;
}

/* io.write(...): the default output's method. */
static int masked_io_write(lua_State *L) {
    int n = lua_gettop(L);
    lua_getglobal(L, "io");
    lua_getfield(L, -1, "output");
    lua_call(L, 0, 1);
    lua_getfield(L, -1, "write");
    lua_insert(L, 1);
    lua_insert(L, 2);
    lua_settop(L, n + 2);
    lua_call(L, n + 1, LUA_MULTRET);
    return lua_gettop(L);
}

void output_install(lua_State *L) {
    lua_register(L, "print", masked_print);
    lua_getglobal(L, "io");
    lua_pushcfunction(L, masked_io_write);
    lua_setfield(L, -2, "write");
    lua_pop(L, 1);
    luaL_getmetatable(L, LUA_FILEHANDLE);
    lua_getfield(L, -1, "__index");
    lua_getfield(L, -1, "write");
    lua_pushcclosure(L, masked_method, 1);
    lua_setfield(L, -2, "write");
    lua_pop(L, 2);
}
