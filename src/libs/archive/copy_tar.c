#include <string.h>
#include "archive/bundle_inside.h"
#include "archive/extract.h"
#include "archive/name.h"
#include "archive/tar_write.h"
#include "base/buffer.h"

#define NAMES_MAX ((size_t)64 * 1024)

typedef struct copier {
    bundle *b;
    size_t prefix_length; /* without slashes at its end */
    const char *prefix;
    tar_writer *tar;
    const copy_changes *changes;
    const pack_watch *w;
    pack_totals *done;
    buffer name, link; /* of the current entry, when it is put below a folder */
} copier;

static bool below(const copier *c, const char *name) {
    return c->prefix_length == 0 ||
           (strncmp(name, c->prefix, c->prefix_length) == 0 &&
            (name[c->prefix_length] == '/' || name[c->prefix_length] == '\0'));
}

/* The name without the prefix; a single file keeps its last component. */
static const char *inner(const copier *c, const char *name, bool folder) {
    if (c->prefix_length == 0) {
        return name;
    }
    if (name[c->prefix_length] == '/') {
        return name + c->prefix_length + 1;
    }
    const char *slash = strrchr(name, '/');
    return folder ? "." : slash ? slash + 1 : name;
}

static void change(const copier *c, entry *it) {
    const copy_changes *with = c->changes;
    if (!with) {
        return;
    }
    it->uid = with->uid >= 0 ? with->uid : it->uid;
    it->gid = with->gid >= 0 ? with->gid : it->gid;
    if (with->file_mode >= 0 && it->type == ENTRY_FILE) {
        it->mode = (unsigned)with->file_mode & 07777;
    } else if (with->folder_mode >= 0 && it->type == ENTRY_FOLDER) {
        it->mode = (unsigned)with->folder_mode & 07777;
    }
    for (size_t i = 0; i < with->mode_count; i++) {
        if (strcmp(with->modes[i].name, it->name) == 0) {
            it->mode = with->modes[i].mode & 07777;
        }
    }
}

/* Points *name to the same below the folder that the changes tell. */
static int put_below(const copier *c, buffer *to, const char **name, error *e) {
    const char *folder = c->changes ? c->changes->below : NULL;
    if (!folder || !*name) {
        return 0;
    }
    buffer_clear(to);
    if (buffer_append_text(to, folder, e) != 0) {
        return -1;
    }
    if (strcmp(*name, ".") != 0 &&
        (buffer_append_text(to, "/", e) != 0 || buffer_append_text(to, *name, e) != 0)) {
        return -1;
    }
    *name = to->data;
    return 0;
}

static int copy_content(copier *c, error *e) {
    const void *data;
    size_t n;
    int rc;
    while ((rc = bundle_block(c->b, &data, &n, e)) > 0) {
        if (tar_writer_data(c->tar, data, n, e) != 0) {
            return -1;
        }
        c->done->bytes += (long long)n;
        if (c->w && c->w->progress && c->w->progress(c->w->user, c->done->bytes, e) != 0) {
            return -1;
        }
    }
    return rc;
}

static int copy_one(copier *c, const entry *from, error *e) {
    entry it = *from;
    it.name = inner(c, from->name, from->type == ENTRY_FOLDER);
    if (it.type == ENTRY_HARDLINK) {
        if (!below(c, from->link)) {
            return entry_fault(e, "copy", from->name, "hard link that leaves the folder");
        }
        it.link = inner(c, from->link, false);
    }
    change(c, &it);
    if (put_below(c, &c->name, &it.name, e) != 0 ||
        (it.type == ENTRY_HARDLINK && put_below(c, &c->link, &it.link, e) != 0)) {
        return -1;
    }
    if (tar_writer_begin(c->tar, &it, e) != 0 || copy_content(c, e) != 0) {
        return -1;
    }
    c->done->entries++;
    return tar_writer_end(c->tar, e);
}

static int copy_all(copier *c, error *e) {
    const entry *it = &c->b->current;
    int rc = 1;
    while (rc > 0 && below(c, it->name)) {
        if (copy_one(c, it, e) != 0) {
            return -1;
        }
        rc = bundle_next(c->b, &it, e);
    }
    if (rc > 0) {
        bundle_unread(c->b);
    }
    return rc < 0 ? -1 : tar_writer_close(c->tar, e);
}

int bundle_copy_tar(bundle *b, const char *prefix, writer *out, const copy_changes *changes,
                    const pack_watch *w, pack_totals *done, error *e) {
    copier c = {.b = b,
                .prefix_length = strlen(prefix),
                .prefix = prefix,
                .changes = changes,
                .w = w,
                .done = done,
                .name = BUFFER_INIT(NAMES_MAX),
                .link = BUFFER_INIT(NAMES_MAX)};
    memset(done, 0, sizeof *done);
    while (c.prefix_length > 0 && prefix[c.prefix_length - 1] == '/') {
        c.prefix_length--;
    }
    if (!b->in_entry || !below(&c, b->current.name)) {
        return error_set(e, ERROR_STATE, 0, "copy", prefix, "the current entry is not below it");
    }
    c.tar = tar_writer_new(out, e);
    if (!c.tar) {
        return -1;
    }
    int rc = copy_all(&c, e);
    tar_writer_free(c.tar);
    buffer_free(&c.name);
    buffer_free(&c.link);
    return rc;
}
