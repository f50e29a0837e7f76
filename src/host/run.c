#include "host/run.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include "base/interrupt.h"
#include "host/host.h"
#include "host/state.h"
#include "modules/bind.h"
#include "modules/log.h"

static const char trace_key;

/* The trace belongs to the error object once it has one; strings leave it in the registry. */
static int handler(lua_State *L) {
    luaL_traceback(L, L, NULL, 1);
    if (bind_is_error(L, 1, NULL)) {
        lua_pushliteral(L, "trace");
        if (lua_rawget(L, 1) == LUA_TNIL) {
            lua_pop(L, 1);
            lua_pushliteral(L, "trace");
            lua_pushvalue(L, 2);
            lua_rawset(L, 1);
        } else {
            lua_replace(L, 2);
        }
    }
    lua_settop(L, 2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &trace_key);
    return 1;
}

void run_push_trace(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &trace_key);
}

int run_call(lua_State *L, int n, int results) {
    int base = lua_gettop(L) - n;
    lua_pushcfunction(L, handler);
    lua_insert(L, base);
    int status = lua_pcall(L, n, results, base);
    lua_remove(L, base);
    return status;
}

/* The number in a field of the error object at 1, or -1. */
static lua_Integer field(lua_State *L, const char *name) {
    lua_Integer value = -1;
    int fine = 0;
    if (lua_istable(L, 1)) {
        lua_getfield(L, 1, name);
        value = lua_tointegerx(L, -1, &fine);
        lua_pop(L, 1);
    }
    return fine ? value : -1;
}

static int clamp(lua_Integer code) {
    return code >= 0 && code <= 255 ? (int)code : EXIT_USAGE;
}

static bool is_kind(lua_State *L, const char *kind) {
    bool is = false;
    if (lua_istable(L, 1)) {
        lua_getfield(L, 1, "kind");
        is = lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), kind) == 0;
        lua_pop(L, 1);
    }
    return is;
}

static int code_of(lua_State *L) {
    if (is_kind(L, "interrupted")) {
        int number = interrupt_signal();
        return EXIT_SIGNAL + (number > 0 ? number : 2);
    }
    lua_Integer code = field(L, "exit");
    return code >= 0 ? clamp(code) : EXIT_USAGE;
}

/* Protected: tostring of the object may raise. Returns the exit code. */
static int report(lua_State *L) {
    int code = code_of(L);
    if (is_kind(L, "exit")) {
        lua_pushinteger(L, clamp(field(L, "exit")));
        return 1;
    }
    log_line(LOG_ERROR, luaL_tolstring(L, 1, NULL));
    if (log_get_level() >= LOG_DEBUG) {
        run_push_trace(L);
        size_t n;
        const char *trace = lua_tolstring(L, -1, &n);
        if (trace) {
            (void)log_write(stderr, trace, n);
            (void)fputc('\n', stderr);
        }
    }
    lua_pushinteger(L, code);
    return 1;
}

int run_report(lua_State *L, int status) {
    lua_pushcfunction(L, report);
    lua_insert(L, -2);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
        log_line(LOG_ERROR, "an error that cannot be told");
        lua_pop(L, 1);
        return EXIT_USAGE;
    }
    int code = (int)lua_tointeger(L, -1);
    lua_pop(L, 1);
    return status == LUA_ERRERR ? EXIT_BUG : code;
}

int run_code(lua_State *L, int index) {
    if (lua_isnoneornil(L, index)) {
        return EXIT_DONE;
    }
    if (lua_isboolean(L, index)) {
        return lua_toboolean(L, index) ? EXIT_DONE : 1;
    }
    int fine;
    lua_Integer code = lua_tointegerx(L, index, &fine);
    return fine && lua_type(L, index) == LUA_TNUMBER ? clamp(code) : EXIT_DONE;
}
