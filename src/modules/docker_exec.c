#include "docker/exec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "modules/docker.h"

typedef struct exec_op {
    op base;
    docker_client *client;
    docker_exec_request request;
    docker_exec_result result;
    bool check;
    const char **argv; /* the texts are kept by the op */
    const char **env;
    char subject[400];
} exec_op;

static int exec_run(op *base, error *e) {
    exec_op *o = (exec_op *)base;
    if (docker_exec(o->client, &o->request, &o->result, e) != 0) {
        return -1;
    }
    return o->check ? docker_exec_check(&o->request, &o->result, e) : 0;
}

static void set_text(lua_State *L, const char *key, const buffer *b) {
    lua_pushlstring(L, b->data == NULL ? "" : b->data, b->length);
    lua_setfield(L, -2, key);
}

static int exec_push(lua_State *L, op *base) {
    const exec_op *o = (exec_op *)base;
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, o->result.code);
    lua_setfield(L, -2, "code");
    set_text(L, "stdout", &o->result.out);
    set_text(L, "stderr", &o->result.err);
    return 1;
}

static void exec_free(op *base) {
    exec_op *o = (exec_op *)base;
    docker_unref(o->client);
    docker_exec_result_free(&o->result);
    free(o->argv);
    free(o->env);
}

static const char **make_list(lua_State *L, size_t n) {
    const char **list = calloc(n + 1, sizeof *list);
    if (list == NULL) {
        bind_fail(L, ERROR_SYSTEM, ENOMEM, "exec", "", "out of memory");
    }
    return list;
}

static void set_argv(lua_State *L, exec_op *o) {
    size_t n = lua_rawlen(L, 2);
    o->argv = make_list(L, n);
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, 2, (lua_Integer)i + 1);
        if (!lua_isstring(L, -1)) {
            luaL_error(L, "argument %d of the program: string expected, got %s", (int)i + 1,
                       luaL_typename(L, -1));
        }
        o->argv[i] = op_text(L, &o->base, -1);
        lua_pop(L, 1);
    }
    o->request.argv = o->argv;
}

static size_t count_pairs(lua_State *L, int table) {
    size_t n = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        n++;
        lua_pop(L, 1);
    }
    return n;
}

static void set_env(lua_State *L, exec_op *o) {
    if (bind_option_push(L, 3, "env", LUA_TTABLE) == LUA_TNIL) {
        return;
    }
    int table = lua_gettop(L);
    o->env = make_list(L, count_pairs(L, table));
    size_t i = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        if (key[0] == '\0' || strchr(key, '=') != NULL || !lua_isstring(L, -1)) {
            luaL_error(L, "option \"env\": a table of NAME = string expected");
        }
        /* concatenated, not formatted, so that a NUL byte in the value is seen and refused */
        lua_pushvalue(L, -2);
        lua_pushliteral(L, "=");
        lua_pushvalue(L, -3);
        lua_concat(L, 3);
        o->env[i++] = op_text(L, &o->base, -1);
        lua_pop(L, 2);
    }
    o->request.env = o->env;
}

static const char *keep_option(lua_State *L, exec_op *o, const char *key) {
    bind_option_push(L, 3, key, LUA_TSTRING);
    return op_text(L, &o->base, -1);
}

/* container:exec(argv[, options]) -> {code, stdout, stderr} */
int container_exec(lua_State *L) {
    static const op_type type = {"exec", exec_run, exec_push, exec_free};
    static const char *const valid[] = {"env",        "user", "workdir",    "check", "timeout",
                                        "max_output", "to",   "background", NULL};
    const char *id, *name;
    luaL_checktype(L, 2, LUA_TTABLE);
    luaL_argcheck(L, lua_rawlen(L, 2) > 0, 2, "a list of the program and its arguments expected");
    bind_options(L, 3, valid, false);
    lua_settop(L, 3);
    docker_client *c = docker_check_container(L, 1, &id, &name);
    exec_op *o = op_new(L, sizeof *o, &type);
    o->client = docker_ref(c);
    o->request.container = op_text(L, &o->base, 4);
    set_argv(L, o);
    set_env(L, o);
    o->request.user = keep_option(L, o, "user");
    o->request.workdir = keep_option(L, o, "workdir");
    o->request.timeout = bind_option_number(L, 3, "timeout", 0);
    o->request.max_output = (size_t)bind_option_integer(L, 3, "max_output", 1 << 20, 1, 1 << 30);
    o->request.moved = &o->base.bytes;
    o->check = bind_option_bool(L, 3, "check", true);
    bool background = op_background(L, 3);
    if (bind_option_push(L, 3, "to", LUA_TNONE) != LUA_TNIL) {
        o->request.to = op_writer(L, &o->base, lua_gettop(L), false);
    }
    snprintf(o->subject, sizeof o->subject, "%s in container %s", o->argv[0], name);
    o->request.subject = o->subject;
    return op_finish(L, &o->base, background);
}
