#include "archive/tar_read.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include "archive/guard.h"
#include "base/interrupt.h"

struct tar_reader {
    reader *in;
    bool strict;
    guard *watch;
    struct archive *archive;
    struct archive_entry *header; /* libarchive's, of the current entry */
    locale_t bytes;
    char *name; /* of the current entry, with slashes at its end cut off */
    char *link;
    long long size, position; /* of the current content */
    bool sparse;              /* holes are filled with zeros */
    const void *block;        /* what libarchive gave and is not yet given on */
    size_t block_length;
    long long block_offset;
    long long count;
    bool ended;
    bool input_ended;
    error failure; /* of `in` or the guard, seen inside libarchive's callback */
    unsigned char buffer[STREAM_BUFFER];
};

static const unsigned char zeros[64 * 1024];

/* The next bytes, looked at by the guard. */
static ssize_t pull(tar_reader *t, error *e) {
    if (interrupt_check(e) != 0) {
        return -1;
    }
    ssize_t n = reader_read(t->in, t->buffer, sizeof t->buffer, e);
    t->input_ended = n == 0;
    if (n > 0 && guard_feed(t->watch, t->buffer, (size_t)n, e) != 0) {
        return -1;
    }
    return n;
}

static la_ssize_t on_read(struct archive *a, void *user, const void **data) {
    tar_reader *t = user;
    *data = t->buffer;
    if (t->failure.kind != ERROR_NONE) {
        return -1;
    }
    ssize_t n = pull(t, &t->failure);
    if (n < 0) {
        archive_set_error(a, EIO, "%s", t->failure.message);
    }
    return n;
}

static int failed(tar_reader *t, error *e) {
    if (t->failure.kind != ERROR_NONE) {
        *e = t->failure;
        return -1;
    }
    if (t->input_ended && guard_finish(t->watch, e) != 0) {
        return -1; /* says it better than libarchive */
    }
    const char *text = archive_error_string(t->archive);
    return entry_fault(e, "archive", t->name ? t->name : "", text ? text : "damaged tar");
}

static struct archive *open_archive(tar_reader *t) {
    struct archive *a = archive_read_new();
    if (!a) {
        return NULL;
    }
    /* Nothing but tar, and no filter: decompression is ours. */
    if (archive_read_support_format_tar(a) != ARCHIVE_OK ||
        archive_read_open(a, t, NULL, on_read, NULL) != ARCHIVE_OK) {
        t->archive = a;
        (void)failed(t, &t->failure);
        t->archive = NULL;
        archive_read_free(a);
        return NULL;
    }
    return a;
}

tar_reader *tar_reader_new(reader *in, bool strict, error *e) {
    tar_reader *t = calloc(1, sizeof *t);
    if (!t) {
        errno = ENOMEM;
        error_errno(e, "archive", "");
        return NULL;
    }
    t->in = in;
    t->strict = strict;
    t->watch = guard_new(strict, e);
    if (!t->watch) {
        tar_reader_free(t);
        return NULL;
    }
    /* In the C locale libarchive cannot convert names and leaves them as they are. */
    t->bytes = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    t->archive = t->bytes == (locale_t)0 ? NULL : open_archive(t);
    if (!t->archive) {
        if (t->failure.kind == ERROR_NONE) {
            error_errno(&t->failure, "archive", "");
        }
        *e = t->failure;
        tar_reader_free(t);
        return NULL;
    }
    return t;
}

void tar_reader_free(tar_reader *t) {
    if (!t) {
        return;
    }
    guard_free(t->watch);
    archive_read_free(t->archive);
    if (t->bytes != (locale_t)0) {
        freelocale(t->bytes);
    }
    free(t->name);
    free(t->link);
    free(t);
}

/* A copy without slashes at the end, so that "x/" and "x" are the same name. */
static char *copy_name(const char *text) {
    size_t n = strlen(text);
    while (n > 1 && text[n - 1] == '/') {
        n--;
    }
    return strndup(text, n);
}

static int keep_names(tar_reader *t, const char *link, error *e) {
    const char *name = archive_entry_pathname(t->header);
    char *old_name = t->name;
    char *old_link = t->link;
    t->name = copy_name(name ? name : "");
    t->link = link ? strdup(link) : NULL;
    free(old_name);
    free(old_link);
    return t->name && (!link || t->link) ? 0 : error_errno(e, "archive", "");
}

static entry_type type_of(struct archive_entry *h) {
    if (archive_entry_hardlink(h)) {
        return ENTRY_HARDLINK;
    }
    switch (archive_entry_filetype(h)) {
    case AE_IFREG:
        return ENTRY_FILE;
    case AE_IFDIR:
        return ENTRY_FOLDER;
    case AE_IFLNK:
        return ENTRY_SYMLINK;
    default:
        return ENTRY_OTHER;
    }
}

/* security.capability; any other attribute is passed over in a lenient tar and never seen in a
 * strict one. */
static void keep_capability(struct archive_entry *h, entry *out) {
    const char *name;
    const void *value;
    size_t n;
    archive_entry_xattr_reset(h);
    while (archive_entry_xattr_next(h, &name, &value, &n) == ARCHIVE_OK) {
        if (name && strcmp(name, "security.capability") == 0 && n <= sizeof out->capability) {
            memcpy(out->capability, value, n);
            out->capability_length = n;
        }
    }
}

static int keep_entry(tar_reader *t, entry *out, error *e) {
    struct archive_entry *h = t->header;
    memset(out, 0, sizeof *out);
    out->type = type_of(h);
    const char *link = out->type == ENTRY_HARDLINK  ? archive_entry_hardlink(h)
                       : out->type == ENTRY_SYMLINK ? archive_entry_symlink(h)
                                                    : NULL;
    if (keep_names(t, link, e) != 0) {
        return -1;
    }
    if (out->type == ENTRY_SYMLINK && !t->link) {
        return entry_fault(e, "archive", t->name, "symlink without a target");
    }
    out->name = t->name;
    out->link = t->link;
    out->mode = (unsigned)archive_entry_perm(h) & 07777;
    out->uid = archive_entry_uid(h);
    out->gid = archive_entry_gid(h);
    out->mtime = (long long)archive_entry_mtime(h);
    out->size = out->type == ENTRY_FILE ? archive_entry_size(h) : 0;
    if (out->size < 0) {
        return entry_fault(e, "archive", t->name, "size out of range");
    }
    keep_capability(h, out);
    t->size = out->size;
    t->position = 0;
    t->block_length = 0;
    t->sparse = archive_entry_sparse_count(h) > 0;
    return 0;
}

/* Names that libarchive could not convert are what the C locale is for; any other warning counts.
 */
static bool harmless(tar_reader *t) {
    const char *text = archive_error_string(t->archive);
    return text && strstr(text, "can't be converted from") != NULL;
}

/* libarchive stops at the end blocks; the rest is read so that the guard and the checksum see it.
 */
static int end(tar_reader *t, error *e) {
    ssize_t n;
    do {
        n = pull(t, e);
    } while (n > 0);
    if (n < 0 || guard_finish(t->watch, e) != 0) {
        return -1;
    }
    if (guard_entries(t->watch) != t->count) {
        return error_set(e, ERROR_ARCHIVE, 0, "archive", "", "headers do not match the entries");
    }
    t->ended = true;
    return 0;
}

static int pass_over(tar_reader *t, error *e) {
    const void *data;
    size_t n;
    int rc;
    do {
        rc = t->header ? tar_reader_block(t, &data, &n, e) : 0;
    } while (rc > 0);
    return rc;
}

int tar_reader_next(tar_reader *t, entry *out, error *e) {
    if (t->ended) {
        return 0;
    }
    if (pass_over(t, e) != 0) {
        return -1;
    }
    t->header = NULL;
    locale_t before = uselocale(t->bytes);
    int rc = archive_read_next_header(t->archive, &t->header);
    uselocale(before);
    if (rc == ARCHIVE_EOF && t->failure.kind == ERROR_NONE) {
        t->header = NULL;
        return end(t, e);
    }
    if (rc != ARCHIVE_OK && !(rc == ARCHIVE_WARN && harmless(t))) {
        t->header = NULL;
        return failed(t, e);
    }
    t->count++;
    return keep_entry(t, out, e) == 0 ? 1 : -1;
}

/* Gives what lies at the position: of the block, or zeros before it. */
static int give(tar_reader *t, const void **data, size_t *n) {
    long long hole = t->block_offset - t->position;
    if (hole > 0) {
        *data = zeros;
        *n = (unsigned long long)hole < sizeof zeros ? (size_t)hole : sizeof zeros;
    } else {
        *data = t->block;
        *n = t->block_length;
        t->block_length = 0;
    }
    t->position += (long long)*n;
    return 1;
}

int tar_reader_block(tar_reader *t, const void **data, size_t *n, error *e) {
    while (t->block_length == 0) {
        la_int64_t offset = 0;
        int rc = archive_read_data_block(t->archive, &t->block, &t->block_length, &offset);
        t->block_offset = offset;
        if (rc == ARCHIVE_EOF) {
            t->block_length = 0;
            if (t->sparse && t->position < t->size) {
                t->block_offset = t->size; /* the hole at the end */
                return give(t, data, n);
            }
            return t->position == t->size
                       ? 0
                       : entry_fault(e, "archive", t->name, "less content than its size says");
        }
        if (rc != ARCHIVE_OK) {
            return failed(t, e);
        }
    }
    bool fits = t->block_offset >= t->position && (t->sparse || t->block_offset == t->position) &&
                t->block_length <= (unsigned long long)t->size &&
                t->block_offset <= t->size - (long long)t->block_length;
    if (!fits) {
        t->block_length = 0;
        return entry_fault(e, "archive", t->name, "more content than its size says");
    }
    return give(t, data, n);
}
