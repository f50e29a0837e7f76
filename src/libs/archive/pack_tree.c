/* A folder of the host: walked by descriptors, so that no link is followed and no name is looked up
 * twice. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "archive/name.h"
#include "archive/pack_inside.h"

typedef struct walk {
    packer *p;
    const pack_watch *w;
    dev_t device;
    long long bytes;
    int depth;
} walk;

static int walk_folder(walk *k, const char *name, int fd, error *e);

static void skip(const walk *k, const char *name, const char *why) {
    if (k->w && k->w->skipped) {
        k->w->skipped(k->w->user, name, why);
    }
}

static int add_folder_entry(walk *k, const char *name, const struct stat *st, error *e) {
    entry it;
    memset(&it, 0, sizeof it);
    it.type = ENTRY_FOLDER;
    it.name = name;
    it.mode = st->st_mode & 07777;
    it.uid = st->st_uid;
    it.gid = st->st_gid;
    it.mtime = (long long)st->st_mtim.tv_sec;
    return pack_begin(k->p, &it, e) == 0 ? pack_end(k->p, e) : -1;
}

static const char *skip_reason(mode_t mode) {
    if (S_ISLNK(mode)) {
        return "symlink";
    }
    if (S_ISSOCK(mode)) {
        return "socket";
    }
    return S_ISFIFO(mode) ? "FIFO" : "device";
}

/* One child, opened before it is looked at, so that it cannot become something else in between. */
static int walk_child(walk *k, const char *name, int folder, const char *child, error *e) {
    struct stat st;
    if (fstatat(folder, child, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return error_errno(e, "stat", name);
    }
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
        skip(k, name, skip_reason(st.st_mode));
        return 0;
    }
    int fd = openat(folder, child, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) != 0) {
        error_errno(e, "open", name);
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    if (S_ISDIR(st.st_mode) && st.st_dev == k->device) {
        return walk_folder(k, name, fd, e); /* owns fd */
    }
    int rc = 0;
    if (S_ISREG(st.st_mode)) {
        rc = pack_file(k->p, name, fd, k->w, &k->bytes, e);
    } else {
        skip(k, name, S_ISDIR(st.st_mode) ? "another file system" : skip_reason(st.st_mode));
    }
    if (close(fd) != 0 && rc == 0) {
        rc = error_errno(e, "close", name);
    }
    return rc;
}

static int not_dots(const struct dirent *d) {
    return strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int walk_children(walk *k, const char *name, int fd, struct dirent **list, int n, error *e) {
    int rc = 0;
    for (int i = 0; i < n && rc == 0; i++) {
        buffer full = BUFFER_INIT(2 * NAME_LENGTH_MAX);
        rc = buffer_format(&full, e, "%s/%s", name, list[i]->d_name);
        if (rc == 0) {
            rc = walk_child(k, full.data, fd, list[i]->d_name, e);
        }
        buffer_free(&full);
    }
    return rc;
}

/* Owns fd. */
static int walk_folder(walk *k, const char *name, int fd, error *e) {
    struct dirent **list = NULL;
    struct stat st;
    int n = -1;
    int rc = fstat(fd, &st) == 0 ? add_folder_entry(k, name, &st, e) : error_errno(e, "stat", name);
    if (rc == 0 && ++k->depth > NAME_DEPTH_MAX) {
        rc = entry_fault(e, "archive", name, "folders are nested too deep");
    }
    if (rc == 0) {
        n = scandirat(fd, ".", &list, not_dots, by_bytes);
        rc = n < 0 ? error_errno(e, "read", name) : walk_children(k, name, fd, list, n, e);
        k->depth--;
    }
    for (int i = 0; i < n; i++) {
        free(list[i]);
    }
    free(list);
    if (close(fd) != 0 && rc == 0) {
        rc = error_errno(e, "close", name);
    }
    return rc;
}

int packer_add_tree(packer *p, const char *prefix, const char *folder, const pack_watch *w,
                    pack_totals *done, error *e) {
    struct stat st;
    if (pack_ready(p, e) != 0) {
        return -1;
    }
    pack_totals before = packer_totals(p);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return error_errno(e, "open", folder);
    }
    if (fstat(fd, &st) != 0) {
        error_errno(e, "stat", folder);
        close(fd);
        return -1;
    }
    walk k = {p, w, st.st_dev, 0, 0};
    size_t n = strlen(prefix);
    while (n > 0 && prefix[n - 1] == '/') {
        n--;
    }
    char *name = strndup(prefix, n);
    if (!name) {
        close(fd);
        return error_errno(e, "archive", prefix);
    }
    int rc = walk_folder(&k, name, fd, e);
    free(name);
    pack_totals after = packer_totals(p);
    done->entries = after.entries - before.entries;
    done->bytes = after.bytes - before.bytes;
    return rc == 0 ? 0 : pack_broken(p);
}
