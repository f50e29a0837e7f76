/* The library against an Engine whose answers the test decides: what a real one does only on a bad
 * day. */
#include "check.h"
#include "../http/server.h"
#include "docker/call.h"
#include "docker/copy.h"
#include "docker/events.h"
#include "docker/exec.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/interrupt.h"

static const char *api = "1.41";
static atomic_int kills;      /* second execs: those that end the first */
static atomic_int still_runs; /* how often inspect says so */

static bool answer(int fd, const char *status, const char *body) {
    char text[1024];
    snprintf(text, sizeof text,
             "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
             status, strlen(body), body);
    return server_send(fd, text);
}

static bool ping(int fd) {
    char text[200];
    snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nApi-Version: %s\r\nContent-Length: 2\r\n\r\nOK",
             api);
    return server_send(fd, text);
}

/* The output of a started program; the connection ends it. */
static bool started(int fd, const char *head) {
    server_send(fd, "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n");
    if (strstr(head, "/exec/good/") != NULL) {
        server_send_bytes(fd, "\1\0\0\0\0\0\0\5hello\2\0\0\0\0\0\0\4oops", 25);
    } else if (strstr(head, "/exec/cut/") != NULL) {
        server_send_bytes(fd, "\1\0\0\0\0\0\0\5hel", 11);
    } else if (strstr(head, "/exec/hang/") != NULL) {
        usleep(1500000);
    }
    return false;
}

static bool exec_request(int fd, const char *head) {
    char body[8192] = "";
    if (strncmp(head, "POST ", 5) == 0) {
        server_body(fd, head, body, sizeof body - 1);
    }
    if (strstr(head, "/start ") != NULL) {
        return started(fd, head);
    }
    if (strstr(head, "/json ") != NULL) {
        bool runs = atomic_fetch_sub(&still_runs, 1) > 0;
        return answer(fd, "200 OK",
                      runs ? "{\"Running\":true,\"ExitCode\":null}"
                           : "{\"Running\":false,\"ExitCode\":3}");
    }
    if (strstr(body, "\"/bin/sh\"") != NULL) {
        atomic_fetch_add(&kills, 1);
        return answer(fd, "201 Created", "{\"Id\":\"killer\"}");
    }
    char id[64] = "";
    sscanf(strstr(head, "/containers/"), "/containers/%63[a-z]/", id);
    char text[100];
    snprintf(text, sizeof text, "{\"Id\":\"%s\"}", id);
    return strcmp(id, "paused") == 0
               ? answer(fd, "409 Conflict", "{\"message\":\"Container paused is paused\"}")
               : answer(fd, "201 Created", text);
}

static bool archive_request(int fd, const char *head) {
    if (strncmp(head, "PUT ", 4) == 0) {
        server_body(fd, head, NULL, 0);
        return answer(fd, "500 Oops", "{\"message\":\"no space left on device\"}");
    }
    if (strstr(head, "path=%2Fgone") != NULL) {
        return answer(fd, "404 Not Found", "{\"message\":\"Could not find the file /gone\"}");
    }
    server_send(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    server_chunk(fd, "tar", 3);
    return false;
}

static bool events_request(int fd) {
    server_send(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    server_chunk(fd, "{\"a\":1}\n{\"b\"", 12);
    usleep(300000);
    server_chunk(fd, ":2}\n", 4);
    return server_chunk(fd, "", 0);
}

static bool handle(int fd, const char *head, void *user) {
    (void)user;
    if (strstr(head, " /_ping ") != NULL) {
        return ping(fd);
    }
    if (strstr(head, "/exec") != NULL) {
        return exec_request(fd, head);
    }
    if (strstr(head, "/archive") != NULL) {
        return archive_request(fd, head);
    }
    if (strstr(head, "/events") != NULL) {
        return events_request(fd);
    }
    if (strstr(head, "GET /v1.41/plain ") != NULL) {
        return server_send(fd, "HTTP/1.1 500 X\r\nContent-Length: 9\r\n\r\nnot json\n");
    }
    return answer(fd, "404 Not Found", "{\"message\":\"No such container: x\"}");
}

static docker_client *connect_to(const char *path, error *e) {
    docker_address a = {.url = "http://docker", .verify = true};
    snprintf(a.host, sizeof a.host, "unix://%s", path);
    snprintf(a.unix_path, sizeof a.unix_path, "%s", path);
    return docker_connect(&a, e);
}

static const char *path;
static docker_client *client;

static void speaks(const char *offered, const char *want) {
    error e = ERROR_INIT;
    api = offered;
    docker_client *c = connect_to(path, &e);
    CHECK_STR(c == NULL ? NULL : docker_api(c), want);
    CHECK(want != NULL || e.kind == ERROR_ENGINE);
    docker_unref(c);
    api = "1.41";
}

TEST(agrees_on_a_version) {
    speaks("1.41", "1.41");
    speaks("1.25", "1.25");
    speaks("1.99", "1.43");
    speaks("1.24", NULL);
    speaks("2.0", NULL);
    speaks("x", NULL);
    speaks("1.41.2", NULL);
    speaks("1.4294967336", NULL);
    speaks("1.-41", NULL);
    speaks("1.", NULL);
}

TEST(tells_why_there_is_no_connection) {
    error e = ERROR_INIT;
    CHECK(connect_to("/nonexistent/docker.sock", &e) == NULL);
    CHECK_STR(e.message, "No such file or directory: is the Engine running?");
    CHECK_STR(e.subject, "unix:///nonexistent/docker.sock");
    if (geteuid() != 0) {
        return;
    }
    CHECK_INT(chmod(check_folder(), 0755), 0);
    CHECK_INT(chmod(path, 0600), 0);
    CHECK_INT(seteuid(65534), 0);
    docker_client *c = connect_to(path, &e);
    CHECK_INT(seteuid(0), 0);
    CHECK(c == NULL);
    CHECK_STR(e.message, "permission denied: is the user in the group docker?");
}

TEST(decodes_refusals) {
    error e = ERROR_INIT;
    docker_call call = {.path = "/containers/x/json", .op = "inspect", .subject = "container x"};
    CHECK_INT(docker_do(client, &call, false, &e), -1);
    CHECK_STR(e.message, "No such container: x");
    CHECK_STR(e.subject, "container x");
    CHECK_INT(e.code, 404);
    CHECK_INT(docker_do(client, &call, true, &e), 404);
    call.path = "/plain";
    CHECK_INT(docker_do(client, &call, true, &e), -1);
    CHECK_STR(e.message, "status 500: not json");
}

static const char *const ARGV[] = {"program", "argument", NULL};

static int run(const char *container, docker_exec_result *result, error *e) {
    docker_exec_request r = {.container = container,
                             .subject = "program",
                             .argv = ARGV,
                             .max_output = 100,
                             .timeout = 0.5};
    atomic_store(&kills, 0);
    int rc = docker_exec(client, &r, result, e);
    docker_exec_result_free(result);
    return rc;
}

TEST(exec_waits_for_the_exit_code) {
    docker_exec_result result;
    docker_exec_request r = {
        .container = "good", .subject = "program", .argv = ARGV, .max_output = 100};
    error e = ERROR_INIT;
    atomic_store(&still_runs, 3);
    CHECK_INT(docker_exec(client, &r, &result, &e), 0);
    CHECK_INT(result.code, 3);
    CHECK_STR(result.out.data, "hello");
    CHECK_STR(result.err.data, "oops");
    docker_exec_result_free(&result);
    r.max_output = 4;
    CHECK_INT(docker_exec(client, &r, &result, &e), -1);
    CHECK_INT(e.kind, ERROR_LIMIT);
    docker_exec_result_free(&result);
}

TEST(exec_that_fails_is_ended) {
    docker_exec_result result;
    error e = ERROR_INIT;
    CHECK_INT(run("cut", &result, &e), -1);
    CHECK_CONTAINS(e.message, "cut");
    CHECK_INT(kills, 1);
    CHECK_INT(run("hang", &result, &e), -1);
    CHECK_INT(e.kind, ERROR_TIMEOUT);
    CHECK_INT(kills, 1);
    CHECK_INT(run("paused", &result, &e), -1);
    CHECK_INT(e.code, 409);
    CHECK_INT(kills, 0);
    atomic_int cancelled = 0;
    interrupt_bind(&cancelled);
    atomic_store(&cancelled, 1);
    CHECK_INT(run("hang", &result, &e), -1);
    CHECK_INT(e.kind, ERROR_CANCELLED);
    interrupt_bind(NULL);
}

TEST(archives_are_whole_or_fail) {
    error e = ERROR_INIT;
    char data[10];
    CHECK(docker_copy_out(client, "x", "x", "/gone", &e) == NULL);
    CHECK_STR(e.message, "Could not find the file /gone");
    reader *r = docker_copy_out(client, "x", "x", "/there", &e);
    REQUIRE(r != NULL);
    CHECK_INT(reader_read_full(r, data, 3, &e), 3);
    CHECK_INT(reader_read(r, data, sizeof data, &e), -1);
    reader_free(r);
    writer *w = docker_copy_in(client, "x", "x", "/there", &e);
    REQUIRE(w != NULL);
    CHECK_INT(writer_write(w, "tar", 3, &e), 0);
    CHECK_INT(writer_finish(w, &e), -1);
    CHECK_INT(e.kind, ERROR_ENGINE);
    CHECK_INT(e.code, 500);
    CHECK_STR(e.message, "no space left on device");
    writer_free(w);
}

TEST(events_come_one_by_one) {
    error e = ERROR_INIT;
    const char *text;
    size_t n;
    docker_events *ev = docker_events_open(client, "/events", &e);
    REQUIRE(ev != NULL);
    CHECK_INT(docker_events_next(ev, 2, &text, &n, &e), 1);
    CHECK_MEM(text, "{\"a\":1}", n);
    CHECK_INT(docker_events_next(ev, 0.02, &text, &n, &e), 0);
    CHECK_INT(docker_events_next(ev, -1, &text, &n, &e), 1);
    CHECK_MEM(text, "{\"b\":2}", n);
    CHECK_INT(docker_events_next(ev, -1, &text, &n, &e), 0);
    docker_events_free(ev);
}

int main(void) {
    error e = ERROR_INIT;
    path = check_path("docker.sock");
    server *s = server_start(handle, NULL, path);
    client = connect_to(path, &e);
    REQUIRE(client != NULL);
    RUN(agrees_on_a_version);
    RUN(tells_why_there_is_no_connection);
    RUN(decodes_refusals);
    RUN(exec_waits_for_the_exit_code);
    RUN(exec_that_fails_is_ended);
    RUN(archives_are_whole_or_fail);
    RUN(events_come_one_by_one);
    docker_unref(client);
    server_stop(s);
    return check_result();
}
