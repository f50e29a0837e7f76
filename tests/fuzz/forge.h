/* forge.h: tars and archives out of a fuzzer's bytes, well formed enough to get past the first
 * checks. */
#ifndef FUZZ_FORGE_H
#define FUZZ_FORGE_H

#include <stdbool.h>
#include "archive/entry.h"
#include "base/buffer.h"
#include "input.h"

/* A member as the bytes say: any type, any name, a right header. */
typedef struct forged {
    entry it;
    char *name, *link; /* it.name and it.link */
    char *content;
} forged;

forged forge_member(input *in);
void forge_free(forged *f);

/* Appends header, extended headers and content. */
void forge_append(buffer *tar, const forged *f);

/* Appends a plain file; its line goes to `list` (NULL: nowhere). */
void forge_file(buffer *tar, buffer *list, const char *name, const char *content, size_t n);

/* Appends the line of a member to ENTRIES. */
void forge_line(buffer *list, const forged *f);

/* Appends ENTRIES.mtree and MANIFEST.json. */
void forge_end(buffer *tar, const buffer *list, long long entries, long long bytes);

/* gzip around a tar (end blocks are added): with our header, or as others write it. */
void forge_gzip(const buffer *tar, bool ours, buffer *out);

#endif
