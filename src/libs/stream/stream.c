#include "stream/stream.h"

#include <stdlib.h>
#include "base/interrupt.h"

ssize_t reader_read(reader *r, void *data, size_t n, error *e) {
    return n == 0 ? 0 : r->ops->read(r, data, n, e);
}

ssize_t reader_read_full(reader *r, void *data, size_t n, error *e) {
    size_t have = 0;
    while (have < n) {
        ssize_t got = reader_read(r, (char *)data + have, n - have, e);
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        have += (size_t)got;
    }
    return (ssize_t)have;
}

void reader_free(reader *r) {
    if (r) {
        r->ops->free(r);
    }
}

int writer_write(writer *w, const void *data, size_t n, error *e) {
    return n == 0 ? 0 : w->ops->write(w, data, n, e);
}

int writer_finish(writer *w, error *e) {
    return w->ops->finish(w, e);
}

void writer_free(writer *w) {
    if (w) {
        w->ops->free(w);
    }
}

static long long pump(reader *r, writer *w, void *data, stream_progress progress, void *user,
                      error *e) {
    long long total = 0;
    for (;;) {
        if (interrupt_check(e) != 0) {
            return -1;
        }
        ssize_t n = reader_read(r, data, STREAM_BUFFER, e);
        if (n <= 0) {
            return n < 0 ? -1 : total;
        }
        if (writer_write(w, data, (size_t)n, e) != 0) {
            return -1;
        }
        total += n;
        if (progress && progress(user, total, e) != 0) {
            return -1;
        }
    }
}

long long stream_copy(reader *r, writer *w, stream_progress progress, void *user, error *e) {
    void *data = malloc(STREAM_BUFFER);
    if (!data) {
        return error_errno(e, "copy", "");
    }
    long long total = pump(r, w, data, progress, user, e);
    free(data);
    return total;
}
