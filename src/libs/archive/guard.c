#include "archive/guard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "archive/name.h"
#include "archive/tar_header.h"
#include "base/buffer.h"
#include "base/text.h"

enum { EXTENSION_MAX_STRICT = 32 * 1024, EXTENSION_MAX = 1024 * 1024 };
enum { PADDING_MAX = 1024 * 1024 }; /* zeros after the end blocks: tar's record size, and more */

typedef enum guard_state { AT_HEADER, AT_SPARSE, AT_ZERO, AT_END } guard_state;

struct guard {
    bool strict;
    guard_state state;
    unsigned char block[TAR_BLOCK];
    size_t have;      /* bytes in block */
    long long left;   /* bytes of content and padding before the next block */
    char collects;    /* type of the extension whose text is being collected, or 0 */
    size_t text_left; /* bytes of it to come, without padding */
    buffer text;
    char pending[4]; /* types of extensions that wait for their entry */
    bool has_size;   /* a pax record has given the size */
    long long size;
    long long after; /* content of a sparse file, once its extra headers are through */
    bool named;      /* subject is from an extension */
    char subject[256];
    long long entries, padding;
};

guard *guard_new(bool strict, error *e) {
    guard *g = calloc(1, sizeof *g);
    if (!g) {
        errno = ENOMEM;
        error_errno(e, "archive", "");
        return NULL;
    }
    g->strict = strict;
    g->text = (buffer)BUFFER_INIT(EXTENSION_MAX);
    return g;
}

void guard_free(guard *g) {
    if (g) {
        buffer_free(&g->text);
        free(g);
    }
}

long long guard_entries(const guard *g) {
    return g->entries;
}

static int fault(const guard *g, const char *why, error *e) {
    return error_set(e, ERROR_ARCHIVE, 0, "archive", g->subject, "%s", why);
}

static void name_subject(guard *g, const char *name, size_t n) {
    text_escape_to(g->subject, sizeof g->subject, name, n);
}

static bool is_zero(const unsigned char *p, size_t n) {
    return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

static long long padded(long long size) {
    return (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
}

static int start_extension(guard *g, const tar_header *h, error *e) {
    long long max = g->strict ? EXTENSION_MAX_STRICT : EXTENSION_MAX;
    if (h->size > max || h->size == 0) {
        return fault(g, "extended header of a wrong length", e);
    }
    size_t n = strlen(g->pending);
    if (n + 1 >= sizeof g->pending || strchr(g->pending, h->type)) {
        return fault(g, "too many extended headers", e);
    }
    g->pending[n] = h->type;
    g->collects = h->type;
    g->text_left = (size_t)h->size;
    buffer_clear(&g->text);
    g->left = padded(h->size);
    return 0;
}

/* A GNU long name: one text, ended by its only NUL. */
static int end_long_name(guard *g, error *e) {
    size_t n = strnlen(g->text.data, g->text.length);
    if (g->strict && (n == 0 || n + 1 != g->text.length || n > NAME_LENGTH_MAX + 1)) {
        return fault(g, "long name of a wrong form", e);
    }
    if (g->collects == 'L') {
        name_subject(g, g->text.data, n);
        g->named = true;
    }
    return 0;
}

static int end_pax(guard *g, error *e) {
    tar_pax pax;
    const char *why = tar_pax_parse(g->text.data, g->text.length, g->strict, &pax);
    if (why) {
        return fault(g, why, e);
    }
    if (g->collects == 'g') {
        return 0; /* of a lenient tar: libarchive passes over it as well */
    }
    if (pax.has_size) {
        g->has_size = true;
        g->size = pax.size;
    }
    if (pax.path) {
        name_subject(g, pax.path, pax.path_length);
        g->named = true;
    }
    return 0;
}

static int end_extension(guard *g, error *e) {
    int rc = g->collects == 'x' || g->collects == 'g' ? end_pax(g, e) : end_long_name(g, e);
    g->collects = 0;
    return rc;
}

static int start_entry(guard *g, const tar_header *h, error *e) {
    long long size = g->has_size ? g->size : h->size;
    bool content = !strchr("123456", h->type);
    if (strchr(g->pending, 'x') && strchr(g->pending, 'L') && g->strict) {
        return fault(g, "name given in two ways", e);
    }
    if (!content && size != 0) {
        return fault(g, "content where none belongs", e);
    }
    g->entries++;
    memset(g->pending, 0, sizeof g->pending);
    g->has_size = false;
    g->named = false;
    g->left = h->extended ? 0 : padded(size);
    g->after = padded(size);
    g->state = h->extended ? AT_SPARSE : AT_HEADER;
    return 0;
}

static int take_header(guard *g, error *e) {
    tar_header h;
    const char *why = tar_header_parse(g->block, g->strict, &h);
    if (!g->named) {
        name_subject(g, h.name, strlen(h.name));
    }
    if (why) {
        return fault(g, why, e);
    }
    return strchr("xgLK", h.type) ? start_extension(g, &h, e) : start_entry(g, &h, e);
}

static int take_block(guard *g, error *e) {
    bool zero = is_zero(g->block, sizeof g->block);
    switch (g->state) {
    case AT_HEADER:
        if (!zero) {
            return take_header(g, e);
        }
        g->state = AT_ZERO;
        return g->pending[0] == '\0' ? 0 : fault(g, "extended header without its entry", e);
    case AT_SPARSE:
        if (g->block[504] == 0) {
            g->state = AT_HEADER;
            g->left = g->after;
        }
        return 0;
    case AT_ZERO:
        g->state = AT_END;
        return zero ? 0 : fault(g, "bytes follow after the end of the tar", e);
    case AT_END:
        break;
    }
    g->padding += TAR_BLOCK;
    return zero && g->padding <= PADDING_MAX ? 0
                                             : fault(g, "bytes follow after the end of the tar", e);
}

/* Content: passed over, or collected when it is that of an extension. */
static int take_content(guard *g, const unsigned char *p, size_t n, error *e) {
    if (g->collects) {
        size_t part = n < g->text_left ? n : g->text_left;
        if (buffer_append(&g->text, p, part, e) != 0) {
            return -1;
        }
        g->text_left -= part;
    }
    g->left -= (long long)n;
    return g->left == 0 && g->collects ? end_extension(g, e) : 0;
}

int guard_feed(guard *g, const void *data, size_t n, error *e) {
    const unsigned char *p = data;
    while (n > 0) {
        size_t part;
        int rc = 0;
        if (g->left > 0) {
            part = (unsigned long long)g->left < n ? (size_t)g->left : n;
            rc = take_content(g, p, part, e);
        } else {
            size_t room = TAR_BLOCK - g->have;
            part = n < room ? n : room;
            memcpy(g->block + g->have, p, part);
            g->have += part;
            if (g->have == TAR_BLOCK) {
                g->have = 0;
                rc = take_block(g, e);
            }
        }
        if (rc != 0) {
            return -1;
        }
        p += part;
        n -= part;
    }
    return 0;
}

int guard_finish(guard *g, error *e) {
    if (g->state == AT_END && g->have == 0) {
        return 0;
    }
    if (g->state == AT_END) {
        return fault(g, "bytes follow after the end of the tar", e);
    }
    return fault(g, "cut: the tar ends without its end blocks", e);
}
