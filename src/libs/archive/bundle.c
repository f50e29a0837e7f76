/* The bundle: its file and its life. */
#include "archive/bundle_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "archive/gzip.h"
#include "archive/zstd.h"

typedef struct file_reader {
    reader base;
    bundle *b;
} file_reader;

static ssize_t file_read(reader *r, void *data, size_t n, error *e) {
    bundle *b = ((file_reader *)r)->b;
    ssize_t got;
    do {
        got = pread(b->fd, data, n, (off_t)b->position);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return error_errno(e, "read", b->subject);
    }
    b->position += got;
    if (b->progress && b->progress(b->progress_user, b->position, e) != 0) {
        return -1;
    }
    return got;
}

static void file_free(reader *r) {
    free(r);
}

reader *bundle_file_reader(bundle *b, error *e) {
    static const reader_ops ops = {file_read, file_free};
    file_reader *f = calloc(1, sizeof *f);
    if (!f) {
        error_errno(e, "open", b->subject);
        return NULL;
    }
    f->base.ops = &ops;
    f->b = b;
    return &f->base;
}

static int refuse(const bundle *b, const char *why, error *e) {
    return error_set(e, ERROR_ARCHIVE, 0, "open", b->subject, "%s", why);
}

/* The first bytes of the file; their count, or -1. */
static ssize_t read_head(const bundle *b, unsigned char *head, size_t n, error *e) {
    size_t have = 0;
    ssize_t got = 1;
    while (have < n && got != 0) {
        got = pread(b->fd, head + have, n - have, (off_t)have);
        if (got < 0 && errno != EINTR) {
            return error_errno(e, "read", b->subject);
        }
        have += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)have;
}

/* What it is, by its first bytes. */
static int look(bundle *b, error *e) {
    unsigned char head[GZIP_HEADER_SIZE] = {0};
    ssize_t n = read_head(b, head, sizeof head, e);
    if (n < 0) {
        return -1;
    }
    if (n == 0) {
        return refuse(b, "empty file", e);
    }
    if (n >= 4 && memcmp(head, zstd_header, 4) == 0) {
        b->format = PACK_ZSTD;
        b->kind = BUNDLE_HOSSKEEP;
        return 0;
    }
    if (n < (ssize_t)sizeof head || memcmp(head, gzip_header, 2) != 0) {
        return refuse(b, "not an archive: neither gzip nor zstd", e);
    }
    b->format = PACK_GZIP;
    b->kind = memcmp(head, gzip_header, sizeof head) == 0 ? BUNDLE_HOSSKEEP : BUNDLE_HOSSADM;
    return 0;
}

static int examine(bundle *b, error *e) {
    struct stat st;
    if (fstat(b->fd, &st) != 0) {
        return error_errno(e, "stat", b->subject);
    }
    if (!S_ISREG(st.st_mode)) {
        return refuse(b, "not a regular file", e);
    }
    b->size = (long long)st.st_size;
    b->report.size = b->size;
    /* Advice: reading ahead is worth more for a pass than keeping what was read. */
    (void)posix_fadvise(b->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return look(b, e);
}

bundle *bundle_open_fd(int fd, const char *subject, const rules_limits *limits, error *e) {
    bundle *b = calloc(1, sizeof *b);
    char *copy = strdup(subject);
    if (!b || !copy) {
        errno = ENOMEM;
        error_errno(e, "open", subject);
        free(copy);
        free(b);
        close(fd);
        return NULL;
    }
    b->subject = copy;
    b->fd = fd;
    b->limits = limits ? *limits : rules_default;
    b->line = (buffer)BUFFER_INIT(STREAM_BUFFER);
    b->manifest = (buffer)BUFFER_INIT(BUNDLE_MANIFEST_MAX);
    b->version = (buffer)BUFFER_INIT(BUNDLE_VERSION_MAX);
    if (examine(b, e) != 0) {
        bundle_free(b);
        return NULL;
    }
    return b;
}

bundle *bundle_open(const char *path, const rules_limits *limits, error *e) {
    /* O_NONBLOCK: a FIFO of that name must not hang us before fstat sees what it is. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        error_errno(e, "open", path);
        return NULL;
    }
    return bundle_open_fd(fd, path, limits, e);
}

void bundle_free(bundle *b) {
    if (!b) {
        return;
    }
    bundle_end_pass(b, PASS_NONE);
    if (close(b->fd) != 0) {
        errno = 0; /* was only read */
    }
    buffer_free(&b->line);
    buffer_free(&b->manifest);
    buffer_free(&b->version);
    free(b->manifest_text);
    free(b->version_text);
    free(b->subject);
    free(b);
}

bundle_kind bundle_kind_of(const bundle *b) {
    return b->kind;
}

const char *bundle_subject(const bundle *b) {
    return b->subject;
}

long long bundle_size(const bundle *b) {
    return b->size;
}

void bundle_drop_cache(bundle *b) {
    (void)posix_fadvise(b->fd, 0, 0, POSIX_FADV_DONTNEED); /* advice: it may be declined */
}

void bundle_watch(bundle *b, stream_progress progress, void *user) {
    b->progress = progress;
    b->progress_user = user;
}

void bundle_unread(bundle *b) {
    b->unread = true;
}

void bundle_rewind(bundle *b) {
    bundle_end_pass(b, PASS_NONE);
}

const bundle_report *bundle_result(const bundle *b) {
    return b->proved ? &b->report : NULL;
}

int bundle_verify(bundle *b, error *e) {
    const entry *it;
    int rc;
    bundle_rewind(b);
    do {
        rc = bundle_next(b, &it, e);
    } while (rc > 0);
    return rc;
}
