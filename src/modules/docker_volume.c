#include "docker/path.h"
#include "modules/docker.h"

static call_op *begin(lua_State *L, const char *method, const char *what, enum call_result result) {
    docker_client *c = docker_check_client(L, 1);
    const char *name = bind_check_text(L, 2);
    error e = ERROR_INIT;
    call_op *o = docker_call_new(L, c, method, what, result, "volume %s", name);
    docker_must(L, docker_path(&o->path, "/volumes/", name, "", &e), &e);
    return o;
}

/* client:volume(name) -> table | nil */
int docker_volume(lua_State *L) {
    call_op *o = begin(L, "GET", "inspect", CALL_JSON);
    o->absent = true;
    return docker_call_finish(L, o, false);
}

/* client:volumes([{project=, labels=}]) -> list */
int docker_volumes(lua_State *L) {
    static const char *const valid[] = {"project", "labels", NULL};
    docker_client *c = docker_check_client(L, 1);
    error e = ERROR_INIT;
    bind_options(L, 2, valid, false);
    call_op *o = docker_call_new(L, c, "GET", "list", CALL_JSON, "volumes");
    docker_must(L, buffer_append_text(&o->path, "/volumes", &e), &e);
    docker_label_filter(L, 2, &o->path);
    docker_call_finish(L, o, false);
    if (docker_member(L, lua_gettop(L), "Volumes") != LUA_TTABLE) {
        lua_newtable(L); /* null when there are none */
    }
    return 1;
}

/* client:create_volume(name[, {labels=, driver=}]) -> table; one that exists is given back as it is
 */
int docker_create_volume(lua_State *L) {
    static const char *const valid[] = {"labels", "driver", NULL};
    docker_client *c = docker_check_client(L, 1);
    const char *name = bind_check_text(L, 2);
    error e = ERROR_INIT;
    bind_options(L, 3, valid, false);
    lua_createtable(L, 0, 3);
    int spec = lua_gettop(L);
    lua_pushvalue(L, 2);
    lua_setfield(L, spec, "Name");
    lua_pushstring(L, bind_option_string(L, 3, "driver", "local"));
    lua_setfield(L, spec, "Driver");
    if (bind_option_push(L, 3, "labels", LUA_TTABLE) != LUA_TNIL) {
        lua_setfield(L, spec, "Labels");
    }
    call_op *o = docker_call_new(L, c, "POST", "create", CALL_JSON, "volume %s", name);
    docker_must(L, buffer_append_text(&o->path, "/volumes/create", &e), &e);
    docker_call_body(L, o, spec);
    return docker_call_finish(L, o, false);
}

/* client:remove_volume(name[, {force=}]) -> false when there is none */
int docker_remove_volume(lua_State *L) {
    static const char *const valid[] = {"force", NULL};
    bind_options(L, 3, valid, false);
    call_op *o = begin(L, "DELETE", "remove", CALL_FOUND);
    o->call.timeout = 10 * DOCKER_TIMEOUT;
    if (bind_option_bool(L, 3, "force", false)) {
        docker_call_query(L, o, "force", "1");
    }
    return docker_call_finish(L, o, false);
}
