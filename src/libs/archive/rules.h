/* rules.h: what an entry of an archive may be. The same rules hold for writing, so that nothing is
 * written that would be refused when it is read. */
#ifndef ARCHIVE_RULES_H
#define ARCHIVE_RULES_H

#include <stdbool.h>
#include "archive/entry.h"

/* Ceilings against bombs. An archive may hold `bytes_free` bytes of content whatever its own size,
 * and `ratio` times its own size beyond: a volume of zeros passes, an archive that could only fill
 * a disk does not. */
typedef struct rules_limits {
    long long entries;
    long long bytes_free;
    long long ratio;
} rules_limits;

extern const rules_limits rules_default; /* 4 million entries, 64 GiB, 200 */

typedef struct rules rules;

/* `archive_size`: bytes of the archive's file, or -1 while it is being written (no ceiling for its
 * content). */
rules *rules_new(const rules_limits *limits, long long archive_size, error *e);
void rules_free(rules *r);

/* Looks at the next entry; -1 with kind ARCHIVE and the name when it breaks a rule. */
int rules_check(rules *r, const entry *it, error *e);

/* Entries and bytes of content that passed. */
long long rules_entries(const rules *r);
long long rules_bytes(const rules *r);

/* Symlinks, hard links, setuid files and capabilities may only be below a volume: volumes/NAME/...
 */
#define RULES_PAYLOAD "volumes"
bool rules_payload(const char *name);

#endif
