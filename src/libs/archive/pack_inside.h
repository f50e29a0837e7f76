/* pack_inside.h: what the sources of the packer share. Not for others. */
#ifndef ARCHIVE_PACK_INSIDE_H
#define ARCHIVE_PACK_INSIDE_H

#include <stdbool.h>
#include "hash/sha256.h"
#include "archive/pack.h"
#include "archive/rules.h"
#include "archive/tar_write.h"

struct packer {
    char *path;
    int folder;       /* descriptor of the folder, for removing and the spool */
    const char *base; /* the file's name in it, inside path */
    int fd;           /* of the archive; -1 once closed */
    bool finished;
    bool broken; /* an error came: nothing more may be added */
    writer *out; /* compressor over fd */
    tar_writer *tar;
    rules *rules;
    int spool;         /* descriptor of ENTRIES, which has no name */
    writer *spool_out; /* with a buffer */
    long long spool_size;
    hash_sha256 *content, *list;
    buffer line;
    entry current;              /* set between pack_begin and pack_end */
    unsigned char *copy_buffer; /* STREAM_BUFFER bytes */
};

/* -1 when the packer is closed or broken. */
int pack_ready(packer *p, error *e);

/* Notes that an error came; returns -1. */
int pack_broken(packer *p);

/* One entry: rules, header, content, line in ENTRIES. */
int pack_begin(packer *p, const entry *it, error *e);
int pack_data(packer *p, const void *data, size_t n, error *e);
int pack_end(packer *p, error *e);

/* Makes the file of ENTRIES.mtree beside the archive, without a name. -1 or a descriptor. */
int pack_spool_open(int folder, const char *base, error *e);

/* Writes ENTRIES.mtree and MANIFEST.json as the last entries. */
int pack_list(packer *p, const char *fields, pack_result *result, error *e);

/* A file's content from a descriptor: exactly it->size bytes, else an error. */
int pack_descriptor(packer *p, const entry *it, int fd, const pack_watch *w, long long *before,
                    error *e);

/* One regular file, open as `fd`, under `name`. */
int pack_file(packer *p, const char *name, int fd, const pack_watch *w, long long *before,
              error *e);

#endif
