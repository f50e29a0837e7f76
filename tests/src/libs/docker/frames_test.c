#include "check.h"
#include "docker/frames.h"

#include <stdbool.h>
#include <string.h>
#include "base/buffer.h"

static const char WIRE[] = "\1\0\0\0\0\0\0\5hello"
                           "\2\0\0\0\0\0\0\3err"
                           "\1\0\0\0\0\0\0\0"
                           "\1\0\0\0\0\0\0\7 world\n";
#define WIRE_SIZE (sizeof WIRE - 1)

typedef struct seen {
    buffer out, err;
} seen;

static int take(void *user, int stream, const void *data, size_t n, error *e) {
    seen *s = user;
    CHECK(n > 0);
    return buffer_append(stream == FRAME_STDOUT ? &s->out : &s->err, data, n, e);
}

static int refuse(void *user, int stream, const void *data, size_t n, error *e) {
    (void)user;
    (void)stream;
    (void)data;
    (void)n;
    return error_set(e, ERROR_LIMIT, 0, "x", "", "enough");
}

static void fed_whole(seen *s) {
    CHECK_STR(s->out.data, "hello world\n");
    CHECK_STR(s->err.data, "err");
    buffer_free(&s->out);
    buffer_free(&s->err);
}

TEST(every_split_in_three) {
    for (size_t i = 0; i <= WIRE_SIZE; i++) {
        for (size_t j = i; j <= WIRE_SIZE; j++) {
            seen s = {BUFFER_INIT(1000), BUFFER_INIT(1000)};
            frames f = FRAMES_INIT;
            error e = ERROR_INIT;
            CHECK_INT(frames_feed(&f, WIRE, i, take, &s, &e), 0);
            CHECK_INT(frames_feed(&f, WIRE + i, j - i, take, &s, &e), 0);
            CHECK_INT(frames_feed(&f, WIRE + j, WIRE_SIZE - j, take, &s, &e), 0);
            CHECK_INT(frames_finish(&f, &e), 0);
            fed_whole(&s);
        }
    }
}

TEST(byte_by_byte) {
    seen s = {BUFFER_INIT(1000), BUFFER_INIT(1000)};
    frames f = FRAMES_INIT;
    error e = ERROR_INIT;
    for (size_t i = 0; i < WIRE_SIZE; i++) {
        CHECK_INT(frames_feed(&f, WIRE + i, 1, take, &s, &e), 0);
    }
    fed_whole(&s);
}

TEST(a_cut_is_seen) {
    const size_t whole[] = {0, 13, 24, 32, WIRE_SIZE};
    for (size_t n = 0; n <= WIRE_SIZE; n++) {
        seen s = {BUFFER_INIT(1000), BUFFER_INIT(1000)};
        frames f = FRAMES_INIT;
        error e = ERROR_INIT;
        bool fine = false;
        for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
            fine = fine || n == whole[i];
        }
        CHECK_INT(frames_feed(&f, WIRE, n, take, &s, &e), 0);
        CHECK_INT(frames_finish(&f, &e), fine ? 0 : -1);
        buffer_free(&s.out);
        buffer_free(&s.err);
    }
}

TEST(other_streams_are_refused) {
    const char *const bad[] = {"plain text", "\4\0\0\0\0\0\0\1x", "\1\1\0\0\0\0\0\1x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        frames f = FRAMES_INIT;
        error e = ERROR_INIT;
        CHECK_INT(frames_feed(&f, bad[i], 9, refuse, NULL, &e), -1);
        CHECK_INT(e.kind, ERROR_ENGINE);
    }
}

TEST(sizes_beyond_two_gib_are_counted) {
    static const char zeros[65536];
    frames f = FRAMES_INIT;
    error e = ERROR_INIT;
    seen s = {BUFFER_INIT(1 << 20), BUFFER_INIT(1 << 20)};
    CHECK_INT(frames_feed(&f, "\2\0\0\0\xff\xff\xff\xff", 8, take, &s, &e), 0);
    CHECK_INT(frames_feed(&f, zeros, sizeof zeros, take, &s, &e), 0);
    CHECK_INT(f.left, 0xffffffffLL - (long long)sizeof zeros);
    CHECK_INT(frames_finish(&f, &e), -1);
    buffer_free(&s.err);
}

TEST(the_sink_ends_it) {
    frames f = FRAMES_INIT;
    error e = ERROR_INIT;
    CHECK_INT(frames_feed(&f, WIRE, WIRE_SIZE, refuse, NULL, &e), -1);
    CHECK_INT(e.kind, ERROR_LIMIT);
}

int main(void) {
    RUN(every_split_in_three);
    RUN(byte_by_byte);
    RUN(a_cut_is_seen);
    RUN(other_streams_are_refused);
    RUN(sizes_beyond_two_gib_are_counted);
    RUN(the_sink_ends_it);
    return check_result();
}
