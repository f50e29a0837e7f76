#include "modules/job.h"

#include <poll.h>
#include <time.h>
#include "base/interrupt.h"
#include "modules/job_state.h"

enum { JOBS_MOST = 64 }; /* that wait_any takes */

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

static bool finished(const job *j) {
    return j->state != JOB_RUNNING || atomic_load(&j->done) != 0;
}

/* The first of the jobs that is done, as its index; -1: none. */
static int first_done(job *const *jobs, int n) {
    for (int i = 0; i < n; i++) {
        if (finished(jobs[i])) {
            return i;
        }
    }
    return -1;
}

static double now(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Waits until one of at most JOBS_MOST jobs is done: its index, -1 after `seconds` (negative: no
 * end), -2 with `e`. */
static int wait_jobs(job *const *jobs, int n, double seconds, error *e) {
    struct pollfd fds[JOBS_MOST];
    double end = now() + seconds;
    int which;
    while ((which = first_done(jobs, n)) < 0) {
        double left = end - now();
        if (interrupt_check(e) != 0) {
            return -2;
        }
        if (seconds >= 0 && left <= 0) {
            return -1;
        }
        for (int i = 0; i < n; i++) {
            fds[i] = (struct pollfd){jobs[i]->event - 1, POLLIN, 0};
        }
        bool last = seconds >= 0 && left * 1000 <= INTERRUPT_POLL_MS;
        (void)poll(fds, (nfds_t)n, last ? (int)(left * 1000) + 1 : INTERRUPT_POLL_MS);
    }
    return which;
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
        int got = wait_jobs(&j, 1, lua_isnoneornil(L, 2) ? -1 : seconds < 0 ? 0 : seconds, &e);
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

int job_wait_any(lua_State *L) {
    static const char *const valid[] = {"timeout", NULL};
    job *jobs[JOBS_MOST];
    error e = ERROR_INIT;
    luaL_checktype(L, 1, LUA_TTABLE);
    bind_options(L, 1, valid, true);
    double seconds = bind_option_number(L, 1, "timeout", -1);
    int n = (int)lua_rawlen(L, 1);
    luaL_argcheck(L, n >= 1 && n <= JOBS_MOST, 1, "between 1 and 64 jobs expected");
    for (int i = 0; i < n; i++) {
        lua_rawgeti(L, 1, i + 1);
        jobs[i] = luaL_checkudata(L, -1, JOB_TYPE);
        lua_pop(L, 1); /* the list keeps it */
    }
    int which = wait_jobs(jobs, n, seconds, &e);
    if (which == -2) {
        return bind_raise(L, &e);
    }
    if (which == -1) {
        lua_pushnil(L);
        return 1;
    }
    lua_rawgeti(L, 1, which + 1);
    lua_pushinteger(L, which + 1);
    return 2;
}

void job_install(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"wait", job_wait},     {"done", job_done}, {"bytes", job_bytes},
        {"cancel", job_cancel}, {NULL, NULL},
    };
    bind_type(L, JOB_TYPE, methods, job_release);
}
