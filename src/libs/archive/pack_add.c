/* Entries from memory, from readers and from files of the host. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "archive/name.h"
#include "archive/pack_inside.h"

enum { SMALL = STREAM_BUFFER, TRIES = 3 }; /* a small file that changes is read again */

static void fill(entry *it, const char *name, long long size, const pack_attributes *a) {
    memset(it, 0, sizeof *it);
    it->type = ENTRY_FILE;
    it->name = name;
    it->size = size;
    it->mode = a->mode & 07777;
    it->uid = a->uid;
    it->gid = a->gid;
    it->mtime = a->mtime;
}

int packer_add_bytes(packer *p, const char *name, const void *data, size_t n,
                     const pack_attributes *a, error *e) {
    entry it;
    fill(&it, name, (long long)n, a);
    if (pack_begin(p, &it, e) != 0 || pack_data(p, data, n, e) != 0) {
        return -1;
    }
    return pack_end(p, e);
}

static int tell(const pack_watch *w, long long bytes, error *e) {
    return w && w->progress ? w->progress(w->user, bytes, e) : 0;
}

/* Moves the content; the reader's end must be where the size says. */
static int pull(packer *p, const entry *it, reader *r, const pack_watch *w, error *e) {
    long long have = 0;
    for (;;) {
        ssize_t n = reader_read(r, p->copy_buffer, STREAM_BUFFER, e);
        if (n < 0) {
            return -1;
        }
        if (n == 0) {
            break;
        }
        if (pack_data(p, p->copy_buffer, (size_t)n, e) != 0) {
            return -1;
        }
        have += n;
        if (tell(w, have, e) != 0) {
            return -1;
        }
    }
    return have == it->size
               ? 0
               : entry_fault(e, "archive", it->name, "less content than its size says");
}

int packer_add_reader(packer *p, const char *name, reader *r, long long size,
                      const pack_attributes *a, const pack_watch *w, error *e) {
    entry it;
    fill(&it, name, size, a);
    if (pack_begin(p, &it, e) != 0) {
        return -1;
    }
    if (pull(p, &it, r, w, e) != 0) {
        return pack_broken(p);
    }
    return pack_end(p, e);
}

static bool same(const struct stat *a, const struct stat *b) {
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Reads up to n bytes at `at`; the count, or -1. */
static ssize_t read_at(int fd, void *data, size_t n, long long at, const char *name, error *e) {
    size_t have = 0;
    while (have < n) {
        ssize_t got = pread(fd, (char *)data + have, n - have, (off_t)(at + (long long)have));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return error_errno(e, "read", name);
        }
        if (got == 0) {
            break;
        }
        have += (size_t)got;
    }
    return (ssize_t)have;
}

/* A small file, read as a whole before its header is written: while it changes it can be read
 * again. */
static int small_file(packer *p, entry *it, int fd, struct stat *st, error *e) {
    for (int i = 0; i < TRIES; i++) {
        struct stat after;
        ssize_t n = read_at(fd, p->copy_buffer, SMALL, 0, it->name, e);
        if (n < 0) {
            return -1;
        }
        if (fstat(fd, &after) != 0) {
            return error_errno(e, "stat", it->name);
        }
        if (same(st, &after) && n == after.st_size) {
            it->size = n;
            it->mtime = (long long)after.st_mtim.tv_sec;
            if (pack_begin(p, it, e) != 0 || pack_data(p, p->copy_buffer, (size_t)n, e) != 0) {
                return -1;
            }
            return pack_end(p, e);
        }
        *st = after;
        if (after.st_size > SMALL) {
            break;
        }
    }
    return entry_fault(e, "archive", it->name, "changes while it is read");
}

static int large_file(packer *p, const entry *it, int fd, const struct stat *st,
                      const pack_watch *w, long long before, error *e) {
    struct stat after;
    if (pack_begin(p, it, e) != 0) {
        return -1;
    }
    for (long long at = 0; at < it->size;) {
        long long left = it->size - at;
        size_t part = left < STREAM_BUFFER ? (size_t)left : STREAM_BUFFER;
        ssize_t n = read_at(fd, p->copy_buffer, part, at, it->name, e);
        if (n < 0 || pack_data(p, p->copy_buffer, (size_t)n, e) != 0) {
            return -1;
        }
        at += n;
        if ((size_t)n < part) {
            break; /* shorter than it was: the comparison below tells */
        }
        if (tell(w, before + at, e) != 0) {
            return -1;
        }
    }
    if (fstat(fd, &after) != 0) {
        return error_errno(e, "stat", it->name);
    }
    if (!same(st, &after)) {
        return entry_fault(e, "archive", it->name, "changed while it was read");
    }
    return pack_end(p, e);
}

int pack_file(packer *p, const char *name, int fd, const pack_watch *w, long long *before,
              error *e) {
    struct stat st;
    entry it;
    if (fstat(fd, &st) != 0) {
        return error_errno(e, "stat", name);
    }
    unsigned mask = rules_payload(name) ? 07777 : 01777;
    pack_attributes a = {st.st_mode & mask, st.st_uid, st.st_gid, (long long)st.st_mtim.tv_sec};
    fill(&it, name, (long long)st.st_size, &a);
    int rc = st.st_size <= SMALL ? small_file(p, &it, fd, &st, e)
                                 : large_file(p, &it, fd, &st, w, *before, e);
    if (rc != 0) {
        return pack_broken(p);
    }
    *before += it.size;
    return tell(w, *before, e) == 0 ? 0 : pack_broken(p);
}

int packer_add_file(packer *p, const char *name, const char *path, error *e) {
    struct stat st;
    long long before = 0;
    if (pack_ready(p, e) != 0) {
        return -1;
    }
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return error_errno(e, "open", path);
    }
    int rc;
    if (fstat(fd, &st) != 0) {
        rc = error_errno(e, "stat", path);
    } else if (!S_ISREG(st.st_mode)) {
        rc = error_set(e, ERROR_SYSTEM, EINVAL, "open", path, "not a regular file");
    } else {
        rc = pack_file(p, name, fd, NULL, &before, e);
    }
    if (close(fd) != 0 && rc == 0) {
        rc = error_errno(e, "close", path);
    }
    return rc;
}
