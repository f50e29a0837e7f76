/* Long bodies of errors, answers before the body is sent, and options that are rarely given. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "check.h"
#include "http/http.h"
#include "server.h"

static server *s;
static http_client *client;

static bool handle(int fd, const char *head, void *user) {
    static char data[100000];
    (void)user;
    memset(data, 'x', sizeof data);
    if (strstr(head, " /early ")) { /* answers, and reads nothing */
        server_send(fd, "HTTP/1.1 409 No\r\nContent-Length: 100000\r\n\r\n");
        server_send_bytes(fd, data, sizeof data);
        usleep(300000);
        return false;
    }
    if (strncmp(head, "P", 1) == 0 && server_body(fd, head, NULL, 0) < 0) {
        return false;
    }
    if (strstr(head, " /large ")) {
        return server_send(fd, "HTTP/1.1 500 Oh\r\nContent-Length: 100000\r\n\r\n") &&
               server_send_bytes(fd, data, sizeof data);
    }
    return server_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntext");
}

TEST(long_bodies_of_errors) {
    error e = ERROR_INIT;
    http_response out = {0};
    http_request r = {.url = server_url(s, "/large")};
    CHECK_INT(http_perform(client, &r, &out, &e), 0);
    CHECK_INT(out.status, 500);
    CHECK(out.body.length > 0 && out.body.length <= 65536);
    http_response_free(&out);
    r.method = "PUT";
    r.size = -1;
    writer *w = http_upload(client, &r, &e);
    REQUIRE(w != NULL);
    CHECK_INT(writer_write(w, "body", 4, &e), 0);
    CHECK_INT(writer_finish(w, &e), -1);
    CHECK_INT(e.code, 500);
    writer_free(w);
}

TEST(answers_before_the_body) {
    static char data[1 << 20];
    error e = ERROR_INIT;
    http_request r = {.url = server_url(s, "/early"), .method = "PUT", .size = -1};
    writer *w = http_upload(client, &r, &e);
    REQUIRE(w != NULL);
    int rc = 0;
    for (int i = 0; i < 20 && rc == 0; i++) {
        rc = writer_write(w, data, sizeof data, &e);
    }
    rc = rc == 0 ? writer_finish(w, &e) : rc;
    CHECK_INT(rc, -1);
    CHECK_INT(e.kind, ERROR_HTTP);
    writer_free(w);
}

static int full(writer *w, const void *data, size_t n, error *e) {
    (void)w;
    (void)data;
    (void)n;
    return error_set(e, ERROR_LIMIT, 0, "write", "", "full");
}

static void kept(writer *w) {
    (void)w;
}

TEST(writers_that_fail) {
    static const writer_ops ops = {full, NULL, kept};
    writer to = {&ops};
    error e = ERROR_INIT;
    http_response out = {0};
    http_request r = {.url = server_url(s, "/x"), .to = &to};
    CHECK_INT(http_perform(client, &r, &out, &e), -1);
    CHECK_STR(e.message, "full");
    http_response_free(&out);
}

TEST(rare_options) {
    error e = ERROR_INIT;
    http_request r = {.url = server_url(s, "/x"), .insecure = true};
    reader *from = http_open(client, &r, &e);
    REQUIRE(from != NULL);
    CHECK_INT(reader_read(from, NULL, 0, &e), 0);
    reader_free(from);
    static char url[9 << 20]; /* more than libcurl takes */
    memset(url, 'x', sizeof url - 1);
    memcpy(url, "http://", 7);
    http_response out = {0};
    r = (http_request){.url = url};
    CHECK_INT(http_perform(client, &r, &out, &e), -1);
    CHECK_INT(e.kind, ERROR_HTTP);
    http_response_free(&out);
}

/* More transfers at once than connections are kept. */
TEST(many_at_once) {
    enum { MANY = 7 };
    reader *all[MANY];
    char data[10];
    for (int i = 0; i < MANY; i++) {
        error e = ERROR_INIT;
        http_request r = {.url = server_url(s, "/x")};
        all[i] = http_open(client, &r, &e);
        REQUIRE(all[i] != NULL);
    }
    for (int i = 0; i < MANY; i++) {
        error e = ERROR_INIT;
        CHECK_INT(reader_read_full(all[i], data, sizeof data, &e), 4);
        reader_free(all[i]);
    }
}

int main(void) {
    error e = ERROR_INIT;
    s = server_start(handle, NULL, NULL);
    client = http_client_new(&e);
    REQUIRE(s != NULL && client != NULL);
    RUN(long_bodies_of_errors);
    RUN(answers_before_the_body);
    RUN(writers_that_fail);
    RUN(rare_options);
    RUN(many_at_once);
    http_client_unref(client);
    server_stop(s);
    return check_result();
}
