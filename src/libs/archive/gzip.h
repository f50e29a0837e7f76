/* gzip.h: gzip as a writer over a writer and a reader over a reader, by ISA-L.
 *
 * What hosskeep writes starts with ten fixed bytes (no time, no name, fastest method, unknown
 * system): they tell our archives from other tools', and a flipped bit in them is seen. The reader
 * checks what ISA-L leaves open: header, end of the deflate data, CRC and length, and that nothing
 * follows. */
#ifndef ARCHIVE_GZIP_H
#define ARCHIVE_GZIP_H

#include "stream/stream.h"

#define GZIP_HEADER_SIZE 10
extern const unsigned char gzip_header[GZIP_HEADER_SIZE];

#define GZIP_LEVEL_DEFAULT 1
#define GZIP_LEVEL_MAX 3

/* A writer that compresses into `next`, which it owns from now on (freed also when this fails).
 * finish() writes the trailer and finishes `next`. Level 0 to 3 of ISA-L. */
writer *gzip_writer(writer *next, int level, error *e);

/* A reader of the content of one gzip member read from `next`, which it owns from now on (freed
 * also when this fails). `ours`: only the ten bytes above are a good header; else any header that
 * RFC 1952 allows. Errors are of kind ARCHIVE, with `subject`. */
reader *gzip_reader(reader *next, bool ours, const char *subject, error *e);

#endif
