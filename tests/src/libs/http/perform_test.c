#include "check.h"
#include "http/http.h"
#include "server.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/interrupt.h"

static const char *const RESPONSES[][2] = {
    {"GET /ok ", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"},
    {"GET /chunked ", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"},
    {"GET /redirect ", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 3\r\n\r\nnot"},
    {"GET /loop ", "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"},
    {"GET /file ",
     "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"},
    {"GET /bad ", "HTTP/1.1 503 Busy\r\nContent-Length: 11\r\n\r\ntry\r\n later"},
    {"HEAD /ok ", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"},
    {"DELETE /ok ", "HTTP/1.1 204 No\r\n\r\n"},
    {"GET /junk ", "what is this\r\n\r\n"},
    {"GET /auth ",
     "HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n"},
};

static bool is(const char *head, const char *start) {
    return strncmp(head, start, strlen(start)) == 0;
}

static bool echo(int fd, const char *head) {
    char body[256] = "";
    char answer[600];
    long long n = server_body(fd, head, body, sizeof body - 1);
    const char *type = strcasestr(head, "\r\ncontent-type:");
    int method = (int)strcspn(head, " ");
    char text[400];
    snprintf(text, sizeof text, "%.*s %lld %s %s", method, head, n, type ? "typed" : "untyped",
             body);
    snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(text), text);
    return server_send(fd, answer);
}

static bool flood(int fd) {
    char line[1100] = "X-Flood: ";
    memset(line + 9, 'x', 1000);
    memcpy(line + 1009, "\r\n", 3);
    bool ok = server_send(fd, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; ok && i < 1000; i++) {
        ok = server_send(fd, line);
    }
    return ok && server_send(fd, "Content-Length: 0\r\n\r\n");
}

static bool handle(int fd, const char *head, void *user) {
    (void)user;
    for (size_t i = 0; i < sizeof RESPONSES / sizeof RESPONSES[0]; i++) {
        if (is(head, RESPONSES[i][0])) {
            return server_send(fd, RESPONSES[i][1]);
        }
    }
    if (is(head, "GET /flood ")) {
        return flood(fd);
    }
    if (is(head, "GET /cut ")) {
        server_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
        return false;
    }
    if (is(head, "GET /stall ")) {
        server_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
        usleep(1500000);
        return false;
    }
    return echo(fd, head);
}

static server *s;
static http_client *client;

static int get(http_request *r, const char *path, http_response *out, error *e) {
    r->url = server_url(s, path);
    return http_perform(client, r, out, e);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

TEST(gets_sized_and_chunked) {
    error e = ERROR_INIT;
    http_request r = {0};
    http_response out = {0};
    CHECK_INT(get(&r, "/ok", &out, &e), 0);
    CHECK_INT(out.status, 200);
    CHECK_STR(out.body.data, "hello");
    CHECK_STR(http_headers_get(&out.headers, "x-a"), "b");
    http_response_free(&out);
    CHECK_INT(get(&r, "/chunked", &out, &e), 0);
    CHECK_STR(out.body.data, "abc");
    http_response_free(&out);
    CHECK_INT(server_connections(s), 1); /* kept alive */
}

TEST(follows_only_when_told) {
    error e = ERROR_INIT;
    http_request r = {0};
    http_response out = {0};
    CHECK_INT(get(&r, "/redirect", &out, &e), 0);
    CHECK_INT(out.status, 302);
    CHECK_STR(out.body.data, "not");
    http_response_free(&out);
    r.follow = true;
    CHECK_INT(get(&r, "/redirect", &out, &e), 0);
    CHECK_INT(out.status, 200);
    CHECK_STR(out.body.data, "hello");
    CHECK_STR(out.url, server_url(s, "/ok"));
    http_response_free(&out);
    CHECK_INT(get(&r, "/loop", &out, &e), -1);
    http_response_free(&out);
    CHECK_INT(get(&r, "/file", &out, &e), -1);
    http_response_free(&out);
}

TEST(sends_bodies) {
    error e = ERROR_INIT;
    http_headers h = HTTP_HEADERS_INIT;
    http_response out = {0};
    CHECK_INT(http_headers_add(&h, "Content-Type", "text/x", 6, &e), 0);
    http_request r = {.method = "POST", .body = "data", .body_size = 4, .headers = &h};
    CHECK_INT(get(&r, "/e", &out, &e), 0);
    CHECK_STR(out.body.data, "POST 4 typed data");
    http_response_free(&out);
    r = (http_request){.method = "PUT"};
    CHECK_INT(get(&r, "/e", &out, &e), 0);
    CHECK_STR(out.body.data, "PUT 0 untyped ");
    http_response_free(&out);
    reader *from = reader_from_memory("streamed", 8, &e);
    r = (http_request){.method = "PUT", .from = from, .size = -1};
    CHECK_INT(get(&r, "/e", &out, &e), 0);
    CHECK_STR(out.body.data, "PUT 8 untyped streamed");
    reader_free(from);
    http_response_free(&out);
    from = reader_from_memory("sized", 5, &e);
    r = (http_request){.method = "POST", .from = from, .size = 5};
    CHECK_INT(get(&r, "/e", &out, &e), 0);
    CHECK_STR(out.body.data, "POST 5 untyped sized");
    reader_free(from);
    http_response_free(&out);
    http_headers_free(&h);
}

TEST(other_methods) {
    error e = ERROR_INIT;
    http_response out = {0};
    http_request r = {.method = "HEAD"};
    CHECK_INT(get(&r, "/ok", &out, &e), 0);
    CHECK_INT(out.status, 200);
    CHECK_INT(out.body.length, 0);
    http_response_free(&out);
    r.method = "DELETE";
    CHECK_INT(get(&r, "/ok", &out, &e), 0);
    CHECK_INT(out.status, 204);
    http_response_free(&out);
}

TEST(error_bodies_stay_out_of_the_writer) {
    error e = ERROR_INIT;
    _Atomic long long total = 0;
    writer *to = writer_null(&total, &e);
    http_response out = {0};
    http_request r = {.to = to};
    CHECK_INT(get(&r, "/bad", &out, &e), 0);
    CHECK_INT(out.status, 503);
    CHECK_INT(total, 0);
    CHECK_INT(http_status_error(&out, "http://u:p@h/x?y", &e), -1);
    CHECK_STR(e.message, "status 503: try later");
    CHECK_STR(e.subject, "http://h/x");
    CHECK_INT(e.code, 503);
    http_response_free(&out);
    CHECK_INT(get(&r, "/ok", &out, &e), 0);
    CHECK_INT(total, 5);
    CHECK_INT(out.body.length, 0);
    http_response_free(&out);
    writer_free(to);
}

static void fails(http_request r, const char *path, enum error_kind kind, const char *part) {
    error e = ERROR_INIT;
    http_response out = {0};
    CHECK_INT(get(&r, path, &out, &e), -1);
    CHECK_INT(e.kind, kind);
    CHECK_CONTAINS(e.message, part);
    CHECK_CONTAINS(e.subject, path);
    http_response_free(&out);
}

TEST(tells_what_went_wrong) {
    fails((http_request){0}, "/cut", ERROR_HTTP, "45 bytes remaining");
    fails((http_request){.timeout = 0.3}, "/stall", ERROR_TIMEOUT, "timed out");
    fails((http_request){.idle_timeout = 0.3}, "/stall", ERROR_TIMEOUT, "no data");
    fails((http_request){.max_size = 4}, "/ok", ERROR_LIMIT, "");
    fails((http_request){0}, "/flood", ERROR_LIMIT, "headers");
    fails((http_request){0}, "/junk", ERROR_HTTP, "HTTP/0.9");
    http_response out = {0};
    error e = ERROR_INIT;
    http_request r = {.url = "http://x:secret@127.0.0.1:1/a?token=secret"};
    CHECK_INT(http_perform(client, &r, &out, &e), -1);
    CHECK_INT(e.code, -7);
    CHECK_STR(e.subject, "http://127.0.0.1:1/a");
    http_response_free(&out);
    r = (http_request){.url = "http://x/_ping", .unix_path = "/nonexistent/sock"};
    CHECK_INT(http_perform(client, &r, &out, &e), -1);
    CHECK_STR(e.message, "No such file or directory");
    CHECK_INT(out.os_errno, 2);
    http_response_free(&out);
    r = (http_request){.url = "ftp://x/"};
    CHECK_INT(http_perform(client, &r, &out, &e), -1);
    http_response_free(&out);
}

TEST(ignores_proxies_for_this_machine) {
    error e = ERROR_INIT;
    http_response out = {0};
    http_request r = {0};
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    CHECK_INT(get(&r, "/ok", &out, &e), 0);
    unsetenv("http_proxy");
    http_response_free(&out);
}

TEST(cancels_within_200_ms) {
    atomic_int cancelled = 1;
    error e = ERROR_INIT;
    http_response out = {0};
    http_request r = {0};
    double start = now();
    interrupt_bind(&cancelled);
    CHECK_INT(get(&r, "/stall", &out, &e), -1);
    CHECK_INT(e.kind, ERROR_CANCELLED);
    http_response_free(&out);
    r.shielded = true;
    CHECK_INT(get(&r, "/ok", &out, &e), 0);
    interrupt_bind(NULL);
    http_response_free(&out);
    CHECK(now() - start < 0.2);
}

TEST(speaks_over_unix_sockets) {
    error e = ERROR_INIT;
    const char *path = check_path("sock");
    server *u = server_start(handle, NULL, path);
    http_response out = {0};
    http_request r = {.url = "http://engine/ok", .unix_path = path};
    CHECK_INT(http_perform(client, &r, &out, &e), 0);
    CHECK_STR(out.body.data, "hello");
    http_response_free(&out);
    http_client_unref(client); /* its connections end */
    client = NULL;
    server_stop(u);
}

int main(void) {
    error e = ERROR_INIT;
    s = server_start(handle, NULL, NULL);
    client = http_client_new(&e);
    REQUIRE(client != NULL);
    RUN(gets_sized_and_chunked);
    RUN(follows_only_when_told);
    RUN(sends_bodies);
    RUN(other_methods);
    RUN(error_bodies_stay_out_of_the_writer);
    RUN(tells_what_went_wrong);
    RUN(ignores_proxies_for_this_machine);
    RUN(cancels_within_200_ms);
    RUN(speaks_over_unix_sockets);
    server_stop(s);
    return check_result();
}
