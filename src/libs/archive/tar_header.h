/* tar_header.h: a tar header block and the records of a pax header, checked more strictly than
 * libarchive does. */
#ifndef ARCHIVE_TAR_HEADER_H
#define ARCHIVE_TAR_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#define TAR_BLOCK 512
#define TAR_ID_MAX 4294967294LL            /* 2^32 - 1 is "no owner" to chown */
#define TAR_TIME_MAX 1099511627776LL       /* 2^40 s either side of 1970 */
#define TAR_SIZE_MAX 1152921504606846976LL /* 2^60 */

typedef struct tar_header {
    char type; /* '0' files, '1' hard links, '2' symlinks, '5' folders, 'x' 'g' 'L' 'K' for what
                  follows, others */
    long long size; /* bytes that follow, before padding */
    bool extended;  /* old GNU sparse: more header blocks follow */
    char name[256 + 1];
} tar_header;

/* Reads a block that is not all zeros. Returns why it is refused, or NULL. `strict`: what an
 * archive may hold; else anything that keeps the framing clear. */
const char *tar_header_parse(const unsigned char block[TAR_BLOCK], bool strict, tar_header *out);

typedef struct tar_pax {
    bool has_size;
    long long size;
    const char *path; /* into the text, not NUL-ended; NULL: no such record */
    size_t path_length;
} tar_pax;

/* Checks the records of a pax header. Returns why it is refused, or NULL. `strict`: only records
 * that are known, each once, with values in range. */
const char *tar_pax_parse(const char *text, size_t n, bool strict, tar_pax *out);

#endif
