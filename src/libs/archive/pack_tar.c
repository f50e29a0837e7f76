/* A tar of the Engine, put under a prefix. */
#include <string.h>
#include "archive/name.h"
#include "archive/pack_inside.h"
#include "archive/tar_read.h"

enum {
    BLANK_HEAD = 64,      /* so much at a blank file's begin may be something: a format's mark */
    BLANK_SIZE = 1 << 20, /* smaller files are never left out */
};

/* What is known of a file that may be blank, before it is put in. */
typedef struct blank {
    unsigned char head[BLANK_HEAD];
    size_t held;     /* bytes in head */
    long long zeros; /* behind it */
} blank;

typedef struct graft {
    packer *p;
    const pack_tar_names *names;
    const pack_watch *w;
    size_t prefix_length, strip_length; /* without slashes at their ends */
    buffer name, link;
    long long bytes;
} graft;

static size_t trimmed(const char *text) {
    size_t n = text ? strlen(text) : 0;
    while (n > 0 && text[n - 1] == '/') {
        n--;
    }
    return n;
}

/* The part of a name after what is stripped: "" for the stripped folder itself; NULL: it is not
 * below it. */
static const char *inner(const graft *g, const char *name) {
    while (name[0] == '.' && name[1] == '/') {
        name += 2;
    }
    if (name[0] == '.' && name[1] == '\0') {
        name++;
    }
    if (g->strip_length == 0) {
        return name;
    }
    if (strncmp(name, g->names->strip, g->strip_length) != 0) {
        return NULL;
    }
    name += g->strip_length;
    return name[0] == '\0' ? name : name[0] == '/' ? name + 1 : NULL;
}

/* Puts prefix and inner name together. */
static int rename_to(const graft *g, buffer *to, const char *rest, error *e) {
    buffer_clear(to);
    if (buffer_append(to, g->names->prefix, g->prefix_length, e) != 0) {
        return -1;
    }
    if (rest[0] == '\0') {
        return 0;
    }
    if (g->prefix_length > 0 && buffer_append_text(to, "/", e) != 0) {
        return -1;
    }
    return buffer_append_text(to, rest, e);
}

static bool is_skipped(const graft *g, const char *rest) {
    for (const char *const *s = g->names->skip; s && *s; s++) {
        if (name_is_under(rest, *s)) {
            return true;
        }
    }
    return false;
}

static int passed(graft *g, size_t n, error *e) {
    g->bytes += (long long)n;
    return g->w && g->w->progress ? g->w->progress(g->w->user, g->bytes, e) : 0;
}

static int copy_content(graft *g, tar_reader *t, error *e) {
    const void *data;
    size_t n;
    int rc;
    while ((rc = tar_reader_block(t, &data, &n, e)) > 0) {
        if (pack_data(g->p, data, n, e) != 0 || passed(g, n, e) != 0) {
            return -1;
        }
    }
    return rc;
}

static void tell_skipped(const graft *g, const char *name, const char *why) {
    if (g->w && g->w->skipped) {
        g->w->skipped(g->w->user, name, why);
    }
}

static bool may_be_blank(const graft *g, const entry *it) {
    const char *suffix = g->names->omit_blank;
    size_t n = strlen(it->name), length = suffix ? strlen(suffix) : 0;
    return length > 0 && it->type == ENTRY_FILE && it->size >= BLANK_SIZE && n > length &&
           strcmp(it->name + n - length, suffix) == 0;
}

static bool all_zero(const unsigned char *data, size_t n) {
    return n == 0 || (data[0] == 0 && memcmp(data, data + 1, n - 1) == 0);
}

/* Reads while there is nothing but zeros behind the head. 0 at the end: it is blank; 1 and the
 * piece that is not; -1. */
static int read_blank(graft *g, tar_reader *t, blank *b, const unsigned char **rest, size_t *n,
                      error *e) {
    const void *data;
    int rc;
    while ((rc = tar_reader_block(t, &data, n, e)) > 0) {
        size_t take = BLANK_HEAD - b->held < *n ? BLANK_HEAD - b->held : *n;
        memcpy(b->head + b->held, data, take);
        b->held += take;
        *rest = (const unsigned char *)data + take;
        *n -= take;
        bool zero = all_zero(*rest, *n);
        if (passed(g, zero ? take + *n : take, e) != 0) {
            return -1;
        }
        if (!zero) {
            return 1;
        }
        b->zeros += (long long)*n;
    }
    return rc;
}

/* What was held back of a file that is not blank. */
static int put_held(packer *p, const blank *b, error *e) {
    static const unsigned char zeros[1 << 16];
    if (pack_data(p, b->head, b->held, e) != 0) {
        return -1;
    }
    for (long long left = b->zeros; left > 0;) {
        size_t n = left < (long long)sizeof zeros ? (size_t)left : sizeof zeros;
        if (pack_data(p, zeros, n, e) != 0) {
            return -1;
        }
        left -= (long long)n;
    }
    return 0;
}

/* A file that is left out when it turns out to be blank. Nothing of it is in memory meanwhile but
 * its head: zeros are counted. */
static int add_unless_blank(graft *g, tar_reader *t, const entry *it, error *e) {
    blank b = {.held = 0, .zeros = 0};
    const unsigned char *rest = NULL;
    size_t n = 0;
    int rc = read_blank(g, t, &b, &rest, &n, e);
    if (rc == 0) {
        tell_skipped(g, it->name, "blank");
    }
    if (rc <= 0) {
        return rc;
    }
    if (pack_begin(g->p, it, e) != 0 || put_held(g->p, &b, e) != 0 ||
        pack_data(g->p, rest, n, e) != 0 || passed(g, n, e) != 0 || copy_content(g, t, e) != 0) {
        return -1;
    }
    return pack_end(g->p, e);
}

static int place_names(graft *g, entry *it, const char *rest, error *e) {
    if (rename_to(g, &g->name, rest, e) != 0) {
        return -1;
    }
    if (it->type == ENTRY_HARDLINK) {
        const char *target = inner(g, it->link);
        if (!target || rename_to(g, &g->link, target, e) != 0) {
            return target ? -1
                          : entry_fault(e, "archive", it->name, "hard link that leaves its volume");
        }
        it->link = g->link.data;
    }
    it->name = g->name.data;
    if (it->type == ENTRY_FILE && !rules_payload(it->name)) {
        it->mode &= 01777; /* as for the host's files: only payloads keep setuid */
        it->capability_length = 0;
    }
    return 0;
}

static int add_one(graft *g, tar_reader *t, entry *it, error *e) {
    const char *rest = inner(g, it->name);
    if (!rest) {
        return entry_fault(e, "archive", it->name, "not below the folder that was asked for");
    }
    if (is_skipped(g, rest)) {
        return 0;
    }
    if (it->type == ENTRY_OTHER) {
        tell_skipped(g, it->name, "device or FIFO");
        return 0;
    }
    if (place_names(g, it, rest, e) != 0) {
        return -1;
    }
    if (may_be_blank(g, it)) {
        return add_unless_blank(g, t, it, e);
    }
    if (pack_begin(g->p, it, e) != 0) {
        return -1;
    }
    if (it->type == ENTRY_FILE && copy_content(g, t, e) != 0) {
        return -1;
    }
    return pack_end(g->p, e);
}

int packer_add_tar(packer *p, const pack_tar_names *names, reader *r, const pack_watch *w,
                   pack_totals *done, error *e) {
    if (pack_ready(p, e) != 0) {
        return -1;
    }
    pack_totals before = packer_totals(p);
    tar_reader *t = tar_reader_new(r, false, e);
    graft g = {p,
               names,
               w,
               trimmed(names->prefix),
               trimmed(names->strip),
               BUFFER_INIT(4 * NAME_LENGTH_MAX),
               BUFFER_INIT(4 * NAME_LENGTH_MAX),
               0};
    entry it;
    int rc = t ? 1 : -1;
    while (rc > 0) {
        rc = tar_reader_next(t, &it, e);
        if (rc > 0 && add_one(&g, t, &it, e) != 0) {
            rc = -1;
        }
    }
    tar_reader_free(t);
    buffer_free(&g.name);
    buffer_free(&g.link);
    pack_totals after = packer_totals(p);
    done->entries = after.entries - before.entries;
    done->bytes = after.bytes - before.bytes;
    return rc == 0 ? 0 : pack_broken(p);
}
