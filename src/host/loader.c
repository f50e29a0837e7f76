#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include "host/embedded.h"
#include "host/repl.h"
#include "host/state.h"
#include "modules/bind.h"

#define EMBEDDED "embedded:"

/* Lua libraries of the system come last, so that a script can use what the distribution packages.
 */
#define LUA_FILES                                                                                  \
    "/usr/local/share/lua/5.4/?.lua;/usr/local/share/lua/5.4/?/init.lua;"                          \
    "/usr/share/lua/5.4/?.lua;/usr/share/lua/5.4/?/init.lua"
#define LUA_OBJECTS                                                                                \
    "/usr/local/lib/lua/5.4/?.so;/usr/lib/" HOSSKEEP_MULTIARCH "/lua/5.4/?.so;/usr/lib/lua/5.4/"   \
    "?.so"

void loader_push_text(lua_State *L, const char *text, size_t n, const char *chunk_name) {
    if (n > 0 && text[0] == '#') { /* "#!": the line stays, empty, for the sake of numbers */
        const char *end = memchr(text, '\n', n);
        n -= (size_t)(end ? end - text : (ptrdiff_t)n);
        text = end ? end : "";
    }
    if (luaL_loadbufferx(L, text, n, chunk_name, "t") != LUA_OK) {
        lua_error(L);
    }
    strict_push(L);
    if (!lua_setupvalue(L, -2, 1)) {
        lua_pop(L, 1);
    }
}

static void push_embedded(lua_State *L, const embedded_script *s) {
    const char *name = lua_pushfstring(L, "=" EMBEDDED "%s", s->name);
    loader_push_text(L, s->text, (size_t)(s->end - s->text), name);
    lua_remove(L, -2);
}

void loader_push_file(lua_State *L, const char *path, bool sticky) {
    error e = ERROR_INIT;
    if (strncmp(path, EMBEDDED, strlen(EMBEDDED)) == 0) {
        const embedded_script *s = embedded_find(path + strlen(EMBEDDED));
        if (!s) {
            luaL_error(L, "no embedded script \"%s\"", path + strlen(EMBEDDED));
            return;
        }
        push_embedded(L, s);
        return;
    }
    buffer *text = bind_buffer(L, SEARCH_TEXT_MAX);
    if (search_read(path, sticky, text, &e) != 0) {
        bind_raise(L, &e);
    }
    const char *name = lua_pushfstring(L, "@%s", path);
    loader_push_text(L, text->data ? text->data : "", text->length, name);
    buffer_free(text);
    lua_replace(L, -3);
    lua_pop(L, 1);
}

/* Pushes path, text or "embedded:name", text; 0 when nothing is found. Only the place when
 * `place_only`. */
static int find(lua_State *L, const char *name, bool place_only) {
    char path[PATH_MAX];
    error e = ERROR_INIT;
    int found = search_find(&state_host(L)->search, name, path, &e);
    if (found < 0) {
        return bind_raise(L, &e);
    }
    if (found == 0) {
        const embedded_script *s = embedded_find(name);
        if (!s) {
            return 0;
        }
        lua_pushfstring(L, EMBEDDED "%s", s->name);
        lua_pushlstring(L, s->text, (size_t)(s->end - s->text));
        return 2;
    }
    lua_pushstring(L, path);
    if (place_only) {
        return 1;
    }
    buffer *text = bind_buffer(L, SEARCH_TEXT_MAX);
    if (search_read(path, false, text, &e) != 0) {
        return bind_raise(L, &e);
    }
    lua_pushlstring(L, text->data ? text->data : "", text->length);
    buffer_free(text);
    lua_remove(L, -2);
    return 2;
}

/* "a.b" -> "a/b.lua" with what follows instead of ".lua"; pushes the string. */
static const char *file_of(lua_State *L, const char *name, const char *suffix) {
    luaL_gsub(L, name, ".", "/");
    lua_pushstring(L, suffix);
    lua_concat(L, 2);
    return lua_tostring(L, -1);
}

bool loader_push_command(lua_State *L, const char *name) {
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(name) || name[0] == '\0') {
        return false;
    }
    const char *file = lua_pushfstring(L, "%s.lua", name);
    if (find(L, file, true) == 0) {
        lua_pop(L, 1);
        return false;
    }
    int place = lua_gettop(L) - (lua_isstring(L, -2) && lua_tostring(L, -2) != file ? 1 : 0);
    loader_push_file(L, lua_tostring(L, place), false);
    return true;
}

/* package.searchers: our folders, then the embedded copy. */
static int searcher(lua_State *L) {
    static const char *const suffixes[] = {".lua", "/init.lua"};
    const char *name = luaL_checkstring(L, 1);
    for (size_t i = 0; i < 2; i++) {
        lua_settop(L, 1);
        if (find(L, file_of(L, name, suffixes[i]), true) > 0) {
            lua_settop(L, 3);
            loader_push_file(L, lua_tostring(L, 3), false);
            lua_pushvalue(L, 3);
            return 2;
        }
    }
    lua_pushfstring(L, "no script \"%s\" on the search path (hosskeep paths)", name);
    return 1;
}

/* ---- hosskeep.* ---- */

/* hosskeep.find(name) -> path or "embedded:NAME", text; nil. NAME: "backup", "backup.lua",
 * "hosskeep.settings" */
static int host_find(lua_State *L) {
    size_t n;
    const char *name = bind_check_text(L, 1);
    (void)lua_tolstring(L, 1, &n);
    if (strstr(name, "..") || name[0] == '/') {
        return luaL_argerror(L, 1, "a name below the search path expected");
    }
    bool complete = n > 4 && strcmp(name + n - 4, ".lua") == 0;
    int found = find(L, complete ? name : file_of(L, name, ".lua"), false);
    return found ? found : (lua_pushnil(L), 1);
}

/* hosskeep.load(file) -> chunk */
static int host_load(lua_State *L) {
    loader_push_file(L, bind_check_text(L, 1), false);
    return 1;
}

/* hosskeep.paths() -> { {path=, origin=, state=, used=bool}, ... } */
static int host_paths(lua_State *L) {
    const search *s = &state_host(L)->search;
    lua_createtable(L, (int)s->count, 0);
    for (size_t i = 0; i < s->count; i++) {
        const search_folder *f = &s->folders[i];
        lua_createtable(L, 0, 4);
        lua_pushstring(L, f->path);
        lua_setfield(L, -2, "path");
        lua_pushstring(L, f->origin);
        lua_setfield(L, -2, "origin");
        lua_pushstring(L, f->state);
        lua_setfield(L, -2, "state");
        lua_pushboolean(L, strcmp(f->state, "used") == 0);
        lua_setfield(L, -2, "used");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* hosskeep.embedded([name]) -> list of names, or the text of one ("backup.lua", "backup"), or nil
 */
static int host_embedded(lua_State *L) {
    if (!lua_isnoneornil(L, 1)) {
        const char *name = bind_check_text(L, 1);
        size_t n = strlen(name);
        bool complete = n > 4 && strcmp(name + n - 4, ".lua") == 0;
        const embedded_script *s = embedded_find(complete ? name : file_of(L, name, ".lua"));
        if (s) {
            lua_pushlstring(L, s->text, (size_t)(s->end - s->text));
        } else {
            lua_pushnil(L);
        }
        return 1;
    }
    lua_createtable(L, (int)embedded_count, 0);
    for (size_t i = 0; i < embedded_count; i++) {
        lua_pushstring(L, embedded_scripts[i].name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* hosskeep.error{kind=, op=, subject=, message=, code=} -> error object, not raised */
static int host_error(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    bind_make_error(L, 1);
    return 1;
}

static void push_options(lua_State *L, const host_options *o) {
    lua_createtable(L, 0, 4);
    lua_pushstring(L, o->script_dir);
    lua_setfield(L, -2, "script_dir");
    lua_pushboolean(L, o->verbose);
    lua_setfield(L, -2, "verbose");
    lua_pushboolean(L, o->quiet);
    lua_setfield(L, -2, "quiet");
    lua_pushstring(L, o->archive);
    lua_setfield(L, -2, "archive");
}

static void push_host(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"find", host_find},         {"load", host_load},   {"paths", host_paths},
        {"embedded", host_embedded}, {"error", host_error}, {NULL, NULL},
    };
    const host *h = state_host(L);
    luaL_newlib(L, functions);
    lua_pushstring(L, HOSSKEEP_VERSION);
    lua_setfield(L, -2, "version");
    lua_pushstring(L, h->executable);
    lua_setfield(L, -2, "executable");
    lua_pushstring(L, h->script);
    lua_setfield(L, -2, "script");
    push_options(L, &h->options);
    lua_setfield(L, -2, "options");
    lua_pushcfunction(L, repl_open);
    lua_setfield(L, -2, "terminal");
}

/* ---- text only ---- */

/* load(chunk[, name[, mode[, env]]]): the mode is always "t". Upvalue 1: Lua's own. */
static int text_load(lua_State *L) {
    int mode =
        lua_tointeger(L, lua_upvalueindex(2)) != 0 ? 2 : 3; /* loadfile(file[, mode[, env]]) */
    if (lua_gettop(L) < mode) {
        lua_settop(L, mode);
    }
    lua_pushliteral(L, "t");
    lua_replace(L, mode);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

static int text_dofile(lua_State *L) {
    const char *file = luaL_checkstring(L, 1);
    if (luaL_loadfilex(L, file, "t") != LUA_OK) {
        return lua_error(L);
    }
    lua_replace(L, 1);
    lua_settop(L, 1);
    lua_call(L, 0, LUA_MULTRET);
    return lua_gettop(L);
}

static void wrap_load(lua_State *L, const char *name, int is_file) {
    lua_getglobal(L, name);
    lua_pushinteger(L, is_file);
    lua_pushcclosure(L, text_load, 2);
    lua_setglobal(L, name);
}

/* os.exit(code): ends the script with its cleanup done; run.c knows the object. */
static int exit_script(lua_State *L) {
    lua_Integer code = lua_isboolean(L, 1) ? !lua_toboolean(L, 1) : luaL_optinteger(L, 1, 0);
    lua_createtable(L, 0, 2);
    lua_pushliteral(L, "exit");
    lua_setfield(L, -2, "kind");
    lua_pushinteger(L, code);
    lua_setfield(L, -2, "exit");
    luaL_setmetatable(L, "exit");
    return lua_error(L);
}

static int exit_tostring(lua_State *L) {
    lua_getfield(L, 1, "exit");
    lua_pushfstring(L, "exit with code %d", (int)lua_tointeger(L, -1));
    return 1;
}

void loader_install(lua_State *L) {
    luaL_newmetatable(L, "exit");
    lua_pushcfunction(L, exit_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_getglobal(L, "os");
    lua_pushcfunction(L, exit_script);
    lua_setfield(L, -2, "exit");
    wrap_load(L, "load", 0);
    wrap_load(L, "loadfile", 1);
    lua_register(L, "dofile", text_dofile);
    push_host(L);
    lua_setglobal(L, "hosskeep");

    lua_getglobal(L, "package");
    lua_pushliteral(L, LUA_FILES);
    lua_setfield(L, -2, "path");
    lua_pushliteral(L, LUA_OBJECTS);
    lua_setfield(L, -2, "cpath");
    lua_getfield(L, -1, "searchers");
    for (lua_Integer i = (lua_Integer)lua_rawlen(L, -1); i >= 2; i--) {
        lua_rawgeti(L, -1, i);
        lua_rawseti(L, -2, i + 1);
    }
    lua_pushcfunction(L, searcher);
    lua_rawseti(L, -2, 2);
    lua_pop(L, 4);
}
