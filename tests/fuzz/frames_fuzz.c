/* The Engine's multiplexed output, against a plain reading of it: whatever comes, in pieces of any
 * size, no byte is lost, doubled or given to the wrong stream, and a cut is seen. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/buffer.h"
#include "docker/frames.h"
#include "input.h"

enum { MOST = 1 << 17, HEAD = 8 };

/* What a stream of frames says, and how it ends. */
typedef struct outcome {
    int end; /* 0 whole, -1 no such stream, -2 cut */
    buffer streams[4];
} outcome;

static void start(outcome *o) {
    o->end = 0;
    for (int i = 0; i < 4; i++) {
        o->streams[i] = (buffer)BUFFER_INIT(MOST);
    }
}

static void drop(outcome *o) {
    for (int i = 0; i < 4; i++) {
        buffer_free(&o->streams[i]);
    }
}

static void put(buffer *b, const void *data, size_t n) {
    error e = ERROR_INIT;
    MUST(buffer_append(b, data, n, &e) == 0);
}

static int keep(void *user, int stream, const void *data, size_t n, error *e) {
    outcome *o = user;
    (void)e;
    MUST(n > 0 && stream >= 0 && stream < 4);
    put(&o->streams[stream], data, n);
    return 0;
}

/* Feeds everything in pieces, whose sizes go through `sizes` again and again. */
static void feed(const uint8_t *data, size_t size, const uint8_t *sizes, size_t count, outcome *o) {
    frames f = FRAMES_INIT;
    error e = ERROR_INIT;
    size_t piece;
    start(o);
    for (size_t at = 0, turn = 0; at < size && o->end == 0; at += piece, turn++) {
        piece = count > 0 ? (size_t)sizes[turn % count] + 1 : size;
        piece = piece < size - at ? piece : size - at;
        o->end = frames_feed(&f, data + at, piece, keep, o, &e);
    }
    if (o->end == 0) {
        o->end = frames_finish(&f, &e) == 0 ? 0 : -2;
    }
    MUST((o->end == 0) == (e.kind == ERROR_NONE));
    MUST(o->end == 0 || e.kind == ERROR_ENGINE);
}

/* The same in one look at the whole. */
static void read_plainly(const uint8_t *data, size_t size, outcome *o) {
    start(o);
    while (size >= HEAD) {
        unsigned long long n = (unsigned long long)data[4] * 16777216 + data[5] * 65536ULL +
                               data[6] * 256ULL + data[7];
        if (data[0] > 3 || data[1] != 0 || data[2] != 0 || data[3] != 0) {
            o->end = -1;
            return;
        }
        bool cut = n > size - HEAD;
        n = cut ? size - HEAD : n;
        put(&o->streams[data[0]], data + HEAD, (size_t)n);
        data += HEAD + n;
        size -= HEAD + (size_t)n;
        if (cut) {
            o->end = -2;
            return;
        }
    }
    o->end = size > 0 ? -2 : 0;
}

static void compare(const outcome *a, const outcome *b) {
    MUST(a->end == b->end);
    for (int i = 0; i < 4; i++) {
        MUST(a->streams[i].length == b->streams[i].length);
        MUST(a->streams[i].length == 0 ||
             memcmp(a->streams[i].data, b->streams[i].data, a->streams[i].length) == 0);
    }
}

static void check(const uint8_t *data, size_t size, const uint8_t *sizes, size_t count) {
    outcome plain;
    outcome got;
    read_plainly(data, size, &plain);
    feed(data, size, NULL, 0, &got);
    compare(&got, &plain);
    drop(&got);
    feed(data, size, sizes, count, &got);
    compare(&got, &plain);
    drop(&got);
    drop(&plain);
}

/* Frames with right headers, the last of them cut where the input says. */
static void check_made(input *in, const uint8_t *sizes, size_t count) {
    buffer all = BUFFER_INIT(MOST);
    unsigned cut = input_byte(in);
    while (in->left > 0 && all.length < MOST / 2) {
        uint8_t head[HEAD] = {(uint8_t)(input_byte(in) % 4)};
        size_t n;
        const char *data = input_bytes(in, input_number(in, 2) % 700, &n);
        head[6] = (uint8_t)(n >> 8);
        head[7] = (uint8_t)n;
        put(&all, head, sizeof head);
        put(&all, data, n);
    }
    size_t keep_bytes = all.length > cut ? all.length - cut : all.length;
    check((const uint8_t *)all.data, keep_bytes, sizes, count);
    buffer_free(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    input in = {data, size};
    size_t count;
    unsigned how = input_byte(&in);
    const uint8_t *sizes = (const uint8_t *)input_bytes(&in, how / 2 % 8, &count);
    if (how % 2 == 0) {
        check(in.data, in.left, sizes, count);
    } else {
        check_made(&in, sizes, count);
    }
    return 0;
}
