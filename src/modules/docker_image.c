#include "docker/image.h"

#include <errno.h>
#include <stdlib.h>
#include "docker/path.h"
#include "modules/docker.h"

static call_op *begin(lua_State *L, const char *method, const char *what, enum call_result result,
                      const char *suffix) {
    docker_client *c = docker_check_client(L, 1);
    const char *ref = bind_check_text(L, 2);
    error e = ERROR_INIT;
    call_op *o = docker_call_new(L, c, method, what, result, "image %s", ref);
    docker_must(L, docker_image_path(&o->path, "/images/", ref, suffix, &e), &e);
    o->absent = true;
    return o;
}

/* client:image(ref) -> table | nil */
int docker_image(lua_State *L) {
    return docker_call_finish(L, begin(L, "GET", "inspect", CALL_JSON, "/json"), false);
}

/* client:remove_image(ref) -> false when there is none */
int docker_remove_image(lua_State *L) {
    return docker_call_finish(L, begin(L, "DELETE", "remove", CALL_FOUND, ""), false);
}

/* client:images([{labels=}]) -> list */
int docker_images(lua_State *L) {
    static const char *const valid[] = {"labels", NULL};
    docker_client *c = docker_check_client(L, 1);
    error e = ERROR_INIT;
    bind_options(L, 2, valid, false);
    call_op *o = docker_call_new(L, c, "GET", "list", CALL_JSON, "images");
    docker_must(L, buffer_append_text(&o->path, "/images/json", &e), &e);
    docker_label_filter(L, 2, &o->path);
    return docker_call_finish(L, o, false);
}

typedef struct import_op {
    op base;
    docker_client *client;
    const char *ref;
    const char **labels; /* key, value, ... NULL; the texts are kept by the op */
    buffer id;
} import_op;

static int import_run(op *base, error *e) {
    import_op *o = (import_op *)base;
    return docker_import_empty(o->client, o->ref, o->labels, &o->id, e);
}

static int import_push(lua_State *L, op *base) {
    const import_op *o = (import_op *)base;
    lua_pushlstring(L, o->id.data, o->id.length);
    return 1;
}

static void import_free(op *base) {
    import_op *o = (import_op *)base;
    docker_unref(o->client);
    buffer_free(&o->id);
    free(o->labels);
}

static void set_labels(lua_State *L, import_op *o) {
    if (bind_option_push(L, 3, "labels", LUA_TTABLE) == LUA_TNIL) {
        return;
    }
    int table = lua_gettop(L);
    size_t n = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        n++;
        lua_pop(L, 1);
    }
    o->labels = calloc(2 * n + 1, sizeof *o->labels);
    if (o->labels == NULL) {
        bind_fail(L, ERROR_SYSTEM, ENOMEM, "import", "", "out of memory");
    }
    size_t i = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        if (lua_type(L, -2) != LUA_TSTRING) {
            luaL_error(L, "option \"labels\": a table of name = string expected");
        }
        o->labels[i++] = op_text(L, &o->base, -2);
        luaL_tolstring(L, -1, NULL);
        o->labels[i++] = op_text(L, &o->base, -1);
        lua_pop(L, 2);
    }
}

/* client:import_image(ref[, {labels=}]) -> id of an image without any file */
int docker_import_image(lua_State *L) {
    static const op_type type = {"import", import_run, import_push, import_free};
    static const char *const valid[] = {"labels", NULL};
    docker_client *c = docker_check_client(L, 1);
    bind_check_text(L, 2);
    bind_options(L, 3, valid, false);
    import_op *o = op_new(L, sizeof *o, &type);
    o->client = docker_ref(c);
    o->ref = op_text(L, &o->base, 2);
    o->id = (buffer)BUFFER_INIT(4096);
    set_labels(L, o);
    return op_call(L, &o->base);
}
