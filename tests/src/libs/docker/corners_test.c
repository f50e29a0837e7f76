/* What an Engine answers only when it is out of order, and addresses that are none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../http/server.h"
#include "check.h"
#include "docker/call.h"
#include "docker/containers.h"
#include "docker/copy.h"
#include "docker/events.h"
#include "docker/exec.h"
#include "docker/image.h"
#include "docker/path.h"

static const char *path;
static docker_client *client;

/* What the server answers to all but pings and bodies of programs. */
static const char *status = "200 OK";
static const char *body = "";
static const char *output = "";
static size_t output_length;

static bool handle(int fd, const char *head, void *user) {
    char text[1000];
    (void)user;
    if (strncmp(head, "P", 1) == 0 && server_body(fd, head, NULL, 0) < 0) {
        return false;
    }
    if (strstr(head, "/start ")) {
        server_send(fd, "HTTP/1.1 200 OK\r\n\r\n");
        server_send_bytes(fd, output, output_length);
        return false;
    }
    if (strstr(head, "/events ")) { /* and cut */
        server_send(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        server_chunk(fd, "{\"a\":1}\n", 8);
        return false;
    }
    bool ping = strstr(head, "/_ping ") != NULL;
    const char *said = ping ? "OK" : body;
    size_t n = strncmp(head, "HEAD", 4) == 0 ? 0 : strlen(said);
    snprintf(text, sizeof text, "HTTP/1.1 %s\r\nApi-Version: 1.41\r\nContent-Length: %zu\r\n\r\n%s",
             ping ? "200 OK" : status, n, n > 0 ? said : "");
    return server_send(fd, text);
}

static void answers(const char *text, const char *code) {
    body = text;
    status = code;
}

static void wait_says(const char *text, long code, const char *message) {
    error e = ERROR_INIT;
    answers(text, "200 OK");
    CHECK_INT(docker_wait(client, "c", "container c", 10, &e), code);
    CHECK_STR(e.message, message);
}

TEST(waits) {
    wait_says("{\"StatusCode\":0}", 0, "");
    wait_says("{\"StatusCode\":1,\"Error\":{\"Message\":\"gone\"}}", -1, "gone");
    wait_says("{}", -1, "the Engine gave no exit code");
    wait_says("{\"StatusCode\":-1}", -1, "the Engine gave no exit code");
    error e = ERROR_INIT;
    answers("", "200 OK");
    CHECK_INT(docker_wait(client, "c", "container c", 10, &e), -1);
    CHECK_INT(e.kind, ERROR_JSON);
}

TEST(imports) {
    static const char *const bad[] = {"key", "line\n", NULL};
    buffer id = BUFFER_INIT(100);
    error e = ERROR_INIT;
    CHECK_INT(docker_import_empty(client, "x", bad, &id, &e), -1);
    CHECK_STR(e.message, "a label must not hold control bytes");
    answers("{\"status\":\"done\"}\n", "200 OK");
    CHECK_INT(docker_import_empty(client, "x", NULL, &id, &e), -1);
    CHECK_STR(e.message, "the Engine gave no id");
    buffer_free(&id);
}

TEST(stats) {
    docker_stat s;
    error e = ERROR_INIT;
    answers("", "404 Not Found");
    CHECK_INT(docker_stat_path(client, "c", "container c", "/x", &s, &e), 0);
    answers("", "500 Oh");
    CHECK_INT(docker_stat_path(client, "c", "container c", "/x", &s, &e), -1);
    CHECK_INT(e.code, 500);
    answers("", "200 OK");
    CHECK_INT(docker_stat_path(client, "c", "container c", "/x", &s, &e), -1);
}

TEST(absent_or_refused) {
    error e = ERROR_INIT;
    const docker_call call = {.path = "/containers/c", .op = "remove", .subject = "c"};
    answers("{\"message\":\"no such container\"}", "404 Not Found");
    CHECK_INT(docker_do(client, &call, true, &e), 404);
    CHECK_INT(docker_do(client, &call, false, &e), -1);
    CHECK_STR(e.message, "no such container");
    answers("", "200 OK");
    CHECK_INT(docker_do(client, &call, true, &e), 200);
}

TEST(cut_events) {
    const char *text;
    size_t n;
    error e = ERROR_INIT;
    docker_events *ev = docker_events_open(client, "/events", &e);
    REQUIRE(ev != NULL);
    CHECK_INT(docker_events_next(ev, 10, &text, &n, &e), 1);
    CHECK_INT(docker_events_next(ev, 10, &text, &n, &e), -1);
    docker_events_free(ev);
}

TEST(bad_headers) {
    http_header list[] = {{(char *)(size_t) "A", (char *)(size_t) "b\r\nC: d"}};
    const http_headers headers = {list, 1, 9};
    error e = ERROR_INIT;
    http_response out = {0};
    const docker_call call = {.path = "/x", .op = "ask", .subject = "x", .headers = &headers};
    CHECK_INT(docker_run(client, &call, &out, &e), -1);
    CHECK_CONTAINS(e.message, "CR, LF or NUL");
    http_response_free(&out);
}

static int exec(size_t max, _Atomic long long *moved, docker_exec_result *out, error *e) {
    static const char *const argv[] = {"x", NULL};
    const docker_exec_request r = {
        .container = "c", .subject = "x", .argv = argv, .max_output = max, .moved = moved};
    return docker_exec(client, &r, out, e);
}

TEST(programs) {
    docker_exec_result out = {0};
    error e = ERROR_INIT;
    _Atomic long long moved = 0;
    answers("{}", "201 Created");
    CHECK_INT(exec(100, NULL, &out, &e), -1);
    CHECK_STR(e.message, "the Engine gave no id");
    docker_exec_result_free(&out);
    answers("[", "201 Created");
    CHECK_INT(exec(100, NULL, &out, &e), -1);
    CHECK_INT(e.kind, ERROR_JSON);
    docker_exec_result_free(&out);
    answers("{\"Id\":\"id\",\"Running\":false,\"ExitCode\":0}", "201 Created");
    output = "\3\0\0\0\0\0\0\4gone";
    output_length = 12;
    CHECK_INT(exec(100, NULL, &out, &e), -1);
    CHECK_STR(e.message, "gone");
    docker_exec_result_free(&out);
    output = "\2\0\0\0\0\0\0\7abcdefg\2\0\0\0\0\0\0\3hij\2\0\0\0\0\0\0\2kl\1\0\0\0\0\0\0\3out";
    output_length = 15 + 11 + 10 + 11;
    CHECK_INT(exec(5, &moved, &out, &e), 0);
    CHECK_INT(moved, 3);
    CHECK(out.err.length <= 5 && memcmp(out.err.data + out.err.length - 2, "kl", 2) == 0);
    docker_exec_result_free(&out);
}

static void refused(const char *host, const char *folder) {
    docker_address a;
    error e = ERROR_INIT;
    const docker_wish wish = {.host = host, .tls = folder ? 1 : 0};
    if (folder) {
        CHECK_INT(setenv("DOCKER_CERT_PATH", folder, 1), 0);
    }
    CHECK_INT(docker_address_find(&a, &wish, &e), -1);
    CHECK_INT(e.kind, ERROR_ENGINE);
    CHECK_CONTAINS(e.message, "too long");
    CHECK_INT(unsetenv("DOCKER_CERT_PATH"), 0);
}

TEST(addresses_that_are_too_long) {
    static char text[1200];
    memset(text, 'x', sizeof text - 1);
    memcpy(text, "tcp://", 6);
    refused(text, NULL);
    text[508] = '\0'; /* it fits, with a port it does not */
    refused(text, NULL);
    memset(text, 'x', sizeof text - 1);
    refused("tcp://h:1", text);
    text[508] = '\0'; /* only "/ca.pem" fits in no more */
    refused("tcp://h:1", text);
    text[504] = '\0'; /* "/ca.pem" does, "/cert.pem" does not */
    refused("tcp://h:1", text);
}

TEST(paths_in_full_buffers) {
    for (size_t room = 0; room < 40; room++) {
        buffer b = BUFFER_INIT(room);
        buffer c = BUFFER_INIT(room);
        error e = ERROR_INIT;
        CHECK(docker_image_path(&b, "/images/", "a/b:c d", "/json", &e) == 0 ||
              e.kind == ERROR_LIMIT);
        CHECK(docker_path(&c, "/containers/", "a b", "/json", &e) == 0 || e.kind == ERROR_LIMIT);
        buffer_free(&b);
        buffer_free(&c);
    }
}

int main(void) {
    error e = ERROR_INIT;
    path = check_path("s");
    server *s = server_start(handle, NULL, path);
    docker_address a = {.host = "unix:///x", .url = "http://docker", .verify = true};
    snprintf(a.unix_path, sizeof a.unix_path, "%s", path);
    client = docker_connect(&a, &e);
    REQUIRE(client != NULL);
    RUN(waits);
    RUN(imports);
    RUN(stats);
    RUN(absent_or_refused);
    RUN(cut_events);
    RUN(bad_headers);
    RUN(programs);
    RUN(addresses_that_are_too_long);
    RUN(paths_in_full_buffers);
    docker_unref(client);
    server_stop(s);
    return check_result();
}
