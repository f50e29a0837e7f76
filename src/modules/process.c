#include "modules/process.h"

#include <errno.h>
#include <lauxlib.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "modules/bind.h"
#include "modules/job.h"
#include "modules/modules.h"

#define OUTPUT_MAX ((size_t)16 * 1024 * 1024)
#define ARGUMENTS_MAX 4096

/* ---- argv and env ---- */

/* The list at the top of the stack as a NULL-ended array behind `first` words; keeps the strings
 * alive by a table. */
static char *const *push_argv(lua_State *L, int list, bool shell) {
    lua_Integer n = luaL_len(L, list);
    int extra = shell ? 2 : 0;
    if (n < 1 || n > ARGUMENTS_MAX) {
        luaL_error(L, "argv: between 1 and %d words expected", ARGUMENTS_MAX);
    }
    const char **argv = lua_newuserdatauv(L, (size_t)(n + extra + 1) * sizeof *argv, 1);
    if (shell) {
        argv[0] = "sh";
        argv[1] = "-c";
    }
    lua_createtable(L, (int)n, 0);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_geti(L, list, i);
        size_t length;
        const char *word = lua_tolstring(L, -1, &length); /* a number becomes its text */
        if (!word || strlen(word) != length) {
            luaL_error(L, "argv: word %d is not a string without NUL bytes", (int)i);
        }
        argv[i - 1 + extra] = word;
        lua_rawseti(L, -2, i);
    }
    lua_setiuservalue(L, -2, 1);
    argv[n + extra] = NULL;
    return (char *const *)(void *)argv;
}

/* True when the variable "K=..." is in the table at `index`. */
static bool is_overridden(lua_State *L, int index, const char *variable) {
    lua_pushlstring(L, variable, strcspn(variable, "="));
    bool is = lua_rawget(L, index) != LUA_TNIL;
    lua_pop(L, 1);
    return is;
}

/* Our environment with the variables of the table at `index` over it; false as a value takes one
 * away. */
static char *const *push_env(lua_State *L, int index) {
    size_t room = 1, count = 0;
    for (char **v = environ; *v; v++) {
        room++;
    }
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        room++;
    }
    const char **env = lua_newuserdatauv(L, room * sizeof *env, 1);
    lua_newtable(L);
    for (char **v = environ; *v; v++) {
        if (!is_overridden(L, index, *v)) {
            env[count++] = *v;
        }
    }
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || !(lua_isstring(L, -1) || lua_isboolean(L, -1))) {
            luaL_error(L, "env: names with strings expected");
        }
        if (!lua_isstring(L, -1)) {
            continue; /* false */
        }
        lua_pushvalue(L, -1);
        const char *text = lua_pushfstring(L, "%s=%s", lua_tostring(L, -3), lua_tostring(L, -1));
        env[count] = text;
        lua_rawseti(L, -5, (lua_Integer)++count);
        lua_pop(L, 1);
    }
    env[count] = NULL;
    lua_setiuservalue(L, -2, 1);
    return (char *const *)(void *)env;
}

int process_request(lua_State *L, spawn_request *r) {
    int top = lua_gettop(L);
    bool shell = bind_option_bool(L, 1, "shell", false);
    if (bind_option_push(L, 1, "argv", LUA_TTABLE) == LUA_TNIL) {
        lua_pushvalue(L, 1);
        lua_replace(L, -2);
    }
    r->argv = push_argv(L, lua_gettop(L), shell);
    if (bind_option_push(L, 1, "env", LUA_TTABLE) != LUA_TNIL) {
        r->env = push_env(L, lua_gettop(L));
    }
    r->cwd = bind_option_string(L, 1, "cwd", NULL);
    return lua_gettop(L) - top;
}

/* ---- run ---- */

typedef struct run_op {
    op base;
    spawn_run run;
    bool check;
} run_op;

/* The last line of what it said, for the message. */
static void set_check_error(const spawn_run *run, error *e) {
    const buffer *said = &run->output[run->merge ? 0 : 1];
    const char *text = said->data ? said->data : "";
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r\n", text[n - 1])) {
        n--;
    }
    size_t start = n;
    while (start > 0 && text[start - 1] != '\n') {
        start--;
    }
    if (n == 0) {
        (void)error_set(e, ERROR_EXEC, run->status.code, "run", run->request.argv[0],
                        "ended with code %d", run->status.code);
    } else {
        (void)error_set(e, ERROR_EXEC, run->status.code, "run", run->request.argv[0], "%.*s",
                        (int)(n - start > 800 ? 800 : n - start), text + start);
    }
}

static int run_run(op *o, error *e) {
    run_op *r = (run_op *)o;
    r->run.bytes = &o->bytes;
    if (spawn_to_end(&r->run, e) != 0) {
        return -1;
    }
    if (r->check && r->run.status.code != 0) {
        set_check_error(&r->run, e);
        return -1;
    }
    return 0;
}

void process_push_status(lua_State *L, const spawn_status *status) {
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, status->code);
    lua_setfield(L, -2, "code");
    if (status->signal) {
        lua_pushinteger(L, status->signal);
        lua_setfield(L, -2, "signal");
    }
}

static int run_push(lua_State *L, op *o) {
    const spawn_run *run = &((run_op *)o)->run;
    process_push_status(L, &run->status);
    if (!run->inherit) {
        lua_pushlstring(L, run->output[0].data ? run->output[0].data : "", run->output[0].length);
        lua_setfield(L, -2, "stdout");
        lua_pushlstring(L, run->output[1].data ? run->output[1].data : "", run->output[1].length);
        lua_setfield(L, -2, "stderr");
    }
    return 1;
}

static void run_free(op *o) {
    run_op *r = (run_op *)o;
    buffer_free(&r->run.output[0]);
    buffer_free(&r->run.output[1]);
}

/* process.run{argv..., env=, cwd=, stdin=, shell=, timeout=, capture=, merge=, check=, max_output=,
 * background=}
 * -> {code, signal, stdout, stderr} */
static int process_run(lua_State *L) {
    static const op_type type = {"run", run_run, run_push, run_free};
    static const char *const valid[] = {"argv",  "env",        "cwd",        "stdin",
                                        "shell", "timeout",    "capture",    "merge",
                                        "check", "max_output", "background", NULL};
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    bind_options(L, 1, valid, true);
    run_op *r = op_new(L, sizeof *r, &type);
    int pushed = process_request(L, &r->run.request);
    for (int i = 1; i <= pushed; i++) {
        op_keep(L, &r->base, 2 + i);
    }
    op_keep(L, &r->base, 1);
    (void)bind_option_push(L, 1, "stdin", LUA_TSTRING);
    r->run.input = op_bytes(L, &r->base, -1, &r->run.input_size);
    lua_settop(L, 2);
    r->run.request.cwd = op_copy(L, &r->base, r->run.request.cwd);
    r->run.timeout = bind_option_number(L, 1, "timeout", 0);
    r->run.inherit = !bind_option_bool(L, 1, "capture", true);
    r->run.merge = bind_option_bool(L, 1, "merge", false);
    r->check = bind_option_bool(L, 1, "check", false);
    size_t max =
        (size_t)bind_option_integer(L, 1, "max_output", OUTPUT_MAX, 0, (lua_Integer)1 << 40);
    r->run.output[0].max = max;
    r->run.output[1].max = max;
    return op_finish(L, &r->base, op_background(L, 1));
}

/* ---- about this process ---- */

/* process.cwd() -> working folder */
static int process_cwd(lua_State *L) {
    char path[4096];
    if (!getcwd(path, sizeof path)) {
        error e = ERROR_INIT;
        (void)error_errno(&e, "cwd", "");
        return bind_raise(L, &e);
    }
    lua_pushstring(L, path);
    return 1;
}

/* process.getenv(k) -> value or nil */
static int process_getenv(lua_State *L) {
    lua_pushstring(L, getenv(bind_check_text(L, 1)));
    return 1;
}

/* process.isatty(fd) -> bool */
static int process_isatty(lua_State *L) {
    lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
    return 1;
}

/* process.hostname() */
static int process_hostname(lua_State *L) {
    char name[256] = "";
    (void)gethostname(name, sizeof name - 1);
    lua_pushstring(L, name);
    return 1;
}

/* process.which(name) -> path of the program in PATH, or nil */
static int process_which(lua_State *L) {
    const char *name = bind_check_text(L, 1);
    const char *at = getenv("PATH");
    if (strchr(name, '/')) {
        lua_pushstring(L, access(name, X_OK) == 0 ? name : NULL);
        return 1;
    }
    for (at = at ? at : "/usr/bin:/bin"; *at; at += strspn(at, ":")) {
        size_t n = strcspn(at, ":");
        lua_pushlstring(L, at, n);
        const char *path = lua_pushfstring(L, "%s/%s", lua_tostring(L, -1), name);
        if (n > 0 && at[0] == '/' && access(path, X_OK) == 0) {
            return 1;
        }
        lua_pop(L, 2);
        at += n;
    }
    lua_pushnil(L);
    return 1;
}

static void push_fields(lua_State *L) {
    const struct passwd *user = getpwuid(geteuid());
    const char *home = getenv("HOME");
    lua_pushinteger(L, getpid());
    lua_setfield(L, -2, "pid");
    lua_pushinteger(L, geteuid());
    lua_setfield(L, -2, "uid");
    lua_pushinteger(L, getegid());
    lua_setfield(L, -2, "gid");
    lua_pushstring(L, user ? user->pw_name : NULL);
    lua_setfield(L, -2, "user");
    lua_pushstring(L, home && home[0] == '/' ? home : user ? user->pw_dir : "/");
    lua_setfield(L, -2, "home");
}

int luaopen_process(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"run", process_run},       {"start", process_start},
        {"cwd", process_cwd},       {"getenv", process_getenv},
        {"isatty", process_isatty}, {"hostname", process_hostname},
        {"which", process_which},   {NULL, NULL},
    };
    process_install_start(L);
    luaL_newlib(L, functions);
    push_fields(L);
    return 1;
}
