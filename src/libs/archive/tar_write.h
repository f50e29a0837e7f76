/* tar_write.h: writes a tar (pax, only where ustar is too small) into a writer, by libarchive.
 *
 * Names go in as the bytes that they are. Sizes are counted: an entry that gets more or less
 * content than it was declared with is an error, which libarchive hides. */
#ifndef ARCHIVE_TAR_WRITE_H
#define ARCHIVE_TAR_WRITE_H

#include "archive/entry.h"
#include "stream/stream.h"

typedef struct tar_writer tar_writer;

/* `out` stays the caller's and must outlive it. */
tar_writer *tar_writer_new(writer *out, error *e);
void tar_writer_free(tar_writer *t);

/* One entry: begin, its content in any portions, end. After an error nothing more can be written.
 */
int tar_writer_begin(tar_writer *t, const entry *it, error *e);
int tar_writer_data(tar_writer *t, const void *data, size_t n, error *e);
int tar_writer_end(tar_writer *t, error *e);

/* Writes the end blocks; does not finish `out`. */
int tar_writer_close(tar_writer *t, error *e);

#endif
