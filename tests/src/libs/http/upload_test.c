#include "check.h"
#include "http/http.h"
#include "server.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/interrupt.h"

static atomic_llong seen; /* the last body's length, -1: cut */

static bool answer(int fd, const char *status, const char *body) {
    char text[256];
    snprintf(text, sizeof text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status,
             strlen(body), body);
    return server_send(fd, text);
}

static bool handle(int fd, const char *head, void *user) {
    (void)user;
    if (strstr(head, " /refuse ") != NULL) {
        answer(fd, "400 Bad", "no such folder");
        usleep(200000);
        return false;
    }
    if (strstr(head, " /hangup ") != NULL) {
        return false;
    }
    atomic_store(&seen, -2);
    atomic_store(&seen, server_body(fd, head, NULL, 0));
    if (strstr(head, " /slow ") != NULL) {
        usleep(300000);
    }
    if (strstr(head, " /full ") != NULL) {
        return answer(fd, "500 Oops", "no space left");
    }
    return answer(fd, "200 OK", "thanks");
}

static server *s;
static http_client *client;

static writer *put(const char *path, long long size, error *e) {
    http_request r = {.method = "PUT", .url = server_url(s, path), .size = size};
    writer *w = http_upload(client, &r, e);
    REQUIRE(w != NULL);
    return w;
}

/* Pushes `n` bytes in odd pieces; what a failing write says is left in `e`. */
static int push(writer *w, long long n, error *e) {
    static const char data[300001];
    while (n > 0) {
        size_t step = n < (long long)sizeof data ? (size_t)n : sizeof data;
        if (writer_write(w, data, step, e) != 0) {
            return -1;
        }
        n -= (long long)step;
    }
    return 0;
}

TEST(pushes_chunked_and_sized) {
    error e = ERROR_INIT;
    writer *w = put("/slow", -1, &e);
    CHECK_INT(push(w, 50000000, &e), 0);
    CHECK_INT(writer_finish(w, &e), 0);
    CHECK_INT(seen, 50000000);
    CHECK_STR(http_writer_response(w)->body.data, "thanks");
    writer_free(w);
    w = put("/x", 1000000, &e);
    CHECK_INT(push(w, 1000000, &e), 0);
    CHECK_INT(writer_finish(w, &e), 0);
    CHECK_INT(seen, 1000000);
    writer_free(w);
    w = put("/x", -1, &e);
    CHECK_INT(writer_finish(w, &e), 0);
    CHECK_INT(seen, 0);
    writer_free(w);
}

TEST(keeps_to_the_declared_size) {
    error e = ERROR_INIT;
    writer *w = put("/x", 5, &e);
    CHECK_INT(writer_write(w, "123456", 6, &e), -1);
    CHECK_INT(writer_write(w, "123", 3, &e), 0);
    CHECK_INT(writer_finish(w, &e), -1);
    CHECK_INT(e.kind, ERROR_LIMIT);
    writer_free(w);
}

TEST(an_abort_is_seen_as_a_cut) {
    error e = ERROR_INIT;
    writer *w = put("/x", -1, &e);
    CHECK_INT(push(w, 3000000, &e), 0);
    writer_free(w);
    for (int i = 0; i < 200 && atomic_load(&seen) != -1; i++) {
        usleep(10000);
    }
    CHECK_INT(seen, -1);
}

TEST(refusals_are_told) {
    error e = ERROR_INIT;
    writer *w = put("/full", -1, &e);
    CHECK_INT(push(w, 1000000, &e), 0);
    CHECK_INT(writer_finish(w, &e), -1);
    CHECK_INT(e.code, 500);
    CHECK_STR(e.message, "status 500: no space left");
    writer_free(w);
    w = put("/refuse", -1, &e);
    int rc = push(w, 100000000, &e);
    CHECK_INT(rc, -1);
    CHECK_INT(e.code, 400);
    CHECK_STR(e.message, "status 400: no such folder");
    CHECK_INT(writer_finish(w, &e), -1);
    writer_free(w);
    w = put("/hangup", -1, &e);
    rc = push(w, 100000000, &e);
    CHECK_INT(rc, -1);
    CHECK_INT(e.kind, ERROR_HTTP);
    writer_free(w);
}

TEST(waits_end_when_cancelled) {
    atomic_int cancelled = 0;
    error e = ERROR_INIT;
    writer *w = put("/slow", -1, &e);
    interrupt_bind(&cancelled);
    CHECK_INT(push(w, 1000, &e), 0);
    atomic_store(&cancelled, 1);
    CHECK_INT(writer_finish(w, &e), -1);
    CHECK_INT(e.kind, ERROR_CANCELLED);
    interrupt_bind(NULL);
    writer_free(w);
}

/* A body pulled from one transfer while another sends it: the way from volume to volume. */
TEST(copies_from_transfer_to_transfer) {
    error e = ERROR_INIT;
    http_request q = {.url = server_url(s, "/thanks")};
    reader *r = http_open(client, &q, &e);
    REQUIRE(r != NULL);
    writer *w = put("/x", -1, &e);
    CHECK_INT(stream_copy(r, w, NULL, NULL, &e), 6);
    CHECK_INT(writer_finish(w, &e), 0);
    CHECK_INT(seen, 6);
    writer_free(w);
    reader_free(r);
}

int main(void) {
    error e = ERROR_INIT;
    s = server_start(handle, NULL, NULL);
    client = http_client_new(&e);
    REQUIRE(client != NULL);
    RUN(pushes_chunked_and_sized);
    RUN(keeps_to_the_declared_size);
    RUN(an_abort_is_seen_as_a_cut);
    RUN(refusals_are_told);
    RUN(waits_end_when_cancelled);
    RUN(copies_from_transfer_to_transfer);
    http_client_unref(client);
    server_stop(s);
    return check_result();
}
