/* entry.h: one entry of an archive, and its line in ENTRIES.mtree. */
#ifndef ARCHIVE_ENTRY_H
#define ARCHIVE_ENTRY_H

#include <stddef.h>
#include "base/buffer.h"
#include "base/error.h"

typedef enum entry_type {
    ENTRY_FILE,
    ENTRY_FOLDER,
    ENTRY_SYMLINK,
    ENTRY_HARDLINK,
    ENTRY_OTHER /* a device, a FIFO: never in an archive, but an Engine's tar may hold one */
} entry_type;

#define ENTRY_CAPABILITY_MAX 64
#define ENTRY_DIGEST_SIZE 32 /* SHA-256 */

typedef struct entry {
    entry_type type;
    const char *name; /* bytes as they are, no slash at the end; who made the entry owns it */
    const char *link; /* target of a symlink, earlier name of a hard link, else NULL */
    long long size;   /* bytes of content; 0 unless a file */
    unsigned mode;    /* 07777 bits */
    long long uid, gid;
    long long mtime;          /* whole seconds */
    size_t capability_length; /* security.capability; 0: none */
    unsigned char capability[ENTRY_CAPABILITY_MAX];
} entry;

/* "file", "directory", "symlink", "hardlink", "other". */
const char *entry_type_name(entry_type type);

/* Appends the entry's line in the form of mtree(5), with its newline. Bytes of names that are not
 * plain are \ooo. `digest`: SHA-256 of a file's content, not used for other types. */
int entry_line(buffer *b, const entry *it, const unsigned char digest[ENTRY_DIGEST_SIZE], error *e);

/* The first line of ENTRIES.mtree. */
#define ENTRY_LIST_HEADER "#mtree\n"

/* Fills an error about an entry: kind ARCHIVE, the name escaped as the subject. Returns -1. */
int entry_fault(error *e, const char *op, const char *name, const char *message);

#endif
