/* sample.h: a small archive with everything in it that an archive may have. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "archive/bundle.h"
#include "archive/pack.h"

/* Writes it to `path`; its file is some 20 kB. Returns entries and bytes. */
pack_totals sample_write(const char *path, pack_format format);

/* An Engine's tar of a volume: "_data/" with files, links, a setuid file, odd names, a FIFO. */
const char *sample_engine_tar(void);

/* Opens a file for reading as a stream. */
reader *sample_reader(const char *path);

/* Bytes in a file without a name; a descriptor. */
int sample_memory(const void *data, size_t n);

/* The whole tar in an archive; free it. *length is 0 where it does not unpack. */
char *sample_unpack(const char *data, size_t n, bool zstd, size_t *length);

#endif
