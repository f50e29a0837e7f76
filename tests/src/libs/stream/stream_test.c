#include "stream/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/interrupt.h"
#include "check.h"

TEST(memory_gives_all_and_ends) {
    error e = ERROR_INIT;
    char data[8];
    reader *r = reader_from_memory("abcdef", 6, &e);
    REQUIRE(r);
    CHECK_INT(reader_read(r, data, 4, &e), 4);
    CHECK_MEM(data, "abcd", 4);
    CHECK_INT(reader_read(r, data, 0, &e), 0);
    CHECK_INT(reader_read_full(r, data, 8, &e), 2);
    CHECK_INT(reader_read(r, data, 8, &e), 0);
    reader_free(r);
    reader_free(NULL);
    writer_free(NULL);
}

static int note(void *user, long long bytes, error *e) {
    (void)e;
    *(long long *)user = bytes;
    return 0;
}

static int stop(void *user, long long bytes, error *e) {
    (void)user;
    (void)bytes;
    return error_set(e, ERROR_STATE, 0, "test", "", "enough");
}

TEST(copy_counts_and_tells) {
    error e = ERROR_INIT;
    const size_t n = 3 * STREAM_BUFFER + 17;
    char *data = calloc(1, n);
    _Atomic long long total = 0;
    long long seen = 0;
    REQUIRE(data);
    reader *r = reader_from_memory(data, n, &e);
    writer *w = writer_null(&total, &e);
    REQUIRE(r && w);
    CHECK_INT(stream_copy(r, w, note, &seen, &e), n);
    CHECK_INT(total, n);
    CHECK_INT(seen, n);
    CHECK_INT(writer_finish(w, &e), 0);
    reader_free(r);
    r = reader_from_memory(data, n, &e);
    REQUIRE(r);
    CHECK_INT(stream_copy(r, w, stop, NULL, &e), -1);
    CHECK_STR(e.message, "enough");
    reader_free(r);
    writer_free(w);
    free(data);
}

TEST(copy_is_cancelled) {
    error e = ERROR_INIT;
    atomic_int flag = 1;
    reader *r = reader_from_memory("x", 1, &e);
    writer *w = writer_null(NULL, &e);
    REQUIRE(r && w);
    interrupt_bind(&flag);
    CHECK_INT(stream_copy(r, w, NULL, NULL, &e), -1);
    CHECK_INT(e.kind, ERROR_CANCELLED);
    interrupt_bind(NULL);
    reader_free(r);
    writer_free(w);
}

TEST(files_go_both_ways) {
    error e = ERROR_INIT;
    char data[16];
    const char *path = check_path("file");
    int before = check_descriptors();
    writer *w = writer_to_fd(open(path, O_WRONLY | O_CREAT, 0600), true, path, &e);
    REQUIRE(w);
    CHECK_INT(writer_write(w, "hello", 5, &e), 0);
    CHECK_INT(writer_finish(w, &e), 0);
    CHECK_INT(writer_write(w, "x", 1, &e), -1);
    CHECK_INT(e.kind, ERROR_STATE);
    CHECK_INT(writer_finish(w, &e), -1);
    writer_free(w);
    reader *r = reader_from_fd(open(path, O_RDONLY), true, path, &e);
    REQUIRE(r);
    CHECK_INT(reader_read_full(r, data, sizeof data, &e), 5);
    CHECK_MEM(data, "hello", 5);
    reader_free(r);
    CHECK_INT(check_descriptors(), before);
}

TEST(failures_are_told) {
    error e = ERROR_INIT;
    CHECK(reader_from_fd(-1, true, "none", &e) == NULL);
    CHECK_INT(e.code, EBADF);
    writer *w = writer_to_fd(open("/dev/full", O_WRONLY), true, "full", &e);
    REQUIRE(w);
    CHECK_INT(writer_write(w, "x", 1, &e), -1);
    CHECK_INT(e.code, ENOSPC);
    CHECK_STR(e.subject, "full");
    writer_free(w);
    int fds[2];
    REQUIRE(pipe(fds) == 0);
    signal(SIGPIPE, SIG_IGN);
    close(fds[0]);
    w = writer_to_fd(fds[1], true, "pipe", &e);
    REQUIRE(w);
    CHECK_INT(writer_write(w, "x", 1, &e), -1);
    CHECK_INT(e.code, EPIPE);
    writer_free(w);
}

struct piped {
    int fd;
    size_t n;
    long long moved;
};

static void *pipe_writer(void *arg) {
    struct piped *p = arg;
    error e = ERROR_INIT;
    char *data = calloc(1, p->n);
    writer *w = writer_to_fd(p->fd, true, "pipe", &e);
    REQUIRE(data && w);
    CHECK_INT(writer_write(w, data, p->n, &e), 0);
    CHECK_INT(writer_finish(w, &e), 0);
    writer_free(w);
    free(data);
    return NULL;
}

TEST(pipes_carry_more_than_they_hold) {
    error e = ERROR_INIT;
    int fds[2];
    pthread_t thread;
    _Atomic long long total = 0;
    REQUIRE(pipe2(fds, O_NONBLOCK) == 0);
    struct piped p = {fds[1], 1000000, 0};
    REQUIRE(pthread_create(&thread, NULL, pipe_writer, &p) == 0);
    reader *r = reader_from_fd(fds[0], true, "pipe", &e);
    writer *w = writer_null(&total, &e);
    REQUIRE(r && w);
    CHECK_INT(stream_copy(r, w, NULL, NULL, &e), 1000000);
    REQUIRE(pthread_join(thread, NULL) == 0);
    reader_free(r);
    writer_free(w);
}

static void *cancel_later(void *arg) {
    struct timespec wait = {0, 50 * 1000 * 1000};
    nanosleep(&wait, NULL);
    atomic_store((atomic_int *)arg, 1);
    return NULL;
}

TEST(a_waiting_read_is_cancelled) {
    error e = ERROR_INIT;
    int fds[2];
    char data[1];
    pthread_t thread;
    atomic_int flag = 0;
    REQUIRE(pipe(fds) == 0);
    reader *r = reader_from_fd(fds[0], true, "pipe", &e);
    REQUIRE(r && pthread_create(&thread, NULL, cancel_later, &flag) == 0);
    interrupt_bind(&flag);
    CHECK_INT(reader_read(r, data, 1, &e), -1);
    CHECK_INT(e.kind, ERROR_CANCELLED);
    interrupt_bind(NULL);
    REQUIRE(pthread_join(thread, NULL) == 0);
    reader_free(r);
    close(fds[1]);
}

int main(void) {
    RUN(memory_gives_all_and_ends);
    RUN(copy_counts_and_tells);
    RUN(copy_is_cancelled);
    RUN(files_go_both_ways);
    RUN(failures_are_told);
    RUN(pipes_carry_more_than_they_hold);
    RUN(a_waiting_read_is_cancelled);
    return check_result();
}
