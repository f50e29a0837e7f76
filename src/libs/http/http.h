/* http.h: HTTP(S) over TCP, TLS and unix sockets.
 *
 * A client keeps a few connections alive; it is counted and may be used from several threads at
 * once (each transfer has a connection of its own while it runs). All waiting sees interrupts
 * within 100 ms. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buffer.h"
#include "base/error.h"
#include "http/headers.h"
#include "stream/stream.h"

typedef struct http_client http_client;

typedef struct http_request {
    const char *method; /* NULL: GET */
    const char *url;
    const http_headers *headers; /* may be NULL */
    const void *body;            /* in memory; NULL: none */
    size_t body_size;
    reader *from;           /* streamed body, used by http_perform only; not freed */
    long long size;         /* bytes of a streamed body, -1: unknown (chunked) */
    writer *to;             /* where a body of status < 400 goes; NULL: into response.body */
    size_t max_size;        /* ceiling of response.body; 0: 16 MiB */
    double timeout;         /* seconds for everything; 0: none */
    double connect_timeout; /* 0: 10 s */
    double idle_timeout;    /* seconds without a byte either way; 0: none */
    bool follow;            /* redirects of GET and HEAD */
    bool shielded; /* does not look at interrupts: for cleaning up, together with a timeout */
    const char *unix_path; /* unix socket instead of the URL's host */
    const char *ca, *cert, *key;
    bool insecure; /* TLS without verification */
    const char *user, *password;
    _Atomic long long *moved; /* counts body bytes as they pass; may be NULL */
} http_request;

typedef struct http_response {
    long status;
    http_headers headers; /* names in lower case */
    buffer body;
    char *url;    /* after redirects */
    int os_errno; /* of a connection that failed, else 0 */
} http_response;

/* A new client (count 1). NULL with `e` filled. */
http_client *http_client_new(error *e);
http_client *http_client_ref(http_client *c);
void http_client_unref(http_client *c); /* NULL is fine */

/* Sends and waits for the whole answer. 0 for any status; the caller frees `out` in every case. */
int http_perform(http_client *c, const http_request *request, http_response *out, error *e);

/* Sends and waits for the head of the answer, whatever its status. The body is pulled through the
 * reader, which holds 512 KiB at most; a body that is cut is a failure. `request` need not outlive
 * the call. */
reader *http_open(http_client *c, const http_request *request, error *e);

/* The answer's head; lives as long as the reader. */
const http_response *http_reader_response(const reader *r);

/* For a status >= 400: reads the start of the body and fills `e` as http_status_error does. -1. */
int http_reader_error(reader *r, const char *url, error *e);

/* 1 when reading would not block (bytes, the end or a failure), 0 when nothing came in `seconds`,
 * -1 interrupted. */
int http_reader_poll(reader *r, double seconds, error *e);

/* Starts a request whose body is pushed through the writer. finish() waits for the answer; a status
 * >= 400 fails both write and finish with kind HTTP. free() without finish() cuts the body, so that
 * the server rejects it. */
writer *http_upload(http_client *c, const http_request *request, error *e);

/* The answer, once finish() or write() has failed or succeeded; lives as long as the writer. */
const http_response *http_writer_response(const writer *w);

/* Fills `e` with kind HTTP from a status >= 400 and the start of the body. Returns -1. */
int http_status_error(const http_response *response, const char *url, error *e);

void http_response_free(http_response *response);

#endif
