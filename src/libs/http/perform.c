#include "http/transfer.h"

#include "base/interrupt.h"

typedef struct perform {
    transfer t; /* first: the callbacks get this */
    reader *from;
    writer *to;
} perform;

/* An error's body is told in the message, so it never goes to the writer. */
static size_t take_body(transfer *t, const char *data, size_t n) {
    perform *p = (perform *)t;
    buffer *body = &t->response.body;
    if (p->to != NULL && t->response.status < 400) {
        if ((!t->shielded && interrupt_check(&t->failure) != 0) ||
            writer_write(p->to, data, n, &t->failure) != 0) {
            return 0;
        }
        return n;
    }
    if (t->response.status >= 400 && body->length + n > TRANSFER_ERROR_BODY) {
        return n;
    }
    return buffer_append(body, data, n, &t->failure) == 0 ? n : 0;
}

static size_t give_body(transfer *t, char *data, size_t n) {
    perform *p = (perform *)t;
    ssize_t got = reader_read(p->from, data, n, &t->failure);
    return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

static bool never(const transfer *t) {
    (void)t;
    return false;
}

static int finish_url(transfer *t, error *e) {
    char *url = NULL;
    if (curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url) != CURLE_OK || url == NULL) {
        return 0;
    }
    buffer text = BUFFER_INIT((size_t)1024 * 1024);
    if (buffer_append_text(&text, url, e) != 0) {
        buffer_free(&text);
        return -1;
    }
    t->response.url = buffer_detach(&text);
    return 0;
}

int http_perform(http_client *c, const http_request *request, http_response *out, error *e) {
    perform p = {.from = request->from, .to = request->to};
    p.t.take = take_body;
    p.t.give = request->from != NULL ? give_body : NULL;
    int rc = transfer_begin(&p.t, c, request, e);
    if (rc == 0) {
        rc = transfer_pump(&p.t, never, 0, e) < 0 ? -1 : transfer_result(&p.t, e);
    }
    if (rc == 0) {
        rc = finish_url(&p.t, e);
    }
    transfer_end(&p.t);
    *out = p.t.response;
    return rc;
}
