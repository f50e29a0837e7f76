/* Calls of a Lua function from inside a C loop. Nothing here may raise through the library that
 * called: the only call of Lua is a protected one, and what it raised is kept on the stack until
 * the library has returned. */
#include <math.h>
#include <time.h>
#include "modules/bind.h"

#define INTERVAL 0.1

static double monotonic(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void bind_progress_init(bind_progress *p, lua_State *L, int function) {
    luaL_checkstack(L, 8, "progress");
    *p = (bind_progress){L, function ? lua_absindex(L, function) : 0, 0, 0};
}

int bind_progress_report(void *user, long long bytes, error *e) {
    bind_progress *p = user;
    lua_State *L = p->L;
    double now = monotonic();
    if (!p->function || p->raised || now < p->next) {
        return 0;
    }
    p->next = now + INTERVAL;
    lua_pushvalue(L, p->function);
    lua_pushinteger(L, bytes);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
        p->raised = lua_gettop(L);
        return error_set(e, ERROR_CANCELLED, 0, "progress", "",
                         "the progress function raised an error");
    }
    bool stop = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
    lua_pop(L, 1);
    return stop ? error_set(e, ERROR_CANCELLED, 0, "progress", "", "ended by the progress function")
                : 0;
}

int bind_progress_raise(bind_progress *p, const error *e) {
    if (p->raised) {
        lua_pushvalue(p->L, p->raised);
        return lua_error(p->L);
    }
    return bind_raise(p->L, e);
}
