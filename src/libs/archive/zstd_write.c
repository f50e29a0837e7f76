/* The zstd writer. */
#include <errno.h>
#include <stdlib.h>
#include <zstd.h>
#include "archive/zstd.h"

enum { WINDOW_LOG = 21 };

/* Magic number; descriptor: checksum, no content size, no dictionary; window of 2^21. */
const unsigned char zstd_header[ZSTD_HEADER_SIZE] = {0x28, 0xb5, 0x2f,
                                                     0xfd, 0x04, (WINDOW_LOG - 10) << 3};

typedef struct zstd_out {
    writer base;
    writer *next;
    ZSTD_CCtx *context;
    bool finished;
    unsigned char output[STREAM_BUFFER];
} zstd_out;

static int compress(zstd_out *z, ZSTD_inBuffer *in, ZSTD_EndDirective mode, error *e) {
    size_t left;
    do {
        ZSTD_outBuffer out = {z->output, sizeof z->output, 0};
        left = ZSTD_compressStream2(z->context, &out, in, mode);
        if (ZSTD_isError(left)) {
            return error_set(e, ERROR_ARCHIVE, 0, "compress", "", "%s", ZSTD_getErrorName(left));
        }
        if (writer_write(z->next, z->output, out.pos, e) != 0) {
            return -1;
        }
    } while (in->pos < in->size || (mode == ZSTD_e_end && left > 0));
    return 0;
}

static int zstd_write(writer *w, const void *data, size_t n, error *e) {
    ZSTD_inBuffer in = {data, n, 0};
    return compress((zstd_out *)w, &in, ZSTD_e_continue, e);
}

static int zstd_finish(writer *w, error *e) {
    zstd_out *z = (zstd_out *)w;
    ZSTD_inBuffer in = {NULL, 0, 0};
    if (z->finished) {
        return error_set(e, ERROR_STATE, 0, "compress", "", "closed");
    }
    z->finished = true;
    if (compress(z, &in, ZSTD_e_end, e) != 0) {
        return -1;
    }
    return writer_finish(z->next, e);
}

static void zstd_free(writer *w) {
    zstd_out *z = (zstd_out *)w;
    writer_free(z->next);
    ZSTD_freeCCtx(z->context);
    free(z);
}

static int configure(zstd_out *z, int level, error *e) {
    const struct {
        ZSTD_cParameter key;
        int value;
    } all[] = {{ZSTD_c_compressionLevel, level},
               {ZSTD_c_windowLog, WINDOW_LOG},
               {ZSTD_c_checksumFlag, 1},
               {ZSTD_c_contentSizeFlag, 0},
               {ZSTD_c_dictIDFlag, 0}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        size_t rc = ZSTD_CCtx_setParameter(z->context, all[i].key, all[i].value);
        if (ZSTD_isError(rc)) {
            return error_set(e, ERROR_ARCHIVE, 0, "compress", "", "%s", ZSTD_getErrorName(rc));
        }
    }
    return 0;
}

writer *zstd_writer(writer *next, int level, error *e) {
    static const writer_ops ops = {zstd_write, zstd_finish, zstd_free};
    if (level < 1 || level > ZSTD_LEVEL_MAX) {
        error_set(e, ERROR_LIMIT, level, "compress", "", "zstd's level is 1 to %d", ZSTD_LEVEL_MAX);
        writer_free(next);
        return NULL;
    }
    zstd_out *z = calloc(1, sizeof *z);
    ZSTD_CCtx *context = ZSTD_createCCtx();
    if (!z || !context) {
        errno = ENOMEM;
        error_errno(e, "compress", "");
        ZSTD_freeCCtx(context);
        free(z);
        writer_free(next);
        return NULL;
    }
    z->base.ops = &ops;
    z->next = next;
    z->context = context;
    /* The frame is begun before anything is known of its length: a first call that also ends it
     * would write another header. */
    ZSTD_inBuffer nothing = {NULL, 0, 0};
    if (configure(z, level, e) != 0 || compress(z, &nothing, ZSTD_e_continue, e) != 0) {
        zstd_free(&z->base);
        return NULL;
    }
    return &z->base;
}
