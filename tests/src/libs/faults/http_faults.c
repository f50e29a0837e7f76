/* Requests and calls of the Engine when memory or libcurl fail. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../http/server.h"
#include "check.h"
#include "docker/call.h"
#include "docker/containers.h"
#include "docker/copy.h"
#include "docker/events.h"
#include "docker/exec.h"
#include "docker/image.h"
#include "docker/path.h"
#include "fault.h"

static const char *path;
static docker_client *engine;
static int descriptors; /* when nothing runs */

static bool answer(int fd, const char *more, const char *body, size_t n) {
    char head[600];
    snprintf(head, sizeof head,
             "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\n%sContent-Length: %zu\r\n\r\n", more, n);
    return server_send(fd, head) && server_send_bytes(fd, body, n);
}

/* {"name":"x","size":1,"mode":420,"mtime":"2022-01-31T12:30:00Z","linkTarget":""} */
static const char stat_header[] =
    "X-Docker-Container-Path-Stat: eyJuYW1lIjoieCIsInNpemUiOjEsIm1vZGUiOjQyMCwibXRpbWUiOiIyMDIyLTAx"
    "LTMxVDEyOjMwOjAwWiIsImxpbmtUYXJnZXQiOiIifQ==\r\n";

static bool reply(int fd, const char *head) {
    static const struct {
        const char *in, *body;
    } replies[] = {
        {"/wait ", "{\"StatusCode\":3}"},
        {"/containers/c/json ", "{\"Config\":{\"Tty\":false}}"},
        {"/containers/t/json ", "{\"Config\":{\"Tty\":true}}"},
        {"/t/logs", "terminal"},
        {"/images/create", "{\"status\":\"sha256:ab\"}\r\n"},
        {"/events", "{\"a\":1}\n"},
        {"/exec/id/json ", "{\"Running\":false,\"ExitCode\":0}"},
        {"/c/exec ", "{\"Id\":\"id\"}"},
    };
    if (strstr(head, "/c/logs")) {
        return answer(fd, "", "\1\0\0\0\0\0\0\5hello\2\0\0\0\0\0\0\2no", 23);
    }
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        if (strstr(head, replies[i].in)) {
            return answer(fd, "", replies[i].body, strlen(replies[i].body));
        }
    }
    return answer(fd, stat_header, "text", strncmp(head, "HEAD", 4) == 0 ? 0 : 4);
}

static bool handle(int fd, const char *head, void *user) {
    char body[4096];
    (void)user;
    if (strncmp(head, "P", 1) == 0 && server_body(fd, head, body, sizeof body) < 0) {
        return false;
    }
    if (strstr(head, "/exec/id/start ")) {
        server_send(fd, "HTTP/1.1 200 OK\r\n\r\n");
        server_send_bytes(fd, "\1\0\0\0\0\0\0\2hi", 10);
        return false;
    }
    return reply(fd, head);
}

static http_request request(const char *method) {
    static const http_header list[] = {{(char *)(size_t) "A", (char *)(size_t) "b"},
                                       {(char *)(size_t) "Empty", (char *)(size_t) ""}};
    static const http_headers headers = {(http_header *)(size_t)list, 2, 10};
    return (http_request){.method = method,
                          .url = "http://x/y",
                          .headers = &headers,
                          .unix_path = path,
                          .user = "u",
                          .password = "p",
                          .size = -1};
}

static int perform(error *e) {
    http_client *c = http_client_new(e);
    http_response out = {0};
    http_request r = request("POST");
    r.body = "body";
    r.body_size = 4;
    int rc = c ? http_perform(c, &r, &out, e) : -1;
    CHECK(rc != 0 || (out.body.length == 4 && memcmp(out.body.data, "text", 4) == 0));
    http_response_free(&out);
    http_client_unref(c);
    return rc;
}

static int pull(error *e) {
    char data[10];
    http_client *c = http_client_new(e);
    http_request r = request(NULL);
    reader *from = c ? http_open(c, &r, e) : NULL;
    int rc = from && reader_read_full(from, data, sizeof data, e) == 4 ? 0 : -1;
    reader_free(from);
    http_client_unref(c);
    return rc;
}

static int push(error *e) {
    http_client *c = http_client_new(e);
    http_request r = request("PUT");
    writer *to = c ? http_upload(c, &r, e) : NULL;
    int rc = to && writer_write(to, "body", 4, e) == 0 ? writer_finish(to, e) : -1;
    writer_free(to);
    http_client_unref(c);
    return rc;
}

static docker_client *connect_engine(error *e) {
    docker_address a = {.host = "unix:///x", .url = "http://docker", .verify = true};
    snprintf(a.unix_path, sizeof a.unix_path, "%s", path);
    return docker_connect(&a, e);
}

static int containers(error *e) {
    static const char *const labels[] = {"a=b", "c", NULL};
    buffer url = BUFFER_INIT(1000);
    buffer out = BUFFER_INIT(1000);
    int rc = docker_filter_labels(&url, labels, e);
    rc = rc == 0 ? docker_image_path(&url, "/images/", "a/b:c", "/json", e) : rc;
    rc = rc == 0 && docker_wait(engine, "c", "container c", 10, e) == 3 ? 0 : -1;
    rc = rc == 0 ? docker_logs(engine, "c", "container c", 10, true, &out, e) : rc;
    CHECK(rc != 0 || (out.length == 7 && memcmp(out.data, "hellono", 7) == 0));
    rc = rc == 0 ? docker_logs(engine, "t", "container t", 0, false, &out, e) : rc;
    CHECK(rc != 0 || strcmp(out.data, "hellonoterminal") == 0);
    buffer_free(&out);
    buffer_free(&url);
    return rc;
}

static int images(error *e) {
    static const char *const labels[] = {"key", "a \"quoted\" $value", NULL};
    buffer id = BUFFER_INIT(1000);
    int rc = docker_import_empty(engine, "r:5000/name:tag", labels, &id, e);
    CHECK(rc != 0 || strcmp(id.data, "sha256:ab") == 0);
    buffer_free(&id);
    return rc;
}

static int copies(error *e) {
    docker_stat s;
    char data[10];
    int rc = docker_stat_path(engine, "c", "container c", "/x", &s, e) == 1 ? 0 : -1;
    if (rc == 0) {
        CHECK_STR(s.name, "x");
        CHECK_INT(s.mode, 0644);
        docker_stat_free(&s);
    }
    reader *r = rc == 0 ? docker_copy_out(engine, "c", "container c", "/x", e) : NULL;
    rc = r && reader_read_full(r, data, sizeof data, e) == 4 ? 0 : -1;
    reader_free(r);
    writer *w = rc == 0 ? docker_copy_in(engine, "c", "container c", "/x", e) : NULL;
    rc = w && writer_write(w, "tar", 3, e) == 0 ? writer_finish(w, e) : -1;
    writer_free(w);
    return rc;
}

static int events(error *e) {
    const char *text = NULL;
    size_t n = 0;
    docker_events *ev = docker_events_open(engine, "/events", e);
    int rc = ev && docker_events_next(ev, 10, &text, &n, e) == 1 ? 0 : -1;
    CHECK(rc != 0 || (n == 7 && memcmp(text, "{\"a\":1}", 7) == 0));
    docker_events_free(ev);
    return rc;
}

static int exec(error *e) {
    static const char *const argv[] = {"echo", "hi", NULL};
    static const char *const env[] = {"K=V", NULL};
    docker_exec_request r = {.container = "c",
                             .subject = "echo in container c",
                             .argv = argv,
                             .env = env,
                             .user = "root",
                             .workdir = "/",
                             .max_output = 1000};
    docker_exec_result out = {0};
    int rc = docker_exec(engine, &r, &out, e);
    rc = rc == 0 ? docker_exec_check(&r, &out, e) : rc;
    CHECK(rc != 0 || (out.out.length == 2 && memcmp(out.out.data, "hi", 2) == 0));
    docker_exec_result_free(&out);
    return rc;
}

static int (*inner)(error *e);

static int with_engine(error *e) {
    engine = connect_engine(e);
    int rc = engine ? inner(e) : -1;
    docker_unref(engine);
    return rc;
}

/* The server's end of a connection is closed a moment later. */
static void settle(int rc) {
    (void)rc;
    for (int i = 0; i < 5000 && check_descriptors() > descriptors; i++) {
        usleep(1000);
    }
}

static void each(fault_kind kind) {
    static int (*const alone[])(error * e) = {perform, pull, push};
    static int (*const all[])(error * e) = {containers, images, copies, events, exec};
    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++) {
        fault_each(kind, alone[i], settle);
    }
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        inner = all[i];
        fault_each(kind, with_engine, settle);
    }
}

/* The first use of libcurl opens what it keeps. */
TEST(warms_up) {
    error e = ERROR_INIT;
    CHECK_INT(perform(&e), 0);
    usleep(100000);
    descriptors = check_descriptors();
}

TEST(memory) {
    each(FAULT_MEMORY);
}

TEST(system_calls) {
    inner = exec;
    fault_each(FAULT_SYSTEM, with_engine, settle);
}

TEST(libcurl) {
    each(FAULT_LIBRARY);
}

int main(void) {
    path = check_path("s");
    server *s = server_start(handle, NULL, path);
    RUN(warms_up);
    RUN(memory);
    RUN(libcurl);
    RUN(system_calls);
    server_stop(s);
    return check_result();
}
