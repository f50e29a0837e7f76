#include "modules/docker.h"

#include <string.h>
#include "modules/modules.h"

docker_client *docker_check_client(lua_State *L, int arg) {
    const docker_handle *h = luaL_checkudata(L, arg, CLIENT_TYPE);
    if (h->client == NULL) {
        bind_closed(L, CLIENT_TYPE);
    }
    return h->client;
}

/* __index: a method, else a field. */
static int find_member(lua_State *L) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL) {
        lua_getiuservalue(L, 1, 1);
        lua_pushvalue(L, 2);
        if (lua_istable(L, -2)) {
            lua_rawget(L, -2);
        } else {
            lua_pushnil(L);
        }
    }
    return 1;
}

void docker_fields(lua_State *L, const char *type) {
    luaL_getmetatable(L, type);
    lua_getfield(L, -1, "__index");
    lua_pushcclosure(L, find_member, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}

static int client_release(lua_State *L) {
    docker_handle *h = luaL_checkudata(L, 1, CLIENT_TYPE);
    docker_unref(h->client);
    h->client = NULL;
    return 0;
}

static int client_tostring(lua_State *L) {
    const docker_handle *h = luaL_checkudata(L, 1, CLIENT_TYPE);
    lua_pushfstring(L, "docker (%s)", h->client == NULL ? "closed" : docker_host(h->client));
    return 1;
}

/* docker.connect([{host=, tls=, ca=, cert=, key=}]) -> client */
static int docker_open_client(lua_State *L) {
    static const char *const valid[] = {"host", "tls", "ca", "cert", "key", NULL};
    error e = ERROR_INIT;
    docker_address address;
    bind_options(L, 1, valid, false);
    docker_wish wish = {
        .host = bind_option_string(L, 1, "host", NULL),
        .ca = bind_option_string(L, 1, "ca", NULL),
        .cert = bind_option_string(L, 1, "cert", NULL),
        .key = bind_option_string(L, 1, "key", NULL),
        .tls = -1,
    };
    if (bind_option_push(L, 1, "tls", LUA_TBOOLEAN) != LUA_TNIL) {
        wish.tls = lua_toboolean(L, -1);
    }
    docker_handle *h = bind_new_handle(L, sizeof *h, CLIENT_TYPE);
    docker_must(L, docker_address_find(&address, &wish, &e), &e);
    h->client = docker_connect(&address, &e);
    docker_must(L, h->client == NULL ? -1 : 0, &e);
    lua_createtable(L, 0, 2);
    lua_pushstring(L, docker_api(h->client));
    lua_setfield(L, -2, "api");
    lua_pushstring(L, docker_host(h->client));
    lua_setfield(L, -2, "host");
    lua_setiuservalue(L, -2, 1);
    return 1;
}

static int get_json(lua_State *L, const char *path) {
    error e = ERROR_INIT;
    call_op *o =
        docker_call_new(L, docker_check_client(L, 1), "GET", path + 1, CALL_JSON, "engine");
    docker_must(L, buffer_append_text(&o->path, path, &e), &e);
    return docker_call_finish(L, o, false);
}

static int client_version(lua_State *L) {
    return get_json(L, "/version");
}

static int client_info(lua_State *L) {
    return get_json(L, "/info");
}

static void add_query(lua_State *L, call_op *o, int options) {
    if (bind_option_push(L, options, "query", LUA_TTABLE) == LUA_TNIL) {
        return;
    }
    int table = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        luaL_argcheck(L, lua_type(L, -2) == LUA_TSTRING, 4, "query: names must be strings");
        luaL_tolstring(L, -1, NULL);
        docker_call_query(L, o, lua_tostring(L, -3), lua_tostring(L, -1));
        lua_pop(L, 2);
    }
}

static void add_headers(lua_State *L, call_op *o, int options) {
    error e = ERROR_INIT;
    if (bind_option_push(L, options, "headers", LUA_TTABLE) == LUA_TNIL) {
        return;
    }
    int table = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        size_t n;
        luaL_argcheck(L, lua_type(L, -2) == LUA_TSTRING, 4, "headers: names must be strings");
        const char *value = luaL_tolstring(L, -1, &n);
        docker_must(L, http_headers_add(&o->headers, lua_tostring(L, -3), value, n, &e), &e);
        lua_pop(L, 2);
    }
}

static void add_body(lua_State *L, call_op *o, int options) {
    int type = bind_option_push(L, options, "body", LUA_TNONE);
    if (type == LUA_TTABLE) {
        docker_call_body(L, o, -1);
    } else if (type != LUA_TNIL) {
        o->call.body = op_bytes(L, &o->base, -1, &o->call.body_size);
    }
}

/* client:request(method, path[, {query=, body=, headers=, timeout=, check=, background=}])
 * -> decoded | string | nil, status */
static int client_request_method(lua_State *L) {
    static const char *const valid[] = {"query", "body",       "headers", "timeout",
                                        "check", "background", NULL};
    error e = ERROR_INIT;
    docker_client *c = docker_check_client(L, 1);
    const char *method = bind_check_text(L, 2);
    const char *path = bind_check_text(L, 3);
    luaL_argcheck(L, path[0] == '/', 3, "a path that begins with / expected");
    luaL_argcheck(L, strcspn(path, " \r\n#") == strlen(path), 3, "spaces must be escaped");
    bind_options(L, 4, valid, false);
    call_op *o = docker_call_new(L, c, method, "request", CALL_RAW, "%s %.*s", method,
                                 (int)strcspn(path, "?"), path);
    op_keep(L, &o->base, 2);
    o->call.timeout = bind_option_number(L, 4, "timeout", DOCKER_TIMEOUT);
    o->call.any_status = !bind_option_bool(L, 4, "check", true);
    docker_must(L, buffer_append_text(&o->path, path, &e), &e);
    add_query(L, o, 4);
    add_headers(L, o, 4);
    add_body(L, o, 4);
    return docker_call_finish(L, o, op_background(L, 4));
}

static void add_tostring(lua_State *L) {
    luaL_getmetatable(L, CLIENT_TYPE);
    lua_pushcfunction(L, client_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pop(L, 1);
}

int luaopen_docker(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"request", client_request_method},
        {"version", client_version},
        {"info", client_info},
        {"containers", docker_containers},
        {"service", docker_service},
        {"container", docker_container},
        {"create", docker_create},
        {"events", docker_events_method},
        {"volume", docker_volume},
        {"volumes", docker_volumes},
        {"create_volume", docker_create_volume},
        {"remove_volume", docker_remove_volume},
        {"image", docker_image},
        {"images", docker_images},
        {"import_image", docker_import_image},
        {"remove_image", docker_remove_image},
        {NULL, NULL},
    };
    static const luaL_Reg functions[] = {{"connect", docker_open_client}, {NULL, NULL}};
    bind_type(L, CLIENT_TYPE, methods, client_release);
    docker_fields(L, CLIENT_TYPE);
    add_tostring(L);
    docker_container_install(L);
    docker_events_install(L);
    luaL_newlib(L, functions);
    return 1;
}
