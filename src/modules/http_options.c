#include <string.h>
#include "modules/http.h"
#include "modules/http_json.h"

static const char *keep(lua_State *L, int arg, http_op *o, const char *key) {
    bind_option_push(L, arg, key, LUA_TSTRING);
    return op_text(L, &o->base, -1);
}

static void check(lua_State *L, int rc, const error *e) {
    if (rc != 0) {
        bind_raise(L, e);
    }
}

static void add_headers(lua_State *L, int arg, http_op *o) {
    error e = ERROR_INIT;
    if (bind_option_push(L, arg, "headers", LUA_TTABLE) == LUA_TNIL) {
        return;
    }
    int table = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        size_t n;
        if (lua_type(L, -2) != LUA_TSTRING || !lua_isstring(L, -1)) {
            luaL_error(L, "option \"headers\": a table of name = string expected");
        }
        const char *value = luaL_tolstring(L, -1, &n);
        const char *name = lua_tostring(L, -3);
        check(L, http_headers_add(&o->headers, name, value, n, &e), &e);
        lua_pop(L, 2);
    }
}

static void set_json(lua_State *L, int arg, http_op *o) {
    static const char type[] = "application/json";
    error e = ERROR_INIT;
    if (bind_option_push(L, arg, "json", LUA_TNONE) == LUA_TNIL) {
        return;
    }
    if (o->request.body != NULL) {
        luaL_error(L, "options \"body\" and \"json\" exclude each other");
    }
    http_encode(L);
    o->request.body = op_bytes(L, &o->base, -1, &o->request.body_size);
    if (http_headers_get(&o->headers, "Content-Type") == NULL) {
        check(L, http_headers_add(&o->headers, "Content-Type", type, sizeof type - 1, &e), &e);
    }
}

static void check_method(lua_State *L, const char *method) {
    if (method[0] == '\0' || strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") != strlen(method)) {
        luaL_error(L, "option \"method\": upper case letters expected");
    }
}

void http_options(lua_State *L, int arg, http_op *o, const char *method) {
    luaL_checkstack(L, 40, "options");
    http_request *r = &o->request;
    const char *named = keep(L, arg, o, "method");
    r->method = method != NULL ? method : named != NULL ? named : "GET";
    check_method(L, r->method);
    r->url = keep(L, arg, o, "url");
    if (r->url == NULL) {
        luaL_error(L, "option \"url\" is missing");
    }
    add_headers(L, arg, o);
    r->headers = &o->headers;
    bind_option_push(L, arg, "body", LUA_TSTRING);
    r->body = op_bytes(L, &o->base, -1, &r->body_size);
    set_json(L, arg, o);
    r->connect_timeout = bind_option_number(L, arg, "connect_timeout", 10);
    r->follow = bind_option_bool(L, arg, "follow", true);
    r->unix_path = keep(L, arg, o, "unix");
    r->ca = keep(L, arg, o, "ca");
    r->cert = keep(L, arg, o, "cert");
    r->key = keep(L, arg, o, "key");
    r->insecure = bind_option_bool(L, arg, "insecure", false);
    r->user = keep(L, arg, o, "user");
    r->password = keep(L, arg, o, "password");
    r->size = -1;
    o->check = bind_option_bool(L, arg, "check", true);
}
