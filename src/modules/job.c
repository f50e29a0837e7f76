#include "modules/job.h"

#include <poll.h>
#include <time.h>
#include "base/interrupt.h"
#include "modules/job_state.h"

static int job_release(lua_State *L) {
    job *j = luaL_checkudata(L, 1, JOB_TYPE);
    atomic_store(&j->cancelled, 1);
    job_join(j);
    job_drop_op(j);
    if (!j->results) {
        j->state = JOB_CLOSED;
    }
    return 0;
}

/* Waits until one of the events is readable: its index, -1 after `seconds` (negative: no end), -2
 * with `e`. */
static int wait_events(struct pollfd *fds, nfds_t n, double seconds, error *e) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    double end = (double)now.tv_sec + (double)now.tv_nsec / 1e9 + seconds;
    for (;;) {
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        double left = end - ((double)now.tv_sec + (double)now.tv_nsec / 1e9);
        bool last = seconds >= 0 && left * 1000 <= INTERRUPT_POLL_MS;
        int got = poll(fds, n, !last ? INTERRUPT_POLL_MS : left > 0 ? (int)(left * 1000) + 1 : 0);
        for (nfds_t i = 0; got > 0 && i < n; i++) {
            if (fds[i].revents) {
                return (int)i;
            }
        }
        if (interrupt_check(e) != 0) {
            return -2;
        }
        if (last && got == 0) {
            return -1;
        }
    }
}

static bool finished(const job *j) {
    struct pollfd fd = {j->event - 1, POLLIN, 0};
    return j->state != JOB_RUNNING || poll(&fd, 1, 0) > 0;
}

/* The results, pushed once and kept in the user value for whoever asks again. */
static int push_results(lua_State *L, job *j) {
    if (!j->results) {
        int before = lua_gettop(L);
        int n = j->work && j->work->type->push ? j->work->type->push(L, j->work) : 0;
        lua_createtable(L, n, 0);
        for (int i = 1; i <= n; i++) {
            lua_pushvalue(L, before + i);
            lua_rawseti(L, -2, i);
        }
        lua_setiuservalue(L, 1, 1);
        lua_settop(L, before);
        j->results = n + 1;
        job_drop_op(j);
    }
    int n = j->results - 1;
    luaL_checkstack(L, n + 1, "results");
    lua_getiuservalue(L, 1, 1);
    for (int i = 1; i <= n; i++) {
        lua_rawgeti(L, -i, i);
    }
    return n;
}

/* job:wait([seconds]) -> results, or nil, "timeout" */
static int job_wait(lua_State *L) {
    job *j = luaL_checkudata(L, 1, JOB_TYPE);
    double seconds = luaL_optnumber(L, 2, -1);
    error e = ERROR_INIT;
    if (j->state == JOB_CLOSED || j->state == JOB_NEW) {
        return bind_closed(L, JOB_TYPE);
    }
    if (j->state == JOB_RUNNING) {
        struct pollfd fd = {j->event - 1, POLLIN, 0};
        int got = wait_events(&fd, 1, lua_isnoneornil(L, 2) ? -1 : seconds < 0 ? 0 : seconds, &e);
        if (got == -2) {
            return bind_raise(L, &e);
        }
        if (got == -1) {
            lua_pushnil(L);
            lua_pushliteral(L, "timeout");
            return 2;
        }
        job_join(j);
    }
    if (j->result != 0) {
        job_drop_op(j);
        return bind_raise(L, &j->failure);
    }
    return push_results(L, j);
}

static int job_done(lua_State *L) {
    lua_pushboolean(L, finished(luaL_checkudata(L, 1, JOB_TYPE)));
    return 1;
}

static int job_bytes(lua_State *L) {
    const job *j = luaL_checkudata(L, 1, JOB_TYPE);
    lua_pushinteger(L, j->work ? j->work->bytes : j->bytes);
    return 1;
}

/* job:cancel() tells it to end; wait() then raises kind "cancelled" unless it was done already */
static int job_cancel(lua_State *L) {
    job *j = luaL_checkudata(L, 1, JOB_TYPE);
    atomic_store(&j->cancelled, 1);
    return 0;
}

/* The first job of the list at 1 that is done, as its position; 0: none. Fills fds otherwise. */
static int first_done(lua_State *L, struct pollfd *fds, int n) {
    for (int i = 0; i < n; i++) {
        lua_rawgeti(L, 1, i + 1);
        const job *j = luaL_checkudata(L, -1, JOB_TYPE);
        lua_pop(L, 1);
        if (finished(j)) {
            return i + 1;
        }
        fds[i] = (struct pollfd){j->event - 1, POLLIN, 0};
    }
    return 0;
}

int job_wait_any(lua_State *L) {
    static const char *const valid[] = {"timeout", NULL};
    enum { MOST = 64 };
    struct pollfd fds[MOST];
    error e = ERROR_INIT;
    luaL_checktype(L, 1, LUA_TTABLE);
    bind_options(L, 1, valid, true);
    double seconds = bind_option_number(L, 1, "timeout", -1);
    int n = (int)lua_rawlen(L, 1);
    luaL_argcheck(L, n >= 1 && n <= MOST, 1, "between 1 and 64 jobs expected");
    int which = first_done(L, fds, n);
    if (which == 0) {
        which = wait_events(fds, (nfds_t)n, seconds, &e) + 1;
        if (which == -1) {
            return bind_raise(L, &e);
        }
    }
    if (which == 0) {
        lua_pushnil(L);
        return 1;
    }
    lua_rawgeti(L, 1, which);
    lua_pushinteger(L, which);
    return 2;
}

void job_install(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"wait", job_wait},     {"done", job_done}, {"bytes", job_bytes},
        {"cancel", job_cancel}, {NULL, NULL},
    };
    bind_type(L, JOB_TYPE, methods, job_release);
}
