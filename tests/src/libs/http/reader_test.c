#include "check.h"
#include "http/http.h"
#include "server.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include "base/interrupt.h"

#define BIG (256LL * 1024 * 1024)

static atomic_llong sent;

/* Sends a counting pattern, so that a lost or doubled piece shows. */
static bool big(int fd, bool chunks) {
    static char data[65536];
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (char)(i % 251);
    }
    bool ok = server_send(fd, chunks ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                     : "HTTP/1.1 200 OK\r\nContent-Length: 268435456\r\n\r\n");
    for (long long n = 0; ok && n < BIG; n += (long long)sizeof data) {
        ok =
            chunks ? server_chunk(fd, data, sizeof data) : server_send_bytes(fd, data, sizeof data);
        atomic_fetch_add(&sent, (long long)sizeof data);
    }
    return ok && (!chunks || server_chunk(fd, "", 0));
}

static bool is(const char *head, const char *path) {
    return strncmp(head + 4, path, strlen(path)) == 0;
}

static bool handle(int fd, const char *head, void *user) {
    (void)user;
    if (is(head, "/big ")) {
        return big(fd, false);
    }
    if (is(head, "/chunks ")) {
        return big(fd, true);
    }
    if (is(head, "/empty ")) {
        return server_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
    if (is(head, "/late ")) {
        server_send(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        usleep(400000);
        return server_chunk(fd, "x", 1) && server_chunk(fd, "", 0);
    }
    if (is(head, "/cutsize ")) {
        server_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    } else if (is(head, "/cutchunk ")) {
        server_send(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    } else if (is(head, "/cuthead ")) {
        server_send(fd, "HTTP/1.1 200 OK\r\nContent-Le");
    } else if (is(head, "/close ")) {
        server_send(fd, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
    } else if (is(head, "/stall ")) {
        server_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        usleep(1200000);
    } else {
        server_send(fd, "HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nnone");
    }
    return false;
}

static server *s;
static http_client *client;

static reader *get(const char *path, double idle, error *e) {
    http_request r = {.url = server_url(s, path), .idle_timeout = idle};
    return http_open(client, &r, e);
}

static bool is_pattern(const char *data, ssize_t n, long long at) {
    for (ssize_t i = 0; i < n; i++) {
        if (data[i] != (char)((at + i) % 65536 % 251)) {
            return false;
        }
    }
    return true;
}

static void read_big(const char *path, size_t step) {
    error e = ERROR_INIT;
    reader *r = get(path, 0, &e);
    REQUIRE(r != NULL);
    char *data = malloc(step);
    long long total = 0;
    bool same = true;
    ssize_t n;
    while ((n = reader_read(r, data, step, &e)) > 0) {
        same = same && is_pattern(data, n, total);
        total += n;
    }
    CHECK_INT(n, 0);
    CHECK(same);
    CHECK_INT(total, BIG);
    CHECK_INT(reader_read(r, data, step, &e), 0); /* the end stays the end */
    free(data);
    reader_free(r);
}

TEST(whole_and_in_order) {
    read_big("/big", 256 * 1024);
    read_big("/chunks", 100 * 1000);
    read_big("/big", 7777777);
}

TEST(holds_back_the_sender) {
    error e = ERROR_INIT;
    char data[10];
    reader *r = get("/chunks", 0, &e);
    REQUIRE(r != NULL);
    atomic_store(&sent, 0);
    CHECK_INT(reader_read(r, data, sizeof data, &e), 10);
    usleep(300000);
    /* socket buffers of both sides come on top of ours */
    CHECK(atomic_load(&sent) < 20LL * 1024 * 1024);
    reader_free(r);
#ifndef __SANITIZE_ADDRESS__
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    CHECK(use.ru_maxrss < 40L * 1024);
#endif
}

static void is_cut(const char *path, const char *part) {
    error e = ERROR_INIT;
    char data[100];
    reader *r = get(path, 0, &e);
    REQUIRE(r != NULL);
    CHECK_INT(reader_read_full(r, data, 5, &e), 5);
    CHECK_INT(reader_read(r, data, sizeof data, &e), -1);
    CHECK_INT(e.kind, ERROR_HTTP);
    CHECK_CONTAINS(e.message, part);
    CHECK_INT(reader_read(r, data, sizeof data, &e), -1);
    reader_free(r);
}

TEST(a_cut_is_never_an_end) {
    is_cut("/cutsize", "5 bytes remaining");
    is_cut("/cutchunk", "outstanding read data");
    error e = ERROR_INIT;
    CHECK(get("/cuthead", 0, &e) == NULL);
    CHECK_CONTAINS(e.message, "head of the answer was cut");
}

TEST(other_ends) {
    error e = ERROR_INIT;
    char data[100] = "";
    reader *r = get("/close", 0, &e);
    REQUIRE(r != NULL);
    CHECK_INT(reader_read_full(r, data, sizeof data, &e), 13);
    reader_free(r);
    r = get("/empty", 0, &e);
    REQUIRE(r != NULL);
    CHECK_INT(reader_read(r, data, sizeof data, &e), 0);
    reader_free(r);
    r = get("/nothing", 0, &e);
    REQUIRE(r != NULL);
    CHECK_INT(http_reader_response(r)->status, 404);
    CHECK_INT(reader_read_full(r, data, sizeof data, &e), 4);
    reader_free(r);
}

TEST(times_out_and_cancels) {
    error e = ERROR_INIT;
    char data[100];
    reader *r = get("/stall", 0.3, &e);
    REQUIRE(r != NULL);
    CHECK_INT(reader_read_full(r, data, 5, &e), 5);
    CHECK_INT(reader_read(r, data, sizeof data, &e), -1);
    CHECK_INT(e.kind, ERROR_TIMEOUT);
    reader_free(r);
    atomic_int cancelled = 0;
    r = get("/stall", 0, &e);
    REQUIRE(r != NULL);
    CHECK_INT(reader_read_full(r, data, 5, &e), 5);
    interrupt_bind(&cancelled);
    atomic_store(&cancelled, 1);
    CHECK_INT(reader_read(r, data, sizeof data, &e), -1);
    CHECK_INT(e.kind, ERROR_CANCELLED);
    interrupt_bind(NULL);
    reader_free(r);
}

TEST(polls) {
    error e = ERROR_INIT;
    char data[10];
    reader *r = get("/late", 0, &e);
    REQUIRE(r != NULL);
    CHECK_INT(http_reader_poll(r, 0.05, &e), 0);
    CHECK_INT(http_reader_poll(r, 2, &e), 1);
    CHECK_INT(reader_read(r, data, sizeof data, &e), 1);
    CHECK_INT(http_reader_poll(r, 2, &e), 1);
    CHECK_INT(reader_read(r, data, sizeof data, &e), 0);
    reader_free(r);
}

TEST(outlives_its_client_and_leaks_nothing) {
    int before = check_descriptors();
    error e = ERROR_INIT;
    char data[10];
    http_client *mine = http_client_new(&e);
    http_request q = {.url = server_url(s, "/big")};
    reader *r = http_open(mine, &q, &e);
    REQUIRE(r != NULL);
    http_client_unref(mine);
    CHECK_INT(reader_read(r, data, sizeof data, &e), 10);
    reader_free(r);
    for (int i = 0; i < 100 && check_descriptors() > before; i++) {
        usleep(10000); /* the server's side closes on its own thread */
    }
    CHECK(check_descriptors() <= before);
}

int main(void) {
    error e = ERROR_INIT;
    s = server_start(handle, NULL, NULL);
    client = http_client_new(&e);
    REQUIRE(client != NULL);
    RUN(whole_and_in_order);
    RUN(holds_back_the_sender);
    RUN(a_cut_is_never_an_end);
    RUN(other_ends);
    RUN(times_out_and_cancels);
    RUN(polls);
    RUN(outlives_its_client_and_leaks_nothing);
    http_client_unref(client);
    server_stop(s);
    return check_result();
}
