#include "archive/tar_write.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"

struct tar_writer {
    writer *out;
    /* Two writers into the same stream: libarchive converts names to UTF-8, which changes or
     * refuses those that are not; its mode BINARY takes any bytes, but marks each entry in a way
     * that GNU tar warns of. */
    struct archive *plain, *binary, *current;
    struct archive_entry *scratch;
    locale_t utf8;
    char *name; /* of the current entry, for messages */
    long long left;
    error failure; /* of `out`, seen inside libarchive's callback */
    bool given_up;
};

/* Never tells libarchive of a failure: one that has failed leaks its buffers when it is freed. What
 * follows a failure is dropped, and `ended_well` tells of it. */
static la_ssize_t on_write(struct archive *a, void *user, const void *data, size_t n) {
    tar_writer *t = user;
    (void)a;
    if (!t->given_up && writer_write(t->out, data, n, &t->failure) != 0) {
        t->given_up = true;
    }
    return (la_ssize_t)n;
}

static bool ended_well(const tar_writer *t, int rc) {
    return rc == ARCHIVE_OK && t->failure.kind == ERROR_NONE;
}

static int failed(tar_writer *t, struct archive *a, error *e) {
    if (t->failure.kind != ERROR_NONE) {
        *e = t->failure;
        return -1;
    }
    const char *text = archive_error_string(a);
    return entry_fault(e, "tar", t->name ? t->name : "", text ? text : "libarchive failed");
}

static struct archive *open_one(tar_writer *t, bool binary) {
    struct archive *a = archive_write_new();
    if (!a) {
        return NULL;
    }
    if (archive_write_set_format_pax_restricted(a) != ARCHIVE_OK ||
        archive_write_set_format_option(a, "pax", "xattrheader", "SCHILY") != ARCHIVE_OK ||
        (binary &&
         archive_write_set_format_option(a, "pax", "hdrcharset", "BINARY") != ARCHIVE_OK) ||
        archive_write_set_bytes_per_block(a, 0) != ARCHIVE_OK ||
        archive_write_open(a, t, NULL, on_write, NULL) != ARCHIVE_OK) {
        archive_write_free(a);
        return NULL;
    }
    return a;
}

tar_writer *tar_writer_new(writer *out, error *e) {
    tar_writer *t = calloc(1, sizeof *t);
    if (t) {
        t->out = out;
        t->plain = open_one(t, false);
        t->binary = open_one(t, true);
        t->scratch = archive_entry_new();
        t->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    }
    if (!t || !t->plain || !t->binary || !t->scratch) {
        errno = ENOMEM;
        error_errno(e, "tar", "");
        tar_writer_free(t);
        return NULL;
    }
    return t;
}

void tar_writer_free(tar_writer *t) {
    if (!t) {
        return;
    }
    t->given_up = true; /* freeing writes end blocks */
    archive_write_free(t->plain);
    archive_write_free(t->binary);
    archive_entry_free(t->scratch);
    if (t->utf8 != (locale_t)0) {
        freelocale(t->utf8);
    }
    free(t->name);
    free(t);
}

static void fill(struct archive_entry *to, const entry *it) {
    static const unsigned types[] = {AE_IFREG, AE_IFDIR, AE_IFLNK, AE_IFREG, AE_IFREG};
    archive_entry_clear(to);
    archive_entry_copy_pathname(to, it->name);
    archive_entry_set_filetype(to, types[it->type]);
    archive_entry_set_perm(to, (mode_t)it->mode);
    archive_entry_set_uid(to, it->uid);
    archive_entry_set_gid(to, it->gid);
    archive_entry_set_mtime(to, (time_t)it->mtime, 0);
    archive_entry_set_size(to, it->type == ENTRY_FILE ? it->size : 0);
    if (it->type == ENTRY_SYMLINK) {
        archive_entry_copy_symlink(to, it->link);
    } else if (it->type == ENTRY_HARDLINK) {
        archive_entry_copy_hardlink(to, it->link);
    }
    if (it->capability_length > 0) {
        archive_entry_xattr_add_entry(to, "security.capability", it->capability,
                                      it->capability_length);
    }
}

static bool needs_binary(const tar_writer *t, const char *text) {
    if (!text) {
        return false;
    }
    size_t n = strlen(text);
    if (t->utf8 != (locale_t)0) {
        return !text_is_utf8(text, n);
    }
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)text[i] >= 0x80) {
            return true;
        }
    }
    return false;
}

int tar_writer_begin(tar_writer *t, const entry *it, error *e) {
    free(t->name);
    t->name = strdup(it->name);
    if (!t->name) {
        return error_errno(e, "tar", "");
    }
    t->current = needs_binary(t, it->name) || needs_binary(t, it->link) ? t->binary : t->plain;
    t->left = it->type == ENTRY_FILE ? it->size : 0;
    fill(t->scratch, it);
    locale_t before = t->utf8 != (locale_t)0 ? uselocale(t->utf8) : (locale_t)0;
    int rc = archive_write_header(t->current, t->scratch);
    if (before != (locale_t)0) {
        uselocale(before);
    }
    return ended_well(t, rc) ? 0 : failed(t, t->current, e);
}

int tar_writer_data(tar_writer *t, const void *data, size_t n, error *e) {
    if (n == 0) {
        return 0;
    }
    if ((unsigned long long)t->left < n) {
        return entry_fault(e, "tar", t->name, "more content than its size says");
    }
    la_ssize_t put = archive_write_data(t->current, data, n);
    if (put < 0 || t->failure.kind != ERROR_NONE) {
        return failed(t, t->current, e);
    }
    if ((size_t)put != n) {
        return entry_fault(e, "tar", t->name, "libarchive took less than it was given");
    }
    t->left -= (long long)n;
    return 0;
}

int tar_writer_end(tar_writer *t, error *e) {
    if (t->left != 0) {
        return entry_fault(e, "tar", t->name, "less content than its size says");
    }
    /* Padding is written here, so that the other of the two writers can go on. */
    return ended_well(t, archive_write_finish_entry(t->current)) ? 0 : failed(t, t->current, e);
}

int tar_writer_close(tar_writer *t, error *e) {
    return ended_well(t, archive_write_close(t->plain)) ? 0 : failed(t, t->plain, e);
}
