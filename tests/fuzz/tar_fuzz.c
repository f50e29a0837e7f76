/* Any bytes as a tar: the guard says the same however they come; the reader gives each file its
 * size. */
#include <stdlib.h>
#include <string.h>
#include "archive/guard.h"
#include "archive/tar_read.h"
#include "input.h"

static int guarded(const uint8_t *data, size_t size, bool strict, size_t portion, error *e) {
    guard *g = guard_new(strict, e);
    MUST(g != NULL);
    int rc = 0;
    for (size_t at = 0; at < size && rc == 0; at += portion) {
        rc = guard_feed(g, data + at, size - at < portion ? size - at : portion, e);
    }
    rc = rc == 0 ? guard_finish(g, e) : rc;
    guard_free(g);
    return rc;
}

static int read_all(const uint8_t *data, size_t size, bool strict, error *e) {
    entry it;
    int rc;
    reader *r = reader_from_memory(data, size, e);
    MUST(r != NULL);
    tar_reader *t = tar_reader_new(r, strict, e);
    long long budget = 1 << 24;
    rc = t ? 1 : -1;
    while (rc > 0 && budget > 0 && (rc = tar_reader_next(t, &it, e)) > 0) {
        const void *block;
        size_t n;
        long long have = 0;
        MUST(it.name != NULL);
        MUST((it.type == ENTRY_SYMLINK || it.type == ENTRY_HARDLINK) == (it.link != NULL));
        if (it.size > budget) {
            break; /* a sparse file of a terabyte comes out as zeros for hours */
        }
        while ((rc = tar_reader_block(t, &block, &n, e)) > 0) {
            have += (long long)n;
            MUST(n > 0 && memchr(block, 0, n) != (const void *)1);
        }
        MUST(rc < 0 || have == it.size);
        budget -= have;
        rc = rc < 0 ? -1 : 1;
    }
    tar_reader_free(t);
    reader_free(r);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    for (int strict = 0; strict < 2; strict++) {
        error whole = ERROR_INIT;
        error parts = ERROR_INIT;
        error why = ERROR_INIT;
        int rc = guarded(data, size, strict, size + 1, &whole);
        MUST(guarded(data, size, strict, 7, &parts) == rc);
        MUST(strcmp(whole.message, parts.message) == 0);
        int all = read_all(data, size, strict, &why);
        MUST(rc == 0 || all != 0); /* what the guard refuses is never read to a good end */
    }
    return 0;
}
