#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "http/url.h"
#include "modules/docker.h"

static int call_run(op *base, error *e) {
    call_op *o = (call_op *)base;
    o->changed = true;
    if (docker_run(o->client, &o->call, &o->answer, e) == 0) {
        o->changed = o->answer.status != 304;
        return 0;
    }
    bool known = e->kind == ERROR_ENGINE &&
                 ((o->absent && e->code == 404) ||
                  (o->already != NULL && e->code >= 400 && strstr(e->message, o->already) != NULL));
    if (!known) {
        return -1;
    }
    o->changed = false;
    return 0;
}

static bool is_json(const http_response *answer) {
    const char *type = http_headers_get(&answer->headers, "content-type");
    return type != NULL && strncmp(type, "application/json", 16) == 0;
}

static int push_raw(lua_State *L, const call_op *o) {
    if (o->answer.body.length == 0) {
        lua_pushnil(L);
    } else if (is_json(&o->answer)) {
        http_push_json(L, o->answer.body.data, o->answer.body.length);
    } else {
        lua_pushlstring(L, o->answer.body.data, o->answer.body.length);
    }
    lua_pushinteger(L, o->answer.status);
    return 2;
}

static int call_push(lua_State *L, op *base) {
    call_op *o = (call_op *)base;
    switch (o->result) {
    case CALL_CHANGED:
    case CALL_FOUND:
        lua_pushboolean(L, o->changed);
        return 1;
    case CALL_JSON:
        if (o->changed) {
            http_push_json(L, o->answer.body.data, o->answer.body.length);
        } else {
            lua_pushnil(L);
        }
        return 1;
    case CALL_RAW:
        return push_raw(L, o);
    case CALL_NOTHING:
        break;
    }
    return 0;
}

static void call_free(op *base) {
    call_op *o = (call_op *)base;
    docker_unref(o->client);
    buffer_free(&o->path);
    http_headers_free(&o->headers);
    http_response_free(&o->answer);
}

call_op *docker_call_new(lua_State *L, docker_client *c, const char *method, const char *name,
                         enum call_result result, const char *subject, ...) {
    static const op_type type = {"engine", call_run, call_push, call_free};
    call_op *o = op_new(L, sizeof *o, &type);
    va_list list;
    o->client = docker_ref(c);
    o->path = (buffer)BUFFER_INIT((size_t)1024 * 1024);
    o->result = result;
    o->absent = result == CALL_FOUND;
    va_start(list, subject);
    vsnprintf(o->subject, sizeof o->subject, subject, list);
    va_end(list);
    o->call = (docker_call){
        .method = method,
        .op = name,
        .subject = o->subject,
        .headers = &o->headers,
        .timeout = DOCKER_TIMEOUT,
    };
    return o;
}

void docker_must(lua_State *L, int rc, const error *e) {
    if (rc != 0) {
        bind_raise(L, e);
    }
}

void docker_call_query(lua_State *L, call_op *o, const char *key, const char *value) {
    error e = ERROR_INIT;
    docker_must(L, url_query(&o->path, key, value, &e), &e);
}

void docker_call_body(lua_State *L, call_op *o, int index) {
    lua_pushvalue(L, index);
    http_encode(L);
    o->call.body = op_bytes(L, &o->base, -1, &o->call.body_size);
}

int docker_call_finish(lua_State *L, call_op *o, bool background) {
    o->call.path = o->path.data;
    return op_finish(L, &o->base, background);
}
