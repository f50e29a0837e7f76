/* seen.h: which names were there before, in 16 bytes or less an entry.
 *
 * Finds duplicates, entries below something that is not a folder, and hard links to nothing. Names
 * are kept as keyed 60-bit hashes: two names that meet by chance (once in 10^6 archives of a
 * million entries) give a refusal, never an acceptance of what should be refused. */
#ifndef ARCHIVE_SEEN_H
#define ARCHIVE_SEEN_H

#include "archive/entry.h"

typedef struct seen seen;

/* Takes up to `max` names and parents of names. NULL with `e` filled without memory. */
seen *seen_new(size_t max, error *e);
void seen_free(seen *s);

/* Remembers the entry, whose name must be a good one. -1 with kind ARCHIVE when it clashes with
 * what came before. */
int seen_add(seen *s, const entry *it, error *e);

#endif
