/* docker.h: what the files of the docker module share. */
#ifndef MODULES_DOCKER_H
#define MODULES_DOCKER_H

#include "docker/call.h"
#include "docker/client.h"
#include "modules/bind.h"
#include "modules/http_json.h"
#include "modules/job.h"

#define CLIENT_TYPE "docker"
#define CONTAINER_TYPE "container"

/* Both handles begin alike; the user value holds a table of what scripts see as fields. */
typedef struct docker_handle {
    docker_client *client; /* NULL: closed */
} docker_handle;

/* The client at `arg`; raises when it is closed. */
docker_client *docker_check_client(lua_State *L, int arg);

/* Makes fields of the user value's table readable beside the methods; `type` has been registered.
 */
void docker_fields(lua_State *L, const char *type);

/* Pushes t[key] of the table at `index` when it is a table, string or number, else nil (JSON's null
 * is a value of its own in Lua). Returns the type. */
int docker_member(lua_State *L, int index, const char *key);

/* ---- docker_call.c: most methods are one request ---- */

enum call_result {
    CALL_NOTHING,
    CALL_CHANGED, /* true; false when it was so already (304, or `already` in the Engine's words) */
    CALL_FOUND,   /* true; false for 404 */
    CALL_JSON,    /* the answer; nil for 404 when `absent` */
    CALL_RAW      /* the answer decoded, or as a string, or nil when empty; and the status */
};

typedef struct call_op {
    op base;
    docker_client *client;
    docker_call call;
    enum call_result result;
    bool absent;         /* 404 is an answer */
    const char *already; /* in the message of a refusal: it was so already */
    bool changed;
    buffer path;
    http_headers headers;
    http_response answer;
    char subject[300];
} call_op;

/* Pushes the op of a request; `subject` (a format) is for messages. The path is to be appended to
 * op->path. */
call_op *docker_call_new(lua_State *L, docker_client *c, const char *method, const char *name,
                         enum call_result result, const char *subject, ...)
    __attribute__((format(printf, 6, 7)));

/* Appends "?key=value", escaped, to the op's path. */
void docker_call_query(lua_State *L, call_op *o, const char *key, const char *value);

/* The value at `index` as JSON becomes the body. */
void docker_call_body(lua_State *L, call_op *o, int index);

int docker_call_finish(lua_State *L, call_op *o, bool background);

/* Raises when `rc` is not 0. */
void docker_must(lua_State *L, int rc, const error *e);

/* ---- docker_container.c ---- */

/* Pushes a container whose fields are the table on top of the stack, which it replaces. */
void docker_push_container(lua_State *L, docker_client *c);

/* The container at `arg`; its id and name are left on the stack so that they live. */
docker_client *docker_check_container(lua_State *L, int arg, const char **id, const char **name);

void docker_container_install(lua_State *L);

/* ---- parts of the two types' methods ---- */

/* Appends "?filters=" for the labels that the options at `arg` ask for: {project=, service=,
 * labels={k=v | k}}. */
void docker_label_filter(lua_State *L, int arg, buffer *path);

int docker_containers(lua_State *L);
int docker_service(lua_State *L);
int docker_container(lua_State *L);
int docker_create(lua_State *L);
int docker_events_method(lua_State *L);
int docker_volume(lua_State *L);
int docker_volumes(lua_State *L);
int docker_create_volume(lua_State *L);
int docker_remove_volume(lua_State *L);
int docker_image(lua_State *L);
int docker_images(lua_State *L);
int docker_import_image(lua_State *L);
int docker_remove_image(lua_State *L);
int container_exec(lua_State *L);
int container_stat(lua_State *L);
int container_open(lua_State *L);
int container_upload(lua_State *L);
int container_wait(lua_State *L);
int container_logs(lua_State *L);

void docker_events_install(lua_State *L);

#endif
