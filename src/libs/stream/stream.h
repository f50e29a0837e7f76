/* stream.h: readers and writers, the joint between Engine, HTTP, archives, files and hashes.
 *
 * A reader is pulled, a writer is pushed; neither knows the other. Memory stays that of one buffer
 * whatever flows. A writer publishes only in writer_finish(); writer_free() without it aborts
 * (removes what was begun). An implementation embeds the struct as its first member and fills
 * `ops`. */
#ifndef STREAM_STREAM_H
#define STREAM_STREAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "base/error.h"

#define STREAM_BUFFER (256 * 1024)

typedef struct reader reader;
typedef struct writer writer;

typedef struct reader_ops {
    /* Up to n bytes: > 0 read, 0 at the true end, -1 failed. An input that was cut is a failure,
     * never an end. */
    ssize_t (*read)(reader *r, void *data, size_t n, error *e);
    void (*free)(reader *r); /* releases everything, also half way; never fails */
} reader_ops;

typedef struct writer_ops {
    /* All of it, or -1. */
    int (*write)(writer *w, const void *data, size_t n, error *e);
    int (*finish)(writer *w, error *e); /* makes it real (sync, rename, answer), or -1 */
    void (*free)(writer *w);            /* releases; aborts when not finished */
} writer_ops;

struct reader {
    const reader_ops *ops;
};

struct writer {
    const writer_ops *ops;
};

ssize_t reader_read(reader *r, void *data, size_t n, error *e);
/* Reads exactly n bytes unless the end comes first; returns the count. */
ssize_t reader_read_full(reader *r, void *data, size_t n, error *e);
void reader_free(reader *r); /* NULL is fine */

int writer_write(writer *w, const void *data, size_t n, error *e);
int writer_finish(writer *w, error *e);
void writer_free(writer *w); /* NULL is fine */

/* Called between buffers with the bytes so far; -1 with `e` filled ends the copy. May be NULL. */
typedef int (*stream_progress)(void *user, long long bytes, error *e);

/* Moves everything; checks for interrupts between buffers. Returns the bytes moved, or -1. Closes
 * neither side. */
long long stream_copy(reader *r, writer *w, stream_progress progress, void *user, error *e);

/* In memory: a reader over bytes that it copies; a writer that drops and counts (total may be
 * NULL). NULL with `e` filled when memory is short. */
reader *reader_from_memory(const void *data, size_t n, error *e);
writer *writer_null(_Atomic long long *total, error *e);

/* Over a descriptor, blocking or not. The reader and the writer own `fd` when `own` is true, also
 * when making them failed (it is closed then). `subject` is for messages. A wait for data or room
 * ends early at an interrupt. */
reader *reader_from_fd(int fd, bool own, const char *subject, error *e);
writer *writer_to_fd(int fd, bool own, const char *subject, error *e);

#endif
