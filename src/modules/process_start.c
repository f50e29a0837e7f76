/* process.start: a program that runs beside the script. */
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "base/interrupt.h"
#include "modules/bind.h"
#include "modules/process.h"

#define PROCESS_TYPE "process"

typedef struct process_handle {
    pid_t pid;    /* 0: not started */
    int input;    /* our end of its standard input plus 1; 0: closed */
    bool running; /* not reaped yet */
    bool detached;
    spawn_status status;
} process_handle;

static process_handle *check(lua_State *L) {
    return luaL_checkudata(L, 1, PROCESS_TYPE);
}

static void close_input(process_handle *p) {
    if (p->input) {
        (void)close(p->input - 1);
        p->input = 0;
    }
}

/* Without detach the program does not outlive its handle. */
static int process_release(lua_State *L) {
    process_handle *p = check(L);
    close_input(p);
    if (p->running && !p->detached) {
        spawn_end(p->pid, &p->status);
        p->running = false;
    }
    return 0;
}

/* p:write(s): all of it, waiting for the program to read */
static int process_write(lua_State *L) {
    size_t n;
    const process_handle *p = check(L);
    const char *data = luaL_checklstring(L, 2, &n);
    error e = ERROR_INIT;
    if (!p->input) {
        return bind_fail(L, ERROR_STATE, 0, "write", "process", "its standard input is closed");
    }
    for (size_t done = 0; done < n;) {
        ssize_t put = write(p->input - 1, data + done, n - done);
        if (put > 0) {
            done += (size_t)put;
        } else if (put < 0 && errno == EAGAIN) {
            struct pollfd fd = {p->input - 1, POLLOUT, 0};
            (void)poll(&fd, 1, INTERRUPT_POLL_MS);
        } else if (put < 0 && errno != EINTR) {
            (void)error_errno(&e, "write", "process");
            return bind_raise(L, &e);
        }
        if (done < n && interrupt_check(&e) != 0) {
            return bind_raise(L, &e);
        }
    }
    return 0;
}

static int process_close_stdin(lua_State *L) {
    close_input(check(L));
    return 0;
}

/* p:running() -> bool */
static int process_running(lua_State *L) {
    process_handle *p = check(L);
    if (p->running && spawn_wait(p->pid, 0, &p->status, NULL) == 1) {
        p->running = false;
    }
    lua_pushboolean(L, p->running);
    return 1;
}

/* p:wait([seconds]) -> {code, signal}, nil when it still runs by then */
static int process_wait(lua_State *L) {
    process_handle *p = check(L);
    double seconds = luaL_optnumber(L, 2, -1);
    error e = ERROR_INIT;
    if (p->pid == 0) {
        return bind_closed(L, PROCESS_TYPE);
    }
    if (p->running) {
        int got = spawn_wait(p->pid,
                             lua_isnoneornil(L, 2) ? -1
                             : seconds < 0         ? 0
                                                   : seconds,
                             &p->status, &e);
        if (got < 0) {
            return bind_raise(L, &e);
        }
        if (got == 0) {
            lua_pushnil(L);
            return 1;
        }
        p->running = false;
    }
    process_push_status(L, &p->status);
    return 1;
}

static int signal_of(lua_State *L, int arg) {
    static const struct {
        const char *name;
        int number;
    } names[] = {{"TERM", SIGTERM}, {"KILL", SIGKILL}, {"INT", SIGINT},   {"HUP", SIGHUP},
                 {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"STOP", SIGSTOP}, {"CONT", SIGCONT}};
    if (lua_type(L, arg) != LUA_TSTRING) {
        return (int)luaL_optinteger(L, arg, SIGTERM);
    }
    const char *name = lua_tostring(L, arg);
    name += strncmp(name, "SIG", 3) == 0 ? 3 : 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i].name) == 0) {
            return names[i].number;
        }
    }
    return luaL_error(L, "unknown signal \"%s\"", name);
}

/* p:kill([signal="TERM"]) -> whether it still ran; the whole group gets it */
static int process_kill(lua_State *L) {
    const process_handle *p = check(L);
    int number = signal_of(L, 2);
    lua_pushboolean(L, p->running && kill(-p->pid, number) == 0);
    return 1;
}

static int process_index(lua_State *L) {
    const process_handle *p = check(L);
    if (lua_type(L, 2) == LUA_TSTRING && strcmp(lua_tostring(L, 2), "pid") == 0) {
        lua_pushinteger(L, p->pid);
        return 1;
    }
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(1));
    return 1;
}

/* process.start{argv..., env=, cwd=, shell=, detach=, ignore_signals=, output=} -> p. Its standard
 * input is a pipe for p:write; its output goes where ours goes, or with output="null" nowhere. */
int process_start(lua_State *L) {
    static const char *const valid[] = {"argv",           "env",    "cwd", "shell", "detach",
                                        "ignore_signals", "output", NULL};
    spawn_request r = {.argv = NULL};
    error e = ERROR_INIT;
    int ends[2];
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    bind_options(L, 1, valid, true);
    (void)process_request(L, &r);
    r.session = bind_option_bool(L, 1, "detach", false);
    r.ignore = bind_option_bool(L, 1, "ignore_signals", false);
    const char *output = bind_option_string(L, 1, "output", "inherit");
    bool null = strcmp(output, "null") == 0;
    if (!null && strcmp(output, "inherit") != 0) {
        return luaL_error(L, "option \"output\": \"inherit\" or \"null\" expected");
    }
    process_handle *p = bind_new_handle(L, sizeof *p, PROCESS_TYPE);
    if (pipe2(ends, O_CLOEXEC) != 0) {
        (void)error_errno(&e, "pipe", "");
        return bind_raise(L, &e);
    }
    p->input = ends[1] + 1;
    r.fds[0] = ends[0];
    r.fds[1] = null ? -1 : STDOUT_FILENO;
    r.fds[2] = null ? -1 : STDERR_FILENO;
    int result = fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0 ? spawn_process(&r, &p->pid, &e)
                                                          : error_errno(&e, "pipe", "");
    (void)close(ends[0]);
    if (result != 0) {
        p->pid = 0;
        return bind_raise(L, &e);
    }
    p->running = true;
    p->detached = r.session;
    return 1;
}

void process_install_start(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"write", process_write},     {"close_stdin", process_close_stdin},
        {"running", process_running}, {"wait", process_wait},
        {"kill", process_kill},       {NULL, NULL},
    };
    bind_type(L, PROCESS_TYPE, methods, process_release);
    luaL_getmetatable(L, PROCESS_TYPE);
    lua_getfield(L, -1, "__index");
    lua_pushcclosure(L, process_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
