/* tar_read.h: reads a tar entry by entry, by libarchive behind a guard (guard.h).
 *
 * Names come out as the bytes that they are. A file gives exactly as many bytes as its size says,
 * or an error. The end is only reported when the tar was whole and its reader was read to its end.
 */
#ifndef ARCHIVE_TAR_READ_H
#define ARCHIVE_TAR_READ_H

#include "archive/entry.h"
#include "stream/stream.h"

typedef struct tar_reader tar_reader;

/* `in` stays the caller's. `strict`: an archive, where only files, folders and links of known form
 * may be; else a tar of the Engine, where devices and FIFOs come out as ENTRY_OTHER and sparse
 * files come out filled. */
tar_reader *tar_reader_new(reader *in, bool strict, error *e);
void tar_reader_free(tar_reader *t);

/* 1 and the next entry (names valid until the next call), 0 at the end, -1. What was not read of
 * the entry before is passed over. */
int tar_reader_next(tar_reader *t, entry *out, error *e);

/* The next piece of the current file's content, valid until the next call: 1, 0 at its end, -1. */
int tar_reader_block(tar_reader *t, const void **data, size_t *n, error *e);

#endif
