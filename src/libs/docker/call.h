/* call.h: one request to the Engine: whole, pulled or pushed. */
#ifndef DOCKER_CALL_H
#define DOCKER_CALL_H

#include "docker/client.h"

/* How long the Engine may take for an answer that it can give at once, in seconds. */
#define DOCKER_TIMEOUT 120.0

typedef struct docker_call {
    const char *method;  /* NULL: GET */
    const char *path;    /* without the version, with the query */
    const char *op;      /* for messages: "start" */
    const char *subject; /* "container server_db_1" */
    const void *body;
    size_t body_size;
    const char *type; /* of the body; NULL: application/json */
    const http_headers *headers;
    double timeout; /* 0: none */
    size_t max_size;
    bool any_status;  /* a status >= 400 is no failure */
    bool shielded;    /* for cleaning up: see http.h */
    bool unversioned; /* /_ping */
    _Atomic long long *moved;
} docker_call;

/* Waits for the whole answer. The caller frees `out` (http_response_free) in every case. */
int docker_run(docker_client *c, const docker_call *call, http_response *out, error *e);

/* The same when only the success counts. Returns the status, or -1. With `absent` true a 404 is no
 * failure. */
long docker_do(docker_client *c, const docker_call *call, bool absent, error *e);

/* Waits for the answer's head; a status >= 400 is told before the first byte is read. */
reader *docker_open(docker_client *c, const docker_call *call, error *e);

/* Sends a body of unknown size; finish() waits for the answer. A refusal fails write or finish with
 * kind ENGINE. */
writer *docker_upload(docker_client *c, const docker_call *call, error *e);

/* Fills `e` from an answer with a status >= 400. Returns -1. */
int docker_refusal(const http_response *answer, const docker_call *call, error *e);

/* client.c, for call.c: where to send and how. `url` is filled and must be freed. */
int client_request(docker_client *c, const docker_call *call, buffer *url, http_headers *headers,
                   http_request *request, error *e);
http_client *client_http(docker_client *c);

#endif
