/* The gzip reader against zlib, and both compressors there and back. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "archive/gzip.h"
#include "archive/zstd.h"
#include "input.h"

enum { MOST = 1 << 20 };

/* All that a reader gives, or -1. */
static long long drain(reader *r, unsigned char *to, size_t portion) {
    error e = ERROR_INIT;
    long long have = 0;
    ssize_t n = r ? 1 : -1;
    while (r && n > 0 && have < MOST) {
        size_t room = (size_t)(MOST - have);
        n = reader_read(r, to + have, portion < room ? portion : room, &e);
        have += n > 0 ? n : 0;
    }
    reader_free(r);
    return n < 0 ? -1 : have;
}

static reader *over(const void *data, size_t size) {
    error e = ERROR_INIT;
    reader *r = reader_from_memory(data, size, &e);
    MUST(r != NULL);
    return r;
}

/* One member, all of the input: what zlib makes of it. */
static long long by_zlib(const uint8_t *data, size_t size, unsigned char *to) {
    z_stream z;
    memset(&z, 0, sizeof z);
    MUST(inflateInit2(&z, 15 + 16) == Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)data;
    z.avail_in = (unsigned)size;
    z.next_out = to;
    z.avail_out = MOST;
    int rc = inflate(&z, Z_FINISH);
    long long have = MOST - z.avail_out;
    bool whole = rc == Z_STREAM_END && z.avail_in == 0;
    inflateEnd(&z);
    return whole ? have : -1;
}

static void against_zlib(const uint8_t *data, size_t size) {
    static unsigned char ours[MOST];
    static unsigned char theirs[MOST];
    error e = ERROR_INIT;
    long long a = drain(gzip_reader(over(data, size), false, "x", &e), ours, MOST);
    long long b = by_zlib(data, size, theirs);
    if (a < MOST && b < MOST) {
        MUST(a == b);
        MUST(a < 0 || memcmp(ours, theirs, (size_t)a) == 0);
    }
    long long c = drain(gzip_reader(over(data, size), false, "x", &e), theirs, 1000);
    MUST(a == c);
    MUST(a < 0 || memcmp(ours, theirs, (size_t)a) == 0);
}

typedef struct sink {
    writer base;
    unsigned char data[2 * MOST];
    size_t n;
} sink;

static sink *to;

static int put(writer *w, const void *data, size_t n, error *e) {
    sink *s = (sink *)w;
    (void)e;
    MUST(n <= sizeof s->data - s->n);
    memcpy(s->data + s->n, data, n);
    s->n += n;
    return 0;
}

static int done(writer *w, error *e) {
    (void)w;
    (void)e;
    return 0;
}

static void kept(writer *w) {
    (void)w;
}

static void there_and_back(const uint8_t *data, size_t size, bool zstd, int level, size_t portion) {
    static const writer_ops ops = {put, done, kept};
    static unsigned char back[MOST];
    error e = ERROR_INIT;
    to = to ? to : calloc(1, sizeof *to);
    MUST(to != NULL);
    to->base.ops = &ops;
    to->n = 0;
    writer *w = zstd ? zstd_writer(&to->base, level, &e) : gzip_writer(&to->base, level, &e);
    MUST(w != NULL);
    for (size_t at = 0; at < size; at += portion) {
        MUST(writer_write(w, data + at, size - at < portion ? size - at : portion, &e) == 0);
    }
    MUST(writer_finish(w, &e) == 0);
    writer_free(w);
    reader *r = over(to->data, to->n);
    r = zstd ? zstd_reader(r, "x", &e) : gzip_reader(r, true, "x", &e);
    MUST(drain(r, back, MOST) == (long long)size);
    MUST(size == 0 || memcmp(back, data, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    input in = {data, size};
    unsigned how = input_byte(&in);
    if (in.left > MOST / 2) {
        return 0;
    }
    switch (how % 4) {
    case 0:
        there_and_back(in.data, in.left, false, (int)(how / 4 % 4), how + 1);
        break;
    case 1:
        there_and_back(in.data, in.left, true, 1 + (int)(how / 4 % 6), how + 1);
        break;
    case 2: {
        static unsigned char out[MOST];
        error e = ERROR_INIT;
        (void)drain(zstd_reader(over(in.data, in.left), "x", &e), out, how + 1);
        break;
    }
    default:
        against_zlib(in.data, in.left);
    }
    return 0;
}
