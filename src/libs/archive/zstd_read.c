/* The zstd reader. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include "archive/zstd.h"

typedef struct zstd_in {
    reader base;
    reader *next;
    char *subject;
    ZSTD_DCtx *context;
    ZSTD_inBuffer in;
    bool input_end;
    bool finished;
    unsigned char input[STREAM_BUFFER];
} zstd_in;

static int fault(const zstd_in *z, const char *message, error *e) {
    return error_set(e, ERROR_ARCHIVE, 0, "unzstd", z->subject, "%s", message);
}

static int refill(zstd_in *z, error *e) {
    if (z->in.pos < z->in.size || z->input_end) {
        return 0;
    }
    ssize_t n = reader_read(z->next, z->input, sizeof z->input, e);
    if (n < 0) {
        return -1;
    }
    z->input_end = n == 0;
    z->in.pos = 0;
    z->in.size = (size_t)n;
    return 0;
}

static int check_tail(zstd_in *z, error *e) {
    if (refill(z, e) != 0) {
        return -1;
    }
    return z->in.pos < z->in.size ? fault(z, "bytes follow after zstd's end", e) : 0;
}

static ssize_t zstd_read(reader *r, void *data, size_t n, error *e) {
    zstd_in *z = (zstd_in *)r;
    ZSTD_outBuffer out = {data, n, 0};
    while (!z->finished) {
        if (refill(z, e) != 0) {
            return -1;
        }
        size_t before = z->in.pos;
        size_t rc = ZSTD_decompressStream(z->context, &out, &z->in);
        if (ZSTD_isError(rc)) {
            return error_set(e, ERROR_ARCHIVE, 0, "unzstd", z->subject, "damaged: %s",
                             ZSTD_getErrorName(rc));
        }
        z->finished = rc == 0;
        if (out.pos > 0) {
            return (ssize_t)out.pos;
        }
        if (!z->finished && z->input_end && z->in.pos == before) {
            return fault(z, "cut: zstd's data ends before its end", e);
        }
    }
    return check_tail(z, e);
}

static void zstd_free(reader *r) {
    zstd_in *z = (zstd_in *)r;
    reader_free(z->next);
    ZSTD_freeDCtx(z->context);
    free(z->subject);
    free(z);
}

/* The first bytes are compared before the library sees them: they say how much memory it takes. */
static int check_header(zstd_in *z, error *e) {
    ssize_t n = reader_read_full(z->next, z->input, ZSTD_HEADER_SIZE, e);
    if (n < 0) {
        return -1;
    }
    if (n < ZSTD_HEADER_SIZE) {
        return fault(z, "cut in zstd's header", e);
    }
    z->in.src = z->input;
    z->in.size = ZSTD_HEADER_SIZE;
    if (memcmp(z->input, zstd_header, ZSTD_HEADER_SIZE) != 0) {
        return fault(z, "zstd's header is not the one that hosskeep writes", e);
    }
    return 0;
}

reader *zstd_reader(reader *next, const char *subject, error *e) {
    static const reader_ops ops = {zstd_read, zstd_free};
    zstd_in *z = calloc(1, sizeof *z);
    char *copy = strdup(subject);
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (!z || !copy || !context) {
        errno = ENOMEM;
        error_errno(e, "unzstd", subject);
        ZSTD_freeDCtx(context);
        free(copy);
        free(z);
        reader_free(next);
        return NULL;
    }
    z->base.ops = &ops;
    z->next = next;
    z->subject = copy;
    z->context = context;
    if (check_header(z, e) != 0) {
        zstd_free(&z->base);
        return NULL;
    }
    return &z->base;
}
