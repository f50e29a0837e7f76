/* transfer.h: one request under way, shared by perform, reader and upload. Internal to this room.
 */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#include <curl/curl.h>
#include "http/http.h"

/* The most of an error's body that is kept. */
#define TRANSFER_ERROR_BODY (64 * 1024)

typedef struct transfer transfer;
struct transfer {
    http_client *client;
    CURLM *multi;
    CURL *easy;
    struct curl_slist *lines;
    http_response response;
    char reason[CURL_ERROR_SIZE];
    char subject[512];
    error failure; /* the first one in a callback */
    bool added, done, head_done, follow, shielded, over_unix;
    CURLcode result;
    double idle;
    double moved_at;
    _Atomic long long *moved;
    /* Body in: returns n, CURL_WRITEFUNC_PAUSE, or 0 with `failure` filled. */
    size_t (*take)(transfer *t, const char *data, size_t n);
    /* Body out (NULL: none streamed): bytes given, 0 at the end, CURL_READFUNC_PAUSE or _ABORT. */
    size_t (*give)(transfer *t, char *data, size_t n);
};

/* Prepares everything but starts nothing; take and give must be set before. transfer_end() in every
 * case. */
int transfer_begin(transfer *t, http_client *c, const http_request *request, error *e);

/* Drives until ready() or the transfer is over (1), until `deadline` on the monotonic clock (0:
 * none) passed (0), or interrupted (-1). */
int transfer_pump(transfer *t, bool (*ready)(const transfer *t), double deadline, error *e);

/* After the end: 0, or -1 with the reason. */
int transfer_result(transfer *t, error *e);

/* Gives the connection back, frees all but the response. */
void transfer_end(transfer *t);

double transfer_now(void);

/* transfer_setup.c */
int transfer_options(transfer *t, const http_request *request, error *e);

/* client.c: a multi handle that nobody else uses until it is given back. */
CURLM *client_take(http_client *c, error *e);
void client_give(http_client *c, CURLM *multi);

#endif
