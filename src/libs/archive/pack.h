/* pack.h: writes an archive: one tar, compressed, that ends in ENTRIES.mtree (a line with type,
 * owner, mode and SHA-256 of each entry) and MANIFEST.json (their counts, and the SHA-256 of
 * ENTRIES.mtree).
 *
 * The file is made at exactly the path that is given (O_EXCL, mode 0600) and removed again unless
 * packer_finish() succeeds. After an error nothing more can be added. A packer belongs to one
 * thread. */
#ifndef ARCHIVE_PACK_H
#define ARCHIVE_PACK_H

#include "archive/entry.h"
#include "stream/stream.h"

#define PACK_ENTRIES "ENTRIES.mtree"
#define PACK_MANIFEST "MANIFEST.json"
#define PACK_FORMAT 1 /* "format" of the manifest; a reader refuses what it does not know */

typedef enum pack_format { PACK_GZIP, PACK_ZSTD } pack_format;

typedef struct packer packer;

/* `level` -1 is the format's default. The folder of `path` must exist. */
packer *packer_create(const char *path, pack_format format, int level, error *e);

/* Frees; removes the file unless it was finished. */
void packer_free(packer *p);

/* Owner, mode and time of an entry that does not bring its own. */
typedef struct pack_attributes {
    unsigned mode;
    long long uid, gid, mtime;
} pack_attributes;

typedef struct pack_totals {
    long long entries, bytes;
} pack_totals;

/* What an add_tree or add_tar left out, told to `skipped` (may be NULL) with why. */
typedef void (*pack_skipped)(void *user, const char *name, const char *why);

typedef struct pack_watch {
    stream_progress progress; /* bytes of content added by this call; may be NULL */
    pack_skipped skipped;     /* may be NULL */
    void *user;
} pack_watch;

int packer_add_bytes(packer *p, const char *name, const void *data, size_t n,
                     const pack_attributes *a, error *e);

/* Exactly `size` bytes of the reader, which must end there. */
int packer_add_reader(packer *p, const char *name, reader *r, long long size,
                      const pack_attributes *a, const pack_watch *w, error *e);

/* A regular file of the host, with its owner, mode and time. One that changes while it is read is
 * an error. */
int packer_add_file(packer *p, const char *name, const char *path, error *e);

/* A folder of the host under `prefix`, in order of names; links are not followed and, like sockets,
 * FIFOs and devices, skipped. `done` gets what was added. */
int packer_add_tree(packer *p, const char *prefix, const char *folder, const pack_watch *w,
                    pack_totals *done, error *e);

/* What packer_add_tar does to names. */
typedef struct pack_tar_names {
    const char *prefix; /* what entries are put under, no slash at its end */
    const char *strip;  /* first component(s) that every name must have and loses; NULL: none */
    const char *const *
        skip; /* names (as in the tar, stripped) left out with all below them; NULL-ended or NULL */
    const char *omit_blank; /* files of 1 MiB and more whose names end so are left out when all
                             * bytes but their first 64 are zero; NULL: none */
} pack_tar_names;

/* Every entry of a tar as the Engine gives it; hard links' targets are renamed alike. Devices,
 * FIFOs and blank files are told to `skipped`. The tar must be whole; the reader is read to its
 * end. */
int packer_add_tar(packer *p, const pack_tar_names *names, reader *r, const pack_watch *w,
                   pack_totals *done, error *e);

/* Entries and bytes of content so far. */
pack_totals packer_totals(const packer *p);

typedef struct pack_result {
    pack_totals totals;
    long long size; /* bytes of the archive's file */
    char entries_sha256[2 * ENTRY_DIGEST_SIZE + 1];
} pack_result;

/* Writes ENTRIES and the manifest, closes and syncs the file. `fields` is the text of a JSON object
 * whose members the manifest gets beside format, entries, bytes and entries_sha256 (which it must
 * not have); NULL: none. */
int packer_finish(packer *p, const char *fields, pack_result *result, error *e);

#endif
