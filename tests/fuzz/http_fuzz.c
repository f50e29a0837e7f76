/* Answers of a server, sized and chunked, cut at any byte: a body comes whole or the request fails,
 * however it is fetched and in whatever pieces it comes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "http/http.h"
#include "input.h"
#include "server.h"

enum { MOST = 1 << 18 };

/* What a request came to. */
typedef struct outcome {
    int rc;
    long status;
    buffer body;
} outcome;

static void put(buffer *b, const void *data, size_t n) {
    error e = ERROR_INIT;
    MUST(buffer_append(b, data, n, &e) == 0);
}

/* Without a limit of time: libFuzzer has one. */
static http_request request(const char *method) {
    return (http_request){.method = method, .url = "http://x/y", .unix_path = server_path()};
}

static void check_error(int rc, const error *e) {
    MUST((rc == 0) == (e->kind == ERROR_NONE));
    MUST(rc == 0 || ((e->kind == ERROR_HTTP || e->kind == ERROR_LIMIT) && e->message[0] != '\0'));
}

static outcome perform(const char *method) {
    error e = ERROR_INIT;
    http_request r = request(method);
    http_response response = {0};
    http_client *c = http_client_new(&e);
    MUST(c != NULL);
    outcome o = {.rc = http_perform(c, &r, &response, &e)};
    check_error(o.rc, &e);
    o.status = response.status;
    o.body = response.body;
    response.body = (buffer)BUFFER_INIT(0);
    http_response_free(&response);
    http_client_unref(c);
    return o;
}

static outcome pull(size_t portion) {
    static char data[4096];
    error e = ERROR_INIT;
    http_request r = request("GET");
    http_client *c = http_client_new(&e);
    MUST(c != NULL);
    outcome o = {.body = BUFFER_INIT(MOST)};
    reader *from = http_open(c, &r, &e);
    ssize_t n = from ? 1 : -1;
    if (from) {
        o.status = http_reader_response(from)->status;
    }
    while (n > 0) {
        n = reader_read(from, data, portion, &e);
        put(&o.body, data, n > 0 ? (size_t)n : 0);
    }
    o.rc = n < 0 ? -1 : 0;
    check_error(o.rc, &e);
    reader_free(from);
    http_client_unref(c);
    return o;
}

static bool same_body(const outcome *o, const buffer *want) {
    return o->body.length == want->length &&
           (want->length == 0 || memcmp(o->body.data, want->data, want->length) == 0);
}

static bool is_status(const uint8_t *line, size_t n) {
    return n >= 12 && memcmp(line, "HTTP/1.", 7) == 0;
}

static bool is_field(const uint8_t *line, size_t n) {
    return n > 0 && line[0] > ' ' && line[0] != ':' && memchr(line, ':', n);
}

/* Whether the head is one: libcurl judges others differently by the pieces that they come in. */
static bool is_head(const uint8_t *data, size_t size) {
    bool first = true;
    bool more = size > 9 && data[9] == '1'; /* another head follows */
    while (size > 0) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t n = end ? (size_t)(end - data) : size;
        bool blank = n == 0 || (n == 1 && data[0] == '\r');
        if (!first && end && blank) {
            return !more || is_head(data + n + 1, size - n - 1);
        }
        if (!end || memchr(data, '\0', n) || !(first ? is_status(data, n) : is_field(data, n))) {
            return false;
        }
        first = false;
        data += n + 1;
        size -= n + 1;
    }
    return false;
}

static void agree(const outcome *a, const outcome *b) {
    MUST(a->rc == b->rc);
    MUST(a->rc != 0 || (a->status == b->status && same_body(a, &b->body)));
}

/* Any bytes as an answer: the ways of fetching it agree. */
static void any_answer(input *in, size_t piece, size_t portion) {
    server_answers(in->data, in->left, 0);
    outcome whole = perform("GET");
    server_answers(in->data, in->left, piece);
    outcome pieces = perform("GET");
    outcome pulled = pull(portion);
    if (is_head(in->data, in->left)) {
        agree(&whole, &pieces);
        agree(&whole, &pulled);
    }
    buffer_free(&whole.body);
    buffer_free(&pieces.body);
    buffer_free(&pulled.body);
}

/* One chunk, as HTTP/1.1 allows to write it; none of data: the last. */
static void put_chunk(buffer *all, const char *data, size_t n, unsigned how) {
    error e = ERROR_INIT;
    const char *zeros = how & 1 ? "000" : "";
    const char *extension = how & 2 ? ";a=\"b\"" : "";
    MUST(buffer_format(all, &e, "%s%zx%s\r\n", zeros, n, extension) == 0);
    put(all, data, n);
    if (n > 0) {
        put(all, "\r\n", 2);
        return;
    }
    const char *trailer = how & 4 ? "X-Digest: 1\r\n\r\n" : "\r\n";
    put(all, trailer, strlen(trailer));
}

/* Writes an answer, whose body goes to `body` too. */
static void make_answer(input *in, bool chunked, buffer *all, buffer *body) {
    static const char *const codes[] = {"200 OK", "200 OK", "404 Not Found", "500 Oh"};
    error e = ERROR_INIT;
    unsigned how = input_byte(in);
    buffer chunks = BUFFER_INIT(MOST);
    while (in->left > 0 && body->length < MOST / 4) {
        size_t n;
        unsigned style = input_byte(in);
        const char *data = input_bytes(in, input_number(in, 2) % 3000 + 1, &n);
        put(body, data, n);
        if (n > 0) {
            put_chunk(&chunks, data, n, style);
        }
    }
    put_chunk(&chunks, "", 0, how);
    MUST(buffer_format(all, &e, "HTTP/1.1 %s\r\n%s", codes[how / 8 % 4],
                       how & 128 ? "X-Other: y\r\n" : "") == 0);
    MUST((chunked ? buffer_append_text(all, "Transfer-Encoding: chunked\r\n\r\n", &e)
                  : buffer_format(all, &e, "Content-Length: %zu\r\n\r\n", body->length)) == 0);
    const buffer *sent = chunked ? &chunks : body;
    put(all, sent->data, sent->length);
    buffer_free(&chunks);
}

static void check_made(const outcome *o, bool whole, bool either, long status, const buffer *body) {
    MUST(either || (o->rc == 0) == whole);
    if (o->rc == 0) {
        MUST(o->status == status);
        MUST((status >= 400 && body->length > 60000) || same_body(o, body));
    }
}

/* A right answer, cut or not: only the whole one is taken. */
static void made_answer(input *in, size_t piece, size_t portion) {
    buffer all = BUFFER_INIT(MOST);
    buffer body = BUFFER_INIT(MOST);
    unsigned how = input_byte(in);
    size_t cut = (size_t)input_number(in, 2);
    make_answer(in, how & 1, &all, &body);
    bool whole = how & 2 || cut == 0;
    cut = whole ? 0 : cut % all.length;
    long status = strtol(all.data + 9, NULL, 10);
    server_answers(all.data, all.length - cut, piece);
    outcome got = how & 4 ? perform("GET") : pull(portion);
    /* libcurl does not wait for the line feed that ends the last chunk: all of the body was there
     */
    check_made(&got, cut == 0, cut == 1 && how & 1, status, &body);
    buffer_free(&got.body);
    buffer_free(&body);
    buffer_free(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    input in = {data, size};
    unsigned how = input_byte(&in);
    size_t piece = input_byte(&in);
    size_t portion = input_byte(&in) * 16 + 1;
    /* so many tiny pieces would only take long */
    piece = in.left / 256 > piece ? in.left / 256 : piece;
    if (how % 4 == 0) {
        any_answer(&in, piece, portion);
    } else {
        made_answer(&in, piece, portion);
    }
    return 0;
}
