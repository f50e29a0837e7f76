/* The gzip reader: header by us, deflate and the check of CRC and length by ISA-L. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include "archive/gzip.h"

enum { FLAG_HCRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16, FLAG_RESERVED = 0xe0 };
enum { HEADER_MAX = 64 * 1024 + 8192 }; /* the extra field and two texts of 4 KB */

typedef struct gzip_in {
    reader base;
    reader *next;
    char *subject;
    struct inflate_state state;
    bool input_end;
    bool finished;
    long long header_bytes;
    uint32_t header_crc;
    unsigned char input[STREAM_BUFFER];
} gzip_in;

static int fault(const gzip_in *g, const char *message, error *e) {
    return error_set(e, ERROR_ARCHIVE, 0, "gunzip", g->subject, "%s", message);
}

/* Brings more input when there is none. -1 failed; else 0, with input_end set at the end. */
static int refill(gzip_in *g, error *e) {
    if (g->state.avail_in > 0 || g->input_end) {
        return 0;
    }
    ssize_t n = reader_read(g->next, g->input, sizeof g->input, e);
    if (n < 0) {
        return -1;
    }
    g->input_end = n == 0;
    g->state.next_in = g->input;
    g->state.avail_in = (uint32_t)n;
    return 0;
}

/* One byte of the header, or -1. */
static int header_byte(gzip_in *g, error *e) {
    if (refill(g, e) != 0) {
        return -1;
    }
    if (g->state.avail_in == 0) {
        return fault(g, "cut in gzip's header", e);
    }
    if (++g->header_bytes > HEADER_MAX) {
        return fault(g, "gzip's header is too long", e);
    }
    g->header_crc = crc32_gzip_refl(g->header_crc, g->state.next_in, 1);
    g->state.avail_in--;
    return *g->state.next_in++;
}

static int skip_text(gzip_in *g, error *e) {
    int c;
    do {
        c = header_byte(g, e);
    } while (c > 0);
    return c;
}

static int skip_extra(gzip_in *g, error *e) {
    int low = header_byte(g, e);
    int high = low < 0 ? -1 : header_byte(g, e);
    if (high < 0) {
        return -1;
    }
    for (int left = low | high << 8; left > 0; left--) {
        if (header_byte(g, e) < 0) {
            return -1;
        }
    }
    return 0;
}

static int check_header_crc(gzip_in *g, error *e) {
    uint32_t want = g->header_crc & 0xffff;
    int low = header_byte(g, e);
    int high = low < 0 ? -1 : header_byte(g, e);
    if (high < 0) {
        return -1;
    }
    return (uint32_t)(low | high << 8) == want ? 0 : fault(g, "gzip's header is damaged", e);
}

/* What may follow the ten bytes in other tools' files. */
static int optional_fields(gzip_in *g, int flags, error *e) {
    if ((flags & FLAG_RESERVED) != 0) {
        return fault(g, "gzip's header has flags that are not known", e);
    }
    if ((flags & FLAG_EXTRA) != 0 && skip_extra(g, e) != 0) {
        return -1;
    }
    if ((flags & FLAG_NAME) != 0 && skip_text(g, e) != 0) {
        return -1;
    }
    if ((flags & FLAG_COMMENT) != 0 && skip_text(g, e) != 0) {
        return -1;
    }
    return (flags & FLAG_HCRC) != 0 ? check_header_crc(g, e) : 0;
}

static int read_header(gzip_in *g, bool ours, error *e) {
    unsigned char head[GZIP_HEADER_SIZE];
    for (size_t i = 0; i < sizeof head; i++) {
        int c = header_byte(g, e);
        if (c < 0) {
            return -1;
        }
        head[i] = (unsigned char)c;
    }
    if (ours) {
        return memcmp(head, gzip_header, sizeof head) == 0
                   ? 0
                   : fault(g, "gzip's header is not the one that hosskeep writes", e);
    }
    if (memcmp(head, gzip_header, 3) != 0) {
        return fault(g, "not gzip", e);
    }
    return optional_fields(g, head[3], e);
}

/* After the trailer nothing may follow, least of all a second member. */
static int check_tail(gzip_in *g, error *e) {
    if (refill(g, e) != 0) {
        return -1;
    }
    if (g->state.avail_in > 0 || g->state.read_in_length >= 8) {
        return fault(g, "bytes follow after gzip's end", e);
    }
    return 0;
}

static int inflate_fault(const gzip_in *g, int rc, error *e) {
    switch (rc) {
    case ISAL_INCORRECT_CHECKSUM:
        return fault(g, "gzip's checksum or length does not match the content", e);
    case ISAL_INVALID_BLOCK:
        return fault(g, "damaged: invalid deflate block", e);
    case ISAL_INVALID_SYMBOL:
        return fault(g, "damaged: invalid deflate symbol", e);
    case ISAL_INVALID_LOOKBACK:
        return fault(g, "damaged: invalid deflate distance", e);
    default:
        return fault(g, "damaged: invalid deflate data", e);
    }
}

static ssize_t gzip_read(reader *r, void *data, size_t n, error *e) {
    gzip_in *g = (gzip_in *)r;
    uint32_t room = n < UINT32_MAX / 2 ? (uint32_t)n : UINT32_MAX / 2;
    while (!g->finished) {
        if (refill(g, e) != 0) {
            return -1;
        }
        g->state.next_out = data;
        g->state.avail_out = room;
        uint32_t before = g->state.avail_in;
        int rc = isal_inflate(&g->state);
        if (rc < 0 || rc == ISAL_NEED_DICT) {
            return inflate_fault(g, rc, e);
        }
        g->finished = g->state.block_state == ISAL_BLOCK_FINISH;
        if (g->state.avail_out < room) {
            return (ssize_t)(room - g->state.avail_out);
        }
        /* ISA-L calls a cut stream fine: only the state FINISH is an end. */
        if (!g->finished && g->input_end && g->state.avail_in == before) {
            return fault(g, "cut: gzip's data ends before its end", e);
        }
    }
    return check_tail(g, e);
}

static void gzip_free(reader *r) {
    gzip_in *g = (gzip_in *)r;
    reader_free(g->next);
    free(g->subject);
    free(g);
}

reader *gzip_reader(reader *next, bool ours, const char *subject, error *e) {
    static const reader_ops ops = {gzip_read, gzip_free};
    gzip_in *g = calloc(1, sizeof *g);
    char *copy = strdup(subject);
    if (!g || !copy) {
        errno = ENOMEM;
        error_errno(e, "gunzip", subject);
        free(copy);
        free(g);
        reader_free(next);
        return NULL;
    }
    g->base.ops = &ops;
    g->next = next;
    g->subject = copy;
    isal_inflate_init(&g->state);
    g->state.crc_flag = ISAL_GZIP_NO_HDR_VER;
    if (read_header(g, ours, e) != 0) {
        gzip_free(&g->base);
        return NULL;
    }
    return &g->base;
}
