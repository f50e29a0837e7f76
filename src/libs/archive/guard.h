/* guard.h: a watch over the bytes of a tar before libarchive sees them.
 *
 * libarchive takes a tar without end blocks for whole, passes over what follows the end, and knows
 * many kinds of headers that no archive of ours has. The guard follows the framing block by block,
 * refuses what it does not know, and says at the end whether the tar is whole. It keeps no content.
 */
#ifndef ARCHIVE_GUARD_H
#define ARCHIVE_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"

typedef struct guard guard;

/* `strict`: for archives (types, records and ranges checked); else for tars of the Engine, whose
 * framing counts. */
guard *guard_new(bool strict, error *e);
void guard_free(guard *g);

/* Looks at the next n bytes of the tar, in any portions. -1 with kind ARCHIVE when it must not be
 * read. */
int guard_feed(guard *g, const void *data, size_t n, error *e);

/* At the end of the input: -1 unless both end blocks came and nothing but zeros after them. */
int guard_finish(guard *g, error *e);

/* Entries so far (headers of real entries). */
long long guard_entries(const guard *g);

#endif
