#include <stdio.h>
#include <string.h>
#include "docker/path.h"
#include "http/url.h"
#include "modules/docker.h"

void docker_push_container(lua_State *L, docker_client *c) {
    docker_handle *h = bind_new_handle(L, sizeof *h, CONTAINER_TYPE);
    h->client = docker_ref(c);
    lua_insert(L, -2);
    lua_setiuservalue(L, -2, 1);
}

static int release(lua_State *L) {
    docker_handle *h = luaL_checkudata(L, 1, CONTAINER_TYPE);
    docker_unref(h->client);
    h->client = NULL;
    return 0;
}

docker_client *docker_check_container(lua_State *L, int arg, const char **id, const char **name) {
    const docker_handle *h = luaL_checkudata(L, arg, CONTAINER_TYPE);
    if (h->client == NULL) {
        bind_closed(L, CONTAINER_TYPE);
    }
    lua_getiuservalue(L, arg, 1);
    lua_getfield(L, -1, "id");
    lua_getfield(L, -2, "name");
    lua_remove(L, -3);
    *id = bind_check_text(L, -2);
    *name = bind_check_text(L, -1);
    return h->client;
}

static int to_string(lua_State *L) {
    luaL_checkudata(L, 1, CONTAINER_TYPE);
    lua_getiuservalue(L, 1, 1);
    lua_getfield(L, -1, "name");
    lua_pushfstring(L, "container %s", lua_tostring(L, -1));
    return 1;
}

static int is_equal(lua_State *L) {
    for (int i = 1; i <= 2; i++) {
        luaL_checkudata(L, i, CONTAINER_TYPE);
        lua_getiuservalue(L, i, 1);
        lua_getfield(L, -1, "id");
    }
    lua_pushboolean(L, lua_rawequal(L, -1, -3));
    return 1;
}

/* A request about the container at 1: METHOD /containers/ID + suffix. */
static call_op *begin(lua_State *L, const char *method, const char *what, enum call_result result,
                      const char *suffix) {
    const char *id, *name;
    error e = ERROR_INIT;
    docker_client *c = docker_check_container(L, 1, &id, &name);
    call_op *o = docker_call_new(L, c, method, what, result, "container %s", name);
    docker_must(L, docker_path(&o->path, "/containers/", id, suffix, &e), &e);
    return o;
}

static int inspect(lua_State *L) {
    call_op *o = begin(L, "GET", "inspect", CALL_JSON, "/json");
    o->absent = true;
    return docker_call_finish(L, o, false);
}

static int start(lua_State *L) {
    return docker_call_finish(L, begin(L, "POST", "start", CALL_CHANGED, "/start"), false);
}

/* {timeout=10}: seconds between TERM and KILL. */
static void grace(lua_State *L, call_op *o) {
    static const char *const valid[] = {"timeout", NULL};
    char text[32];
    bind_options(L, 2, valid, false);
    double seconds = bind_option_number(L, 2, "timeout", 10);
    snprintf(text, sizeof text, "%.0f", seconds);
    docker_call_query(L, o, "t", text);
    o->call.timeout = seconds + DOCKER_TIMEOUT;
}

static int stop(lua_State *L) {
    call_op *o = begin(L, "POST", "stop", CALL_CHANGED, "/stop");
    grace(L, o);
    return docker_call_finish(L, o, false);
}

static int restart(lua_State *L) {
    call_op *o = begin(L, "POST", "restart", CALL_NOTHING, "/restart");
    grace(L, o);
    return docker_call_finish(L, o, false);
}

static int kill_container(lua_State *L) {
    const char *signal = lua_isnoneornil(L, 2) ? "KILL" : bind_check_text(L, 2);
    call_op *o = begin(L, "POST", "kill", CALL_CHANGED, "/kill");
    o->already = "is not running";
    docker_call_query(L, o, "signal", signal);
    return docker_call_finish(L, o, false);
}

static int pause_container(lua_State *L) {
    call_op *o = begin(L, "POST", "pause", CALL_CHANGED, "/pause");
    o->already = "already paused";
    return docker_call_finish(L, o, false);
}

static int unpause(lua_State *L) {
    call_op *o = begin(L, "POST", "unpause", CALL_CHANGED, "/unpause");
    o->already = "is not paused";
    return docker_call_finish(L, o, false);
}

static int rename_container(lua_State *L) {
    const char *to = bind_check_text(L, 2);
    call_op *o = begin(L, "POST", "rename", CALL_NOTHING, "/rename");
    docker_call_query(L, o, "name", to);
    docker_call_finish(L, o, false);
    lua_getiuservalue(L, 1, 1);
    lua_pushvalue(L, 2);
    lua_setfield(L, -2, "name");
    return 0;
}

/* container:remove([{force=true, volumes=false}]) -> false when it is gone already. "volumes" means
 * anonymous ones. */
static int remove_container(lua_State *L) {
    static const char *const valid[] = {"force", "volumes", NULL};
    bind_options(L, 2, valid, false);
    call_op *o = begin(L, "DELETE", "remove", CALL_FOUND, "");
    o->already = "is already in progress";
    o->call.timeout = 10 * DOCKER_TIMEOUT; /* a writable layer can be large */
    docker_call_query(L, o, "force", bind_option_bool(L, 2, "force", true) ? "1" : "0");
    docker_call_query(L, o, "v", bind_option_bool(L, 2, "volumes", false) ? "1" : "0");
    return docker_call_finish(L, o, false);
}

void docker_container_install(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"inspect", inspect},
        {"start", start},
        {"stop", stop},
        {"restart", restart},
        {"kill", kill_container},
        {"pause", pause_container},
        {"unpause", unpause},
        {"rename", rename_container},
        {"remove", remove_container},
        {"wait", container_wait},
        {"logs", container_logs},
        {"exec", container_exec},
        {"stat", container_stat},
        {"open", container_open},
        {"upload", container_upload},
        {NULL, NULL},
    };
    bind_type(L, CONTAINER_TYPE, methods, release);
    docker_fields(L, CONTAINER_TYPE);
    luaL_getmetatable(L, CONTAINER_TYPE);
    lua_pushcfunction(L, to_string);
    lua_setfield(L, -2, "__tostring");
    lua_pushcfunction(L, is_equal);
    lua_setfield(L, -2, "__eq");
    lua_pop(L, 1);
}
