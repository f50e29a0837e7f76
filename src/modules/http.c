#include "modules/http.h"

#include <string.h>
#include "modules/modules.h"

#define CLIENT_TYPE "http client"

static int client_release(lua_State *L) {
    http_client **slot = luaL_checkudata(L, 1, CLIENT_TYPE);
    http_client_unref(*slot);
    *slot = NULL;
    return 0;
}

http_client *http_shared(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    if (lua_getfield(L, LUA_REGISTRYINDEX, CLIENT_TYPE " of this state") == LUA_TNIL) {
        error e = ERROR_INIT;
        lua_pop(L, 1);
        bind_type(L, CLIENT_TYPE, none, client_release);
        http_client **made = bind_new_handle(L, sizeof *made, CLIENT_TYPE);
        *made = http_client_new(&e);
        if (*made == NULL) {
            bind_raise(L, &e);
        }
        lua_pushvalue(L, -1);
        lua_setfield(L, LUA_REGISTRYINDEX, CLIENT_TYPE " of this state");
    }
    http_client **slot = luaL_checkudata(L, -1, CLIENT_TYPE);
    lua_pop(L, 1);
    return *slot;
}

/* A field that came several times becomes one, joined by ", " as the standard allows. */
static void push_headers(lua_State *L, const http_headers *h) {
    lua_createtable(L, 0, (int)h->count);
    for (size_t i = 0; i < h->count; i++) {
        lua_pushstring(L, h->list[i].value);
        if (lua_getfield(L, -2, h->list[i].name) != LUA_TNIL) {
            lua_pushliteral(L, ", ");
            lua_rotate(L, -3, -1);
            lua_concat(L, 3);
        } else {
            lua_pop(L, 1);
        }
        lua_setfield(L, -2, h->list[i].name);
    }
}

void http_push_response(lua_State *L, const http_response *response, const char *url, bool body) {
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, response->status);
    lua_setfield(L, -2, "status");
    push_headers(L, &response->headers);
    lua_setfield(L, -2, "headers");
    lua_pushstring(L, response->url != NULL ? response->url : url);
    lua_setfield(L, -2, "url");
    if (body) {
        const buffer *b = &response->body;
        lua_pushlstring(L, b->data == NULL ? "" : b->data, b->length);
        lua_setfield(L, -2, "body");
    }
}

static int request_run(op *base, error *e) {
    http_op *o = (http_op *)base;
    if (http_perform(o->client, &o->request, &o->response, e) != 0) {
        return -1;
    }
    if (o->check && o->response.status >= 400) {
        return http_status_error(&o->response, o->request.url, e);
    }
    return 0;
}

static int request_push(lua_State *L, op *base) {
    const http_op *o = (http_op *)base;
    http_push_response(L, &o->response, o->request.url, true);
    return 1;
}

static int open_run(op *base, error *e) {
    http_op *o = (http_op *)base;
    o->opened = http_open(o->client, &o->request, e);
    if (o->opened == NULL) {
        return -1;
    }
    if (o->check && http_reader_response(o->opened)->status >= 400) {
        return http_reader_error(o->opened, o->request.url, e);
    }
    return 0;
}

static int open_push(lua_State *L, op *base) {
    http_op *o = (http_op *)base;
    http_push_response(L, http_reader_response(o->opened), o->request.url, false);
    bind_push_reader(L, &o->opened);
    lua_insert(L, -2);
    return 2;
}

static void op_release(op *base) {
    http_op *o = (http_op *)base;
    reader_free(o->opened);
    http_client_unref(o->client);
    http_headers_free(&o->headers);
    http_response_free(&o->response);
}

/* Runs with the options at `arg`; `method` (may be NULL) wins over theirs. */
static int request_at(lua_State *L, int arg, const char *method) {
    static const op_type type = {"request", request_run, request_push, op_release};
    static const char *const valid[] = {
        "method",     "url",          "headers",
        "body",       "json",         "from",
        "size",       "to",           "timeout",
        "follow",     "unix",         "ca",
        "cert",       "key",          "user",
        "password",   "check",        "max_size",
        "insecure",   "idle_timeout", "connect_timeout",
        "background", NULL,
    };
    bind_options(L, arg, valid, false);
    http_client *c = http_shared(L);
    http_op *o = op_new(L, sizeof *o, &type);
    o->client = http_client_ref(c);
    http_options(L, arg, o, method);
    o->request.timeout = bind_option_number(L, arg, "timeout", 60);
    o->request.idle_timeout = bind_option_number(L, arg, "idle_timeout", 0);
    o->request.max_size = (size_t)bind_option_integer(L, arg, "max_size", 16 << 20, 1, 1LL << 40);
    o->request.moved = &o->base.bytes;
    if (bind_option_push(L, arg, "from", LUA_TNONE) != LUA_TNIL) {
        if (o->request.body != NULL) {
            return luaL_error(L, "option \"from\" excludes \"body\" and \"json\"");
        }
        o->request.from = op_reader(L, &o->base, lua_gettop(L), false);
    }
    o->request.size = bind_option_integer(L, arg, "size", -1, -1, LUA_MAXINTEGER);
    if (bind_option_push(L, arg, "to", LUA_TNONE) != LUA_TNIL) {
        o->request.to = op_writer(L, &o->base, lua_gettop(L), false);
    }
    return op_finish(L, &o->base, op_background(L, arg));
}

/* http.request{url=, ...} -> {status, headers, body, url} */
static int request(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    return request_at(L, 1, NULL);
}

static int with_method(lua_State *L, const char *method) {
    bind_check_text(L, 1);
    lua_settop(L, 2);
    if (!lua_isnil(L, 2)) {
        luaL_checktype(L, 2, LUA_TTABLE);
    }
    lua_newtable(L); /* a copy, so that the URL lives as long as the options do */
    lua_pushnil(L);
    while (lua_istable(L, 2) && lua_next(L, 2)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, 3);
    }
    lua_settop(L, 3);
    lua_pushvalue(L, 1);
    lua_setfield(L, 3, "url");
    return request_at(L, 3, method);
}

static int get(lua_State *L) {
    return with_method(L, "GET");
}

static int head(lua_State *L) {
    return with_method(L, "HEAD");
}

static int post(lua_State *L) {
    return with_method(L, "POST");
}

static int put(lua_State *L) {
    return with_method(L, "PUT");
}

static int delete (lua_State *L) {
    return with_method(L, "DELETE");
}

/* http.open{url=, ...} -> reader, {status, headers, url} */
static int open_reader(lua_State *L) {
    static const op_type type = {"open", open_run, open_push, op_release};
    static const char *const valid[] = {
        "method",          "url",          "headers", "body",     "json",  "timeout",
        "connect_timeout", "idle_timeout", "follow",  "ca",       "cert",  "key",
        "insecure",        "unix",         "user",    "password", "check", NULL,
    };
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    bind_options(L, 1, valid, false);
    http_client *c = http_shared(L);
    http_op *o = op_new(L, sizeof *o, &type);
    o->client = http_client_ref(c);
    http_options(L, 1, o, NULL);
    o->request.timeout = bind_option_number(L, 1, "timeout", 0);
    o->request.idle_timeout = bind_option_number(L, 1, "idle_timeout", 60);
    return op_call(L, &o->base);
}

int luaopen_http(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"request", request}, {"open", open_reader}, {"get", get},       {"head", head},
        {"post", post},       {"put", put},          {"delete", delete}, {NULL, NULL},
    };
    luaL_newlib(L, functions);
    return 1;
}
