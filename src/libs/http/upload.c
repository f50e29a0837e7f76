#include <stdlib.h>
#include <string.h>
#include "http/transfer.h"

typedef struct http_writer {
    writer base; /* first: this is what callers hold */
    transfer t;
    const char *pending; /* the caller's bytes, while write() runs */
    size_t left;
    long long promised; /* the size that was declared, or -1 */
    long long sent;
    bool ended, paused;
} http_writer;

static http_writer *owner(const transfer *t) {
    return (http_writer *)((char *)(size_t)t - offsetof(http_writer, t));
}

static size_t give_body(transfer *t, char *data, size_t n) {
    http_writer *w = owner(t);
    if (w->left == 0) {
        w->paused = !w->ended;
        return w->ended ? 0 : CURL_READFUNC_PAUSE;
    }
    size_t take = w->left < n ? w->left : n;
    memcpy(data, w->pending, take);
    w->pending += take;
    w->left -= take;
    w->sent += (long long)take;
    return take;
}

static size_t take_body(transfer *t, const char *data, size_t n) {
    buffer *body = &t->response.body;
    if (t->response.status >= 400 && body->length + n > TRANSFER_ERROR_BODY) {
        return n;
    }
    return buffer_append(body, data, n, &t->failure) == 0 ? n : 0;
}

static bool is_drained(const transfer *t) {
    return owner(t)->left == 0;
}

static bool never(const transfer *t) {
    (void)t;
    return false;
}

static int drive(http_writer *w, bool (*ready)(const transfer *t), error *e) {
    w->t.moved_at = transfer_now();
    if (w->paused) {
        w->paused = false;
        curl_easy_pause(w->t.easy, CURLPAUSE_CONT);
    }
    return transfer_pump(&w->t, ready, 0, e) < 0 ? -1 : 0;
}

/* The server's own words count more than curl's "send failure". */
static int answer(http_writer *w, error *e) {
    if (w->t.response.status >= 400) {
        return http_status_error(&w->t.response, w->t.subject, e);
    }
    return transfer_result(&w->t, e);
}

static int http_write(writer *base, const void *data, size_t n, error *e) {
    http_writer *w = (http_writer *)base;
    if (w->promised >= 0 && w->sent + (long long)n > w->promised) {
        return error_set(e, ERROR_LIMIT, 0, "http", w->t.subject,
                         "more bytes than the size that was declared");
    }
    w->pending = data;
    w->left = n;
    int rc = drive(w, is_drained, e);
    bool whole = w->left == 0;
    w->pending = NULL;
    w->left = 0;
    if (rc != 0 || (whole && !w->t.done)) {
        return rc;
    }
    if (answer(w, e) != 0) {
        return -1;
    }
    return whole ? 0
                 : error_set(e, ERROR_HTTP, w->t.response.status, "http", w->t.subject,
                             "the server answered before it had everything");
}

static int http_finish(writer *base, error *e) {
    http_writer *w = (http_writer *)base;
    if (w->promised >= 0 && w->sent < w->promised) {
        return error_set(e, ERROR_LIMIT, 0, "http", w->t.subject,
                         "fewer bytes than the size that was declared");
    }
    w->ended = true;
    return drive(w, never, e) != 0 ? -1 : answer(w, e);
}

static void http_free(writer *base) {
    http_writer *w = (http_writer *)base;
    transfer_end(&w->t);
    http_response_free(&w->t.response);
    free(w);
}

static const writer_ops ops = {http_write, http_finish, http_free};

writer *http_upload(http_client *c, const http_request *request, error *e) {
    http_writer *w = calloc(1, sizeof *w);
    if (w == NULL) {
        error_errno(e, "http", "writer");
        return NULL;
    }
    w->base.ops = &ops;
    w->promised = request->size;
    w->t.take = take_body;
    w->t.give = give_body;
    if (transfer_begin(&w->t, c, request, e) != 0) {
        http_free(&w->base);
        return NULL;
    }
    return &w->base;
}

const http_response *http_writer_response(const writer *base) {
    return &((const http_writer *)base)->t.response;
}
