/* The gzip writer: ten fixed bytes, deflate and trailer by ISA-L. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <isa-l/igzip_lib.h>
#include "archive/gzip.h"

const unsigned char gzip_header[GZIP_HEADER_SIZE] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255};

typedef struct gzip_out {
    writer base;
    writer *next;
    struct isal_zstream stream; /* some 280 KB: this struct lives on the heap only */
    unsigned char *level_buffer;
    size_t pending; /* bytes in `input` */
    bool finished;
    unsigned char input[STREAM_BUFFER];
    unsigned char output[STREAM_BUFFER];
} gzip_out;

/* Compresses what stream.next_in holds; with `last` up to the end of the trailer. */
static int deflate_all(gzip_out *g, bool last, error *e) {
    g->stream.end_of_stream = last;
    g->stream.flush = NO_FLUSH;
    do {
        g->stream.next_out = g->output;
        g->stream.avail_out = sizeof g->output;
        int rc = isal_deflate(&g->stream);
        if (rc != COMP_OK) {
            return error_set(e, ERROR_ARCHIVE, rc, "compress", "", "deflate failed with %d", rc);
        }
        if (writer_write(g->next, g->output, sizeof g->output - g->stream.avail_out, e) != 0) {
            return -1;
        }
    } while (g->stream.avail_in > 0 || g->stream.avail_out == 0 ||
             (last && g->stream.internal_state.state != ZSTATE_END));
    return 0;
}

static int deflate_bytes(gzip_out *g, const unsigned char *data, size_t n, error *e) {
    /* ISA-L only reads its input, but says so nowhere in its types. */
    memcpy(&g->stream.next_in, &data, sizeof data);
    g->stream.avail_in = (uint32_t)n;
    return deflate_all(g, false, e);
}

static int flush_pending(gzip_out *g, error *e) {
    size_t n = g->pending;
    g->pending = 0;
    return n > 0 ? deflate_bytes(g, g->input, n, e) : 0;
}

/* Small pieces (tar headers) are collected: a call for each would cost more than the copy. */
static int gzip_write(writer *w, const void *data, size_t n, error *e) {
    gzip_out *g = (gzip_out *)w;
    const unsigned char *from = data;
    while (n > 0) {
        size_t part = n < sizeof g->input ? n : sizeof g->input;
        if (g->pending == 0 && part == sizeof g->input) {
            if (deflate_bytes(g, from, part, e) != 0) {
                return -1;
            }
        } else {
            size_t room = sizeof g->input - g->pending;
            part = part < room ? part : room;
            memcpy(g->input + g->pending, from, part);
            g->pending += part;
            if (g->pending == sizeof g->input && flush_pending(g, e) != 0) {
                return -1;
            }
        }
        from += part;
        n -= part;
    }
    return 0;
}

static int gzip_finish(writer *w, error *e) {
    gzip_out *g = (gzip_out *)w;
    if (g->finished) {
        return error_set(e, ERROR_STATE, 0, "compress", "", "closed");
    }
    g->finished = true;
    if (flush_pending(g, e) != 0) {
        return -1;
    }
    g->stream.avail_in = 0;
    if (deflate_all(g, true, e) != 0) {
        return -1;
    }
    return writer_finish(g->next, e);
}

static void gzip_free(writer *w) {
    gzip_out *g = (gzip_out *)w;
    writer_free(g->next);
    free(g->level_buffer);
    free(g);
}

static uint32_t level_buffer_size(int level) {
    static const uint32_t sizes[GZIP_LEVEL_MAX + 1] = {
        ISAL_DEF_LVL0_DEFAULT, ISAL_DEF_LVL1_DEFAULT, ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT};
    return sizes[level];
}

writer *gzip_writer(writer *next, int level, error *e) {
    static const writer_ops ops = {gzip_write, gzip_finish, gzip_free};
    if (level < 0 || level > GZIP_LEVEL_MAX) {
        error_set(e, ERROR_LIMIT, level, "compress", "", "gzip's level is 0 to %d", GZIP_LEVEL_MAX);
        writer_free(next);
        return NULL;
    }
    gzip_out *g = calloc(1, sizeof *g);
    uint32_t size = level_buffer_size(level);
    unsigned char *level_buffer = calloc(1, size > 0 ? size : 1);
    if (!g || !level_buffer) {
        errno = ENOMEM;
        error_errno(e, "compress", "");
        free(level_buffer);
        free(g);
        writer_free(next);
        return NULL;
    }
    g->base.ops = &ops;
    g->next = next;
    g->level_buffer = level_buffer;
    isal_deflate_init(&g->stream);
    g->stream.level = (uint32_t)level;
    g->stream.level_buf = level_buffer;
    g->stream.level_buf_size = size;
    g->stream.gzip_flag = IGZIP_GZIP_NO_HDR; /* the header is ours, the trailer ISA-L's */
    if (writer_write(next, gzip_header, sizeof gzip_header, e) != 0) {
        gzip_free(&g->base);
        return NULL;
    }
    return &g->base;
}
