/* atomic.h: files that appear complete or not at all. */
#ifndef FS_ATOMIC_H
#define FS_ATOMIC_H

#include <stdbool.h>
#include <sys/types.h>
#include "stream/stream.h"

typedef struct atomic_options {
    mode_t mode;  /* exactly that, whatever the umask; 0 means 0600 */
    bool replace; /* false: an existing target is EEXIST, at the start and again at the end */
    bool sync;    /* file and folder are on disk when writer_finish returns */
} atomic_options;

/* A writer to a temporary name beside `path` (".NAME.XXXXXX.tmp", mode 0600, made exclusively).
 * writer_finish() gives it its mode, syncs it and renames it to `path`; writer_free() without that
 * removes it. A target that is a symbolic link is replaced, not followed. */
writer *atomic_create(const char *path, const atomic_options *options, error *e);

/* The whole of it in one call. */
int atomic_write(const char *path, const void *data, size_t n, const atomic_options *options,
                 error *e);

#endif
