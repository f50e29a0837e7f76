/* zstd.h: zstd as a writer over a writer and a reader over a reader.
 *
 * What hosskeep writes is one frame with a checksum of its content and a fixed window of 2 MiB, so
 * that its six header bytes are always the same and are compared. Nothing may follow the frame. */
#ifndef ARCHIVE_ZSTD_H
#define ARCHIVE_ZSTD_H

#include "stream/stream.h"

#define ZSTD_HEADER_SIZE 6
extern const unsigned char zstd_header[ZSTD_HEADER_SIZE];

#define ZSTD_LEVEL_DEFAULT 3
#define ZSTD_LEVEL_MAX 19

/* As gzip_writer and gzip_reader: both own `next`, also when they fail. */
writer *zstd_writer(writer *next, int level, error *e);
reader *zstd_reader(reader *next, const char *subject, error *e);

#endif
