/* client.h: the connection to a Docker Engine.
 *
 * A client is counted and may be used from several threads: each call has a connection of its own
 * while it runs, and idle ones are used again. Errors of the Engine have kind ENGINE and its status
 * as the code. */
#ifndef DOCKER_CLIENT_H
#define DOCKER_CLIENT_H

#include "base/error.h"
#include "docker/address.h"
#include "http/http.h"

typedef struct docker_client docker_client;

/* Connects and agrees on a version of the API. `address` is copied. NULL with `e` filled. */
docker_client *docker_connect(const docker_address *address, error *e);
docker_client *docker_ref(docker_client *c);
void docker_unref(docker_client *c); /* NULL is fine */

/* The version that is spoken: "1.41". */
const char *docker_api(const docker_client *c);

/* Where the Engine is, as DOCKER_HOST has it. */
const char *docker_host(const docker_client *c);

#endif
