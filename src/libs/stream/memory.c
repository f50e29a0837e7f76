/* Readers and writers that touch nothing but memory. */
#include <stdlib.h>
#include <string.h>
#include "stream/stream.h"

struct memory_reader {
    reader base;
    size_t length;
    size_t at;
    char data[];
};

static ssize_t memory_read(reader *r, void *data, size_t n, error *e) {
    struct memory_reader *self = (struct memory_reader *)r;
    (void)e;
    size_t left = self->length - self->at;
    if (n > left) {
        n = left;
    }
    if (n > 0) {
        memcpy(data, self->data + self->at, n);
    }
    self->at += n;
    return (ssize_t)n;
}

static void memory_free(reader *r) {
    free(r);
}

reader *reader_from_memory(const void *data, size_t n, error *e) {
    static const reader_ops ops = {memory_read, memory_free};
    struct memory_reader *self = malloc(sizeof *self + n);
    if (!self) {
        error_errno(e, "reader", "memory");
        return NULL;
    }
    self->base.ops = &ops;
    self->length = n;
    self->at = 0;
    if (n > 0) {
        memcpy(self->data, data, n);
    }
    return &self->base;
}

struct null_writer {
    writer base;
    _Atomic long long *total;
};

static int null_write(writer *w, const void *data, size_t n, error *e) {
    struct null_writer *self = (struct null_writer *)w;
    (void)data;
    (void)e;
    if (self->total) {
        atomic_fetch_add(self->total, (long long)n);
    }
    return 0;
}

static int null_finish(writer *w, error *e) {
    (void)w;
    (void)e;
    return 0;
}

static void null_free(writer *w) {
    free(w);
}

writer *writer_null(_Atomic long long *total, error *e) {
    static const writer_ops ops = {null_write, null_finish, null_free};
    struct null_writer *self = malloc(sizeof *self);
    if (!self) {
        error_errno(e, "writer", "null");
        return NULL;
    }
    self->base.ops = &ops;
    self->total = total;
    return &self->base;
}
