/* http.h: what the files of the http module share. */
#ifndef MODULES_HTTP_H
#define MODULES_HTTP_H

#include "http/http.h"
#include "modules/bind.h"
#include "modules/job.h"

typedef struct http_op {
    op base;
    http_client *client;
    http_request request;
    http_headers headers;
    http_response response;
    bool check;
    reader *opened; /* http.open: the answer's body */
} http_op;

/* Fills the op's request from the options at `arg`, which have been checked for unknown keys.
 * `method` (may be NULL) wins over theirs. */
void http_options(lua_State *L, int arg, http_op *o, const char *method);

/* Pushes {status, headers, url[, body]}. */
void http_push_response(lua_State *L, const http_response *response, const char *url, bool body);

/* The client that all requests of a state share. */
http_client *http_shared(lua_State *L);

#endif
