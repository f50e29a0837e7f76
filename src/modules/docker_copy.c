#include "docker/copy.h"

#include <stdio.h>
#include "modules/docker.h"

#define STAT_TYPE "docker stat"

static void subject_of(char *out, size_t size, const char *path, const char *name) {
    snprintf(out, size, "%s in container %s", path, name);
}

static int stat_release(lua_State *L) {
    docker_stat_free(luaL_checkudata(L, 1, STAT_TYPE));
    return 0;
}

static void push_stat(lua_State *L, const docker_stat *s) {
    lua_createtable(L, 0, 6);
    lua_pushstring(L, s->name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, s->type);
    lua_setfield(L, -2, "type");
    lua_pushinteger(L, s->size);
    lua_setfield(L, -2, "size");
    lua_pushinteger(L, s->mode);
    lua_setfield(L, -2, "mode");
    lua_pushnumber(L, s->mtime);
    lua_setfield(L, -2, "mtime");
    if (s->link[0] != '\0') {
        lua_pushstring(L, s->link);
        lua_setfield(L, -2, "link");
    }
}

/* container:stat(path) -> {name, type, size, mode, mtime, link} | nil */
int container_stat(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    const char *id, *name;
    char subject[512];
    error e = ERROR_INIT;
    const char *path = bind_check_text(L, 2);
    docker_client *c = docker_check_container(L, 1, &id, &name);
    subject_of(subject, sizeof subject, path, name);
    bind_type(L, STAT_TYPE, none, stat_release);
    docker_stat *s = bind_new_handle(L, sizeof *s, STAT_TYPE);
    int found = docker_stat_path(c, id, subject, path, s, &e);
    docker_must(L, found < 0 ? -1 : 0, &e);
    if (found) {
        push_stat(L, s);
        docker_stat_free(s);
    } else {
        lua_pushnil(L);
    }
    return 1;
}

/* container:open(path) -> reader of a tar */
int container_open(lua_State *L) {
    const char *id, *name;
    char subject[512];
    error e = ERROR_INIT;
    const char *path = bind_check_text(L, 2);
    docker_client *c = docker_check_container(L, 1, &id, &name);
    subject_of(subject, sizeof subject, path, name);
    reader **slot = bind_new_reader(L);
    *slot = docker_copy_out(c, id, subject, path, &e);
    docker_must(L, *slot == NULL ? -1 : 0, &e);
    return 1;
}

/* container:upload(path) -> writer that takes a tar; its close() waits for the Engine's answer */
int container_upload(lua_State *L) {
    const char *id, *name;
    char subject[512];
    error e = ERROR_INIT;
    const char *path = bind_check_text(L, 2);
    docker_client *c = docker_check_container(L, 1, &id, &name);
    subject_of(subject, sizeof subject, path, name);
    writer **slot = bind_new_writer(L);
    *slot = docker_copy_in(c, id, subject, path, &e);
    docker_must(L, *slot == NULL ? -1 : 0, &e);
    return 1;
}
