#include "env/env_file.h"

#include <lauxlib.h>
#include <stdlib.h>
#include "modules/bind.h"
#include "modules/modules.h"

#define ENV_TYPE "env file"

static int env_release(lua_State *L) {
    env_free(luaL_checkudata(L, 1, ENV_TYPE));
    return 0;
}

static const char *lookup(const char *name) {
    return getenv(name);
}

static void push_entry(lua_State *L, const env_entry *entry) {
    lua_createtable(L, 0, 3);
    lua_pushstring(L, entry->key);
    lua_setfield(L, -2, "key");
    lua_pushstring(L, entry->value);
    lua_setfield(L, -2, "value");
    lua_pushinteger(L, entry->line);
    lua_setfield(L, -2, "line");
}

/* env.parse(text) -> {KEY=value}, list of {key, value, line}. A key without "=" has no value and is
 * not in the first table. A line that cannot be read raises kind "env", code = its number. */
static int env_parse_text(lua_State *L) {
    size_t n;
    const char *text = luaL_checklstring(L, 1, &n);
    error e = ERROR_INIT;
    env_file *file = bind_new_handle(L, sizeof *file, ENV_TYPE);
    if (env_parse(text, n, lookup, file, &e) != 0) {
        return bind_raise(L, &e);
    }
    lua_createtable(L, 0, (int)file->count);
    lua_createtable(L, (int)file->count, 0);
    for (size_t i = 0; i < file->count; i++) {
        lua_pushstring(L, file->entries[i].value);
        lua_setfield(L, -3, file->entries[i].key);
        push_entry(L, &file->entries[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 2;
}

/* env.replace(text, key, value) -> text with that value and every other byte as it was */
static int env_replace_value(lua_State *L) {
    size_t n;
    const char *text = luaL_checklstring(L, 1, &n);
    const char *key = bind_check_text(L, 2);
    const char *value = bind_check_text(L, 3);
    error e = ERROR_INIT;
    buffer *out = bind_buffer(L, 2 * ENV_MAX_SIZE);
    if (env_replace(text, n, key, value, out, &e) != 0) {
        return bind_raise(L, &e);
    }
    lua_pushlstring(L, out->data ? out->data : "", out->length);
    buffer_free(out);
    return 1;
}

int luaopen_env(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"parse", env_parse_text}, {"replace", env_replace_value}, {NULL, NULL}};
    bind_type(L, ENV_TYPE, none, env_release);
    luaL_newlib(L, functions);
    return 1;
}
