#include "modules/http_json.h"

#include <lauxlib.h>

/* The json module does it, so that scripts get what json.decode would give them. */
static void push_function(lua_State *L, const char *name) {
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    if (lua_getfield(L, -1, "json") != LUA_TTABLE) {
        luaL_error(L, "the module json is not loaded");
    }
    lua_getfield(L, -1, name);
    lua_replace(L, -3);
    lua_pop(L, 1);
}

void http_push_json(lua_State *L, const char *text, size_t n) {
    luaL_checkstack(L, 6, "json");
    push_function(L, "decode");
    lua_pushlstring(L, text == NULL ? "" : text, n);
    lua_call(L, 1, 1);
}

void http_encode(lua_State *L) {
    luaL_checkstack(L, 6, "json");
    push_function(L, "encode");
    lua_insert(L, -2);
    lua_call(L, 1, 1);
}
