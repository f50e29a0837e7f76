#include <stdlib.h>
#include <string.h>
#include "http/transfer.h"

/* The most that waits in memory for somebody who reads slowly. */
#define HELD_MAX ((size_t)512 * 1024)

typedef struct http_reader {
    reader base; /* first: this is what callers hold */
    transfer t;
    char *held;
    size_t start, length;
    bool paused;
} http_reader;

static http_reader *owner(const transfer *t) {
    return (http_reader *)((char *)(size_t)t - offsetof(http_reader, t));
}

static size_t take_body(transfer *t, const char *data, size_t n) {
    http_reader *r = owner(t);
    size_t end = r->start + r->length;
    if (end + n > HELD_MAX) {
        if (r->length == 0 && n > HELD_MAX) {
            error_set(&t->failure, ERROR_LIMIT, 0, "http", t->subject, "piece too large");
            return 0;
        }
        r->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    memcpy(r->held + end, data, n);
    r->length += n;
    return n;
}

static bool has_head(const transfer *t) {
    return t->head_done;
}

static bool has_bytes(const transfer *t) {
    return owner(t)->length > 0;
}

/* Lets curl go on once everything it handed out is consumed. */
static int resume(http_reader *r, error *e) {
    r->start = 0;
    if (!r->paused) {
        return 0;
    }
    r->paused = false;
    CURLcode code = curl_easy_pause(r->t.easy, CURLPAUSE_CONT);
    if (code == CURLE_OK || r->t.failure.kind != ERROR_NONE) {
        return 0;
    }
    return error_set(e, ERROR_HTTP, -(long)code, "http", r->t.subject, "%s",
                     curl_easy_strerror(code));
}

/* 1: bytes are held, or the transfer is over; 0: nothing until `deadline`; -1 failed. */
static int fill(http_reader *r, double deadline, error *e) {
    if (r->length > 0) {
        return 1;
    }
    if (resume(r, e) != 0) {
        return -1;
    }
    return transfer_pump(&r->t, has_bytes, deadline, e);
}

static ssize_t http_read(reader *base, void *data, size_t n, error *e) {
    http_reader *r = (http_reader *)base;
    r->t.moved_at = transfer_now(); /* the time that our caller took is not the server's */
    if (n == 0) {
        return 0;
    }
    if (fill(r, 0, e) < 0) {
        return -1;
    }
    if (r->length == 0) {
        return transfer_result(&r->t, e);
    }
    size_t take = r->length < n ? r->length : n;
    memcpy(data, r->held + r->start, take);
    r->start += take;
    r->length -= take;
    return (ssize_t)take;
}

static void http_free(reader *base) {
    http_reader *r = (http_reader *)base;
    transfer_end(&r->t);
    http_response_free(&r->t.response);
    free(r->held);
    free(r);
}

static const reader_ops ops = {http_read, http_free};

reader *http_open(http_client *c, const http_request *request, error *e) {
    http_reader *r = calloc(1, sizeof *r);
    char *held = malloc(HELD_MAX);
    if (r == NULL || held == NULL) {
        error_errno(e, "http", "reader");
        free(r);
        free(held);
        return NULL;
    }
    r->base.ops = &ops;
    r->held = held;
    r->t.take = take_body;
    if (transfer_begin(&r->t, c, request, e) != 0 || transfer_pump(&r->t, has_head, 0, e) < 0 ||
        (!r->t.head_done && transfer_result(&r->t, e) != 0)) {
        http_free(&r->base);
        return NULL;
    }
    return &r->base;
}

const http_response *http_reader_response(const reader *base) {
    return &((const http_reader *)base)->t.response;
}

int http_reader_error(reader *base, const char *url, error *e) {
    http_response copy = {.status = http_reader_response(base)->status,
                          .body = BUFFER_INIT(TRANSFER_ERROR_BODY)};
    char data[4096];
    error ignored = ERROR_INIT;
    ssize_t n;
    while ((n = http_read(base, data, sizeof data, &ignored)) > 0 &&
           buffer_append(&copy.body, data, (size_t)n, &ignored) == 0) {
    }
    http_status_error(&copy, url, e);
    buffer_free(&copy.body);
    return -1;
}

int http_reader_poll(reader *base, double seconds, error *e) {
    http_reader *r = (http_reader *)base;
    r->t.moved_at = transfer_now();
    return fill(r, transfer_now() + (seconds > 0 ? seconds : 0), e);
}
