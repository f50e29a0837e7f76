/* Readers and writers over a descriptor: files, pipes, sockets. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/interrupt.h"
#include "stream/stream.h"

struct descriptor {
    int fd;
    bool own;
    bool waits; /* may block for long: poll first, so that an interrupt is seen */
    char *subject;
};

struct fd_reader {
    reader base;
    struct descriptor d;
};

struct fd_writer {
    writer base;
    struct descriptor d;
};

static int descriptor_init(struct descriptor *d, int fd, bool own, const char *subject, error *e) {
    struct stat st;
    d->fd = fd;
    d->own = own;
    d->subject = NULL;
    if (fstat(fd, &st) != 0) {
        return error_errno(e, "open", subject);
    }
    d->waits = !S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode);
    d->subject = strdup(subject ? subject : "");
    return d->subject ? 0 : error_errno(e, "open", subject);
}

/* Closes once; the first call's result counts. */
static int descriptor_close(struct descriptor *d, error *e) {
    int fd = d->fd;
    d->fd = -1;
    if (fd >= 0 && d->own && close(fd) != 0 && errno != EINTR) {
        return error_errno(e, "close", d->subject);
    }
    return 0;
}

static void descriptor_free(struct descriptor *d) {
    error ignored = ERROR_INIT;
    descriptor_close(d, &ignored);
    free(d->subject);
}

static int descriptor_check(const struct descriptor *d, const char *op, error *e) {
    if (d->fd < 0) {
        return error_set(e, ERROR_STATE, 0, op, d->subject, "closed");
    }
    return 0;
}

/* Waits until `events` are there, in slices that see interrupts. */
static int descriptor_wait(const struct descriptor *d, short events, error *e) {
    for (;;) {
        if (interrupt_check(e) != 0) {
            return -1;
        }
        struct pollfd p = {d->fd, events, 0};
        int n = poll(&p, 1, INTERRUPT_POLL_MS);
        if (n > 0) {
            return 0; /* errors show in the read or write that follows */
        }
        if (n < 0 && errno != EINTR) {
            return error_errno(e, "poll", d->subject);
        }
    }
}

static ssize_t fd_read(reader *r, void *data, size_t n, error *e) {
    struct descriptor *d = &((struct fd_reader *)r)->d;
    if (descriptor_check(d, "read", e) != 0) {
        return -1;
    }
    for (;;) {
        if (d->waits && descriptor_wait(d, POLLIN, e) != 0) {
            return -1;
        }
        ssize_t got = read(d->fd, data, n);
        if (got >= 0) {
            return got;
        }
        if (errno != EINTR && errno != EAGAIN) {
            return error_errno(e, "read", d->subject);
        }
        if (errno == EINTR && interrupt_check(e) != 0) {
            return -1;
        }
    }
}

static void fd_reader_free(reader *r) {
    struct fd_reader *self = (struct fd_reader *)r;
    descriptor_free(&self->d);
    free(self);
}

/* A pipe that is ready takes PIPE_BUF bytes without blocking, and maybe no more. */
static size_t portion(const struct descriptor *d, size_t n) {
    const size_t ready = 4096;
    return d->waits && n > ready ? ready : n;
}

static int fd_write(writer *w, const void *data, size_t n, error *e) {
    struct descriptor *d = &((struct fd_writer *)w)->d;
    const char *from = data;
    if (descriptor_check(d, "write", e) != 0) {
        return -1;
    }
    while (n > 0) {
        if (d->waits && descriptor_wait(d, POLLOUT, e) != 0) {
            return -1;
        }
        ssize_t put = write(d->fd, from, portion(d, n));
        if (put < 0 && errno != EINTR && errno != EAGAIN) {
            return error_errno(e, "write", d->subject);
        }
        if (put < 0 && errno == EINTR && interrupt_check(e) != 0) {
            return -1;
        }
        if (put > 0) {
            from += put;
            n -= (size_t)put;
        }
    }
    return 0;
}

static int fd_finish(writer *w, error *e) {
    struct descriptor *d = &((struct fd_writer *)w)->d;
    if (descriptor_check(d, "close", e) != 0) {
        return -1;
    }
    return descriptor_close(d, e);
}

static void fd_writer_free(writer *w) {
    struct fd_writer *self = (struct fd_writer *)w;
    descriptor_free(&self->d);
    free(self);
}

/* Memory for a reader or writer of `size` bytes; when it fails, `fd` is dealt with as promised. */
static void *allocate(size_t size, int fd, bool own, const char *subject, error *e) {
    void *self = calloc(1, size);
    if (!self) {
        error_errno(e, "open", subject);
        if (own && fd >= 0) {
            close(fd); /* nothing was written through it */
        }
    }
    return self;
}

reader *reader_from_fd(int fd, bool own, const char *subject, error *e) {
    static const reader_ops ops = {fd_read, fd_reader_free};
    struct fd_reader *self = allocate(sizeof *self, fd, own, subject, e);
    if (!self) {
        return NULL;
    }
    self->base.ops = &ops;
    if (descriptor_init(&self->d, fd, own, subject, e) != 0) {
        fd_reader_free(&self->base);
        return NULL;
    }
    return &self->base;
}

writer *writer_to_fd(int fd, bool own, const char *subject, error *e) {
    static const writer_ops ops = {fd_write, fd_finish, fd_writer_free};
    struct fd_writer *self = allocate(sizeof *self, fd, own, subject, e);
    if (!self) {
        return NULL;
    }
    self->base.ops = &ops;
    if (descriptor_init(&self->d, fd, own, subject, e) != 0) {
        fd_writer_free(&self->base);
        return NULL;
    }
    return &self->base;
}
