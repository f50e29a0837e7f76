/* The prompt's loop, printer and completion are Lua (hosskeep.repl); here is what they need of C.
 */
#include "host/repl.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/interrupt.h"
#include "host/editor.h"
#include "host/run.h"
#include "host/state.h"
#include "modules/bind.h"

static const char completer_key;

/* Owns the line while it becomes a Lua string. */
#define LINE_TYPE "line"

static int line_release(lua_State *L) {
    char **line = luaL_checkudata(L, 1, LINE_TYPE);
    free(*line);
    *line = NULL;
    return 0;
}

/* terminal.read(prompt) -> line; nil, "end" or "interrupted" */
static int terminal_read(lua_State *L) {
    const char *prompt = luaL_checkstring(L, 1);
    char **slot = bind_new_handle(L, sizeof *slot, LINE_TYPE);
    enum editor_result result = editor_read(prompt, slot);
    interrupt_reset();
    if (result == EDITOR_LINE) {
        lua_pushstring(L, *slot);
        free(*slot);
        *slot = NULL;
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, result == EDITOR_INTERRUPTED ? "interrupted" : "end");
    return 2;
}

/* terminal.remember(line): for the arrow keys */
static int terminal_remember(lua_State *L) {
    editor_remember(luaL_checkstring(L, 1));
    return 0;
}

/* terminal.call(f, ...) -> true, results, or false, error. Signals that came meanwhile are
 * forgotten. */
static int terminal_call(lua_State *L) {
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    int status = run_call(L, lua_gettop(L) - 2, LUA_MULTRET);
    state_hook(L);
    interrupt_reset();
    lua_pushboolean(L, status == LUA_OK);
    lua_replace(L, 1);
    return lua_gettop(L);
}

/* terminal.trace() -> traceback of the last error that call() has caught, or nil */
static int terminal_trace(lua_State *L) {
    run_push_trace(L);
    return 1;
}

/* terminal.width() -> columns */
static int terminal_width(lua_State *L) {
    struct winsize size = {0};
    int columns =
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
    lua_pushinteger(L, columns);
    return 1;
}

/* Pushes what the completer returned as an array of strings, protected; 1: light userdata of the
 * request. */
typedef struct completion {
    const char *line;
    size_t cursor;
    const char *word;
    char **list;
    size_t count;
} completion;

static int complete_protected(lua_State *L) {
    completion *c = lua_touserdata(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &completer_key);
    lua_pushlstring(L, c->line, c->cursor);
    lua_pushstring(L, c->word);
    lua_call(L, 2, 1);
    size_t n = lua_istable(L, -1) ? lua_rawlen(L, -1) : 0;
    c->list = n > 0 ? calloc(n, sizeof *c->list) : NULL;
    for (size_t i = 1; c->list && i <= n; i++) {
        if (lua_rawgeti(L, -1, (lua_Integer)i) == LUA_TSTRING) {
            char *copy = strdup(lua_tostring(L, -1));
            c->list[c->count] = copy;
            c->count += copy != NULL;
        }
        lua_pop(L, 1);
    }
    return 0;
}

/* Called from inside the line editor: must not raise. */
static size_t complete(void *user, const char *line, size_t cursor, const char *word, char ***out) {
    lua_State *L = user;
    completion c = {line, cursor, word, NULL, 0};
    if (!lua_checkstack(L, 4)) {
        return 0;
    }
    lua_pushcfunction(L, complete_protected);
    lua_pushlightuserdata(L, &c);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
        lua_pop(L, 1);
    }
    *out = c.list;
    return c.count;
}

/* terminal.completer(f): f(line up to the cursor, word) -> candidates for the word */
static int terminal_completer(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &completer_key);
    editor_complete_with(complete, L);
    return 0;
}

static void push_terminal(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"read", terminal_read},
        {"remember", terminal_remember},
        {"call", terminal_call},
        {"trace", terminal_trace},
        {"width", terminal_width},
        {"completer", terminal_completer},
        {NULL, NULL},
    };
    bind_type(L, LINE_TYPE, none, line_release);
    luaL_newlib(L, functions);
    lua_pushstring(L, editor_open());
    lua_setfield(L, -2, "editor");
    lua_pushboolean(L, editor_interactive());
    lua_setfield(L, -2, "interactive");
    strict_push(L);
    lua_setfield(L, -2, "globals");
}

int repl_open(lua_State *L) {
    push_terminal(L);
    return 1;
}

int repl_run(lua_State *L) {
    lua_getglobal(L, "require");
    lua_pushliteral(L, "hosskeep.repl");
    lua_call(L, 1, 1);
    lua_getfield(L, -1, "run");
    push_terminal(L);
    lua_pushstring(L, state_host(L)->options.archive);
    lua_call(L, 2, 1);
    return run_code(L, -1);
}
