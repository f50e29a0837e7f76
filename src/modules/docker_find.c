#include <stdio.h>
#include <string.h>
#include "docker/containers.h"
#include "http/url.h"
#include "modules/docker.h"

#define PROJECT_LABEL "com.docker.compose.project"
#define SERVICE_LABEL "com.docker.compose.service"
#define LABELS_MAX 32

/* The texts of a filter; each is on the stack so that it lives. */
typedef struct labels {
    const char *list[LABELS_MAX + 1];
    int count;
} labels;

static void add(lua_State *L, labels *l) {
    if (l->count >= LABELS_MAX) {
        luaL_error(L, "more than %d labels", LABELS_MAX);
    }
    l->list[l->count++] = bind_check_text(L, -1);
    l->list[l->count] = NULL;
}

static void add_named(lua_State *L, int arg, const char *key, const char *label, labels *l) {
    const char *value = bind_option_string(L, arg, key, NULL);
    if (value != NULL) {
        lua_pushfstring(L, "%s=%s", label, value);
        add(L, l);
    }
}

/* labels={["k"]="v", "k"} */
static void add_table(lua_State *L, int arg, labels *l) {
    if (bind_option_push(L, arg, "labels", LUA_TTABLE) == LUA_TNIL) {
        return;
    }
    int table = lua_gettop(L);
    lua_newtable(L); /* holds the texts */
    lua_pushnil(L);
    while (lua_next(L, table)) {
        luaL_tolstring(L, -1, NULL);
        if (lua_type(L, -3) == LUA_TSTRING) {
            lua_pushfstring(L, "%s=%s", lua_tostring(L, -3), lua_tostring(L, -1));
            lua_replace(L, -2);
        }
        add(L, l);
        lua_rawseti(L, table + 1, l->count);
        lua_pop(L, 1);
    }
}

static void finish_filter(lua_State *L, const labels *l, buffer *path) {
    error e = ERROR_INIT;
    if (l->count > 0) {
        docker_must(L, docker_filter_labels(path, l->list, &e), &e);
    }
}

void docker_label_filter(lua_State *L, int arg, buffer *path) {
    labels l = {{NULL}, 0};
    add_named(L, arg, "project", PROJECT_LABEL, &l);
    add_named(L, arg, "service", SERVICE_LABEL, &l);
    add_table(L, arg, &l);
    finish_filter(L, &l, path);
}

int docker_member(lua_State *L, int index, const char *key) {
    int type = LUA_TNIL;
    if (lua_istable(L, index)) {
        type = lua_getfield(L, index, key);
    } else {
        lua_pushnil(L);
    }
    if (type != LUA_TTABLE && type != LUA_TSTRING && type != LUA_TNUMBER) {
        lua_pop(L, 1);
        lua_pushnil(L);
        type = LUA_TNIL;
    }
    return type;
}

/* Links add names with more slashes: the shortest path is the container's own name. */
static void set_name(lua_State *L, int entry, int fields) {
    if (docker_member(L, entry, "Names") == LUA_TTABLE) {
        int names = lua_gettop(L);
        for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, names); i++) {
            lua_rawgeti(L, names, i);
            const char *name = lua_tostring(L, -1);
            if (name != NULL && name[0] == '/' && strchr(name + 1, '/') == NULL) {
                lua_pushstring(L, name + 1);
                lua_setfield(L, fields, "name");
            }
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
    if (lua_getfield(L, fields, "name") == LUA_TNIL) {
        lua_getfield(L, fields, "id");
        lua_setfield(L, fields, "name");
    }
    lua_pop(L, 1);
}

static void set_labels(lua_State *L, int from, const char *key, int fields) {
    if (docker_member(L, from, key) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
    }
    lua_getfield(L, -1, PROJECT_LABEL);
    lua_setfield(L, fields, "project");
    lua_getfield(L, -1, SERVICE_LABEL);
    lua_setfield(L, fields, "service");
    lua_setfield(L, fields, "labels");
}

/* Pushes the container that an entry of the Engine's list describes. */
static void push_entry(lua_State *L, docker_client *c, int entry) {
    static const char *const names[][2] = {{"Id", "id"}, {"State", "state"}, {"Image", "image"}};
    lua_createtable(L, 0, 7);
    int fields = lua_gettop(L);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        docker_member(L, entry, names[i][0]);
        lua_setfield(L, fields, names[i][1]);
    }
    set_name(L, entry, fields);
    set_labels(L, entry, "Labels", fields);
    docker_push_container(L, c);
}

/* Replaces the Engine's list on top of the stack by one of containers. */
static void convert(lua_State *L, docker_client *c) {
    int from = lua_gettop(L);
    lua_Integer n = (lua_Integer)lua_rawlen(L, from);
    lua_createtable(L, (int)n, 0);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, from, i);
        push_entry(L, c, lua_gettop(L));
        lua_rawseti(L, from + 1, i);
        lua_pop(L, 1);
    }
    lua_replace(L, from);
}

/* client:containers{project=, service=, all=true, labels={}} -> list */
int docker_containers(lua_State *L) {
    static const char *const valid[] = {"project", "service", "all", "labels", NULL};
    docker_client *c = docker_check_client(L, 1);
    error e = ERROR_INIT;
    bind_options(L, 2, valid, false);
    bool all = bind_option_bool(L, 2, "all", true);
    call_op *o = docker_call_new(L, c, "GET", "list", CALL_JSON, "containers");
    docker_must(L, buffer_format(&o->path, &e, "/containers/json?all=%d", all ? 1 : 0), &e);
    docker_label_filter(L, 2, &o->path);
    docker_call_finish(L, o, false);
    convert(L, c);
    return 1;
}

/* client:service(project, service) -> container | nil. What "compose run" made is not the service.
 */
int docker_service(lua_State *L) {
    docker_client *c = docker_check_client(L, 1);
    const char *project = bind_check_text(L, 2);
    const char *service = bind_check_text(L, 3);
    error e = ERROR_INIT;
    labels l = {{NULL}, 0};
    call_op *o = docker_call_new(L, c, "GET", "find", CALL_JSON, "service %s", service);
    docker_must(L, buffer_append_text(&o->path, "/containers/json?all=1", &e), &e);
    lua_pushfstring(L, PROJECT_LABEL "=%s", project);
    add(L, &l);
    lua_pushfstring(L, SERVICE_LABEL "=%s", service);
    add(L, &l);
    lua_pushliteral(L, "com.docker.compose.oneoff=False");
    add(L, &l);
    finish_filter(L, &l, &o->path);
    docker_call_finish(L, o, false);
    convert(L, c);
    lua_Unsigned n = lua_rawlen(L, -1);
    if (n > 1) {
        return bind_fail(L, ERROR_ENGINE, 0, "find", service,
                         "%d containers in project %s: scaled services are not supported", (int)n,
                         project);
    }
    lua_rawgeti(L, -1, 1);
    return 1;
}

/* client:container(id or name) -> container; asks nothing */
int docker_container(lua_State *L) {
    docker_client *c = docker_check_client(L, 1);
    bind_check_text(L, 2);
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, 2);
    lua_setfield(L, -2, "id");
    lua_pushvalue(L, 2);
    lua_setfield(L, -2, "name");
    lua_newtable(L);
    lua_setfield(L, -2, "labels");
    docker_push_container(L, c);
    return 1;
}

/* client:create(name or nil, spec) -> container. spec is the Engine's own JSON as a table. */
int docker_create(lua_State *L) {
    docker_client *c = docker_check_client(L, 1);
    const char *name = lua_isnil(L, 2) ? NULL : bind_check_text(L, 2);
    error e = ERROR_INIT;
    luaL_checktype(L, 3, LUA_TTABLE);
    call_op *o = docker_call_new(L, c, "POST", "create", CALL_JSON, "container %s",
                                 name == NULL ? "(unnamed)" : name);
    docker_must(L, buffer_append_text(&o->path, "/containers/create", &e), &e);
    if (name != NULL) {
        docker_call_query(L, o, "name", name);
    }
    docker_call_body(L, o, 3);
    docker_call_finish(L, o, false);
    int answer = lua_gettop(L);
    lua_createtable(L, 0, 7);
    int fields = lua_gettop(L);
    docker_member(L, answer, "Id");
    lua_setfield(L, fields, "id");
    if (name != NULL) {
        lua_pushvalue(L, 2);
    } else {
        lua_getfield(L, fields, "id");
    }
    lua_setfield(L, fields, "name");
    lua_pushliteral(L, "created");
    lua_setfield(L, fields, "state");
    docker_member(L, 3, "Image");
    lua_setfield(L, fields, "image");
    set_labels(L, 3, "Labels", fields);
    docker_push_container(L, c);
    return 1;
}
