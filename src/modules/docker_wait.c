#include <stdio.h>
#include "docker/containers.h"
#include "modules/docker.h"

/* What takes long, or gives much: waiting for a container's end, and its log. */
typedef struct wait_op {
    op base;
    docker_client *client;
    const char *id;
    double timeout;
    int tail;
    bool with_stderr;
    long code;
    buffer text;
    char subject[300];
} wait_op;

static int wait_run(op *base, error *e) {
    wait_op *o = (wait_op *)base;
    o->code = docker_wait(o->client, o->id, o->subject, o->timeout, e);
    if (o->code < 0 && o->timeout > 0 && e->kind == ERROR_TIMEOUT) {
        return 0; /* a question that has been answered: it still runs */
    }
    return o->code < 0 ? -1 : 0;
}

static int wait_push(lua_State *L, op *base) {
    const wait_op *o = (wait_op *)base;
    if (o->code < 0) {
        lua_pushnil(L);
    } else {
        lua_pushinteger(L, o->code);
    }
    return 1;
}

static int logs_run(op *base, error *e) {
    wait_op *o = (wait_op *)base;
    return docker_logs(o->client, o->id, o->subject, o->tail, o->with_stderr, &o->text, e);
}

static int logs_push(lua_State *L, op *base) {
    const wait_op *o = (wait_op *)base;
    lua_pushlstring(L, o->text.data == NULL ? "" : o->text.data, o->text.length);
    return 1;
}

static void wait_free(op *base) {
    wait_op *o = (wait_op *)base;
    docker_unref(o->client);
    buffer_free(&o->text);
}

static wait_op *begin(lua_State *L, const op_type *type) {
    const char *id, *name;
    docker_client *c = docker_check_container(L, 1, &id, &name);
    int at = lua_gettop(L) - 1;
    wait_op *o = op_new(L, sizeof *o, type);
    o->client = docker_ref(c);
    o->id = op_text(L, &o->base, at);
    o->text = (buffer)BUFFER_INIT((size_t)64 * 1024 * 1024);
    snprintf(o->subject, sizeof o->subject, "container %s", name);
    return o;
}

/* container:wait([{timeout=, background=}]) -> exit code, once it does not run; nil: not in time */
int container_wait(lua_State *L) {
    static const op_type type = {"wait", wait_run, wait_push, wait_free};
    static const char *const valid[] = {"timeout", "background", NULL};
    bind_options(L, 2, valid, false);
    wait_op *o = begin(L, &type);
    o->timeout = bind_option_number(L, 2, "timeout", 0);
    return op_finish(L, &o->base, op_background(L, 2));
}

/* container:logs([{tail=100, stderr=true}]) -> string; tail=0 gives all */
int container_logs(lua_State *L) {
    static const op_type type = {"logs", logs_run, logs_push, wait_free};
    static const char *const valid[] = {"tail", "stderr", NULL};
    bind_options(L, 2, valid, false);
    wait_op *o = begin(L, &type);
    o->tail = (int)bind_option_integer(L, 2, "tail", 100, 0, 100000000);
    o->with_stderr = bind_option_bool(L, 2, "stderr", true);
    return op_call(L, &o->base);
}
