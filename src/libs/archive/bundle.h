/* bundle.h: reads and verifies an archive.
 *
 * One descriptor, opened once, is read in passes from start to end; nothing is opened for writing.
 * Every pass checks everything: the compression's header, checksum and length, the tar's framing
 * and end, each entry against the rules (rules.h), its content's size, ENTRIES.mtree against what
 * was read, and the manifest. An entry may be used while it is passed, but only a pass that came to
 * its end has proved that the archive is whole: verify first, then read.
 *
 * Archives of hossadm (the older tool) have no ENTRIES and no manifest: they are checked as far as
 * gzip, tar and the rules go, and the report's kind says so. */
#ifndef ARCHIVE_BUNDLE_H
#define ARCHIVE_BUNDLE_H

#include "archive/entry.h"
#include "archive/pack.h"
#include "archive/rules.h"
#include "stream/stream.h"

typedef enum bundle_kind { BUNDLE_HOSSKEEP, BUNDLE_HOSSADM } bundle_kind;

typedef struct bundle bundle;

/* What a whole pass has found. Texts are NUL-ended and live as long as the bundle. */
typedef struct bundle_report {
    bundle_kind kind;
    pack_format format;
    long long entries, bytes;                       /* without ENTRIES.mtree and MANIFEST.json */
    long long size;                                 /* of the file */
    const char *manifest;                           /* text of MANIFEST.json; NULL: none */
    const char *version;                            /* text of version.json; NULL: none */
    char entries_sha256[2 * ENTRY_DIGEST_SIZE + 1]; /* of the lines as they were recomputed */
} bundle_report;

/* Opens a regular file for reading. `limits` NULL: rules_default. The format is told by the first
 * bytes. */
bundle *bundle_open(const char *path, const rules_limits *limits, error *e);

/* The same over a descriptor, which is taken over (closed also when this fails). */
bundle *bundle_open_fd(int fd, const char *subject, const rules_limits *limits, error *e);
void bundle_free(bundle *b); /* NULL is fine */

bundle_kind bundle_kind_of(const bundle *b);
const char *bundle_subject(const bundle *b);
long long bundle_size(const bundle *b);

/* Asks the kernel to forget its copy of the file, so that the next pass reads what is on the disk.
 */
void bundle_drop_cache(bundle *b);

/* `progress` (NULL: none) is told the bytes of the file that the current pass has read. */
void bundle_watch(bundle *b, stream_progress progress, void *user);

/* The next entry of the pass, valid until the next call: 1; 0 at the end of the pass, when all of
 * it has been found right; -1. An ended pass stays ended until bundle_rewind(). ENTRIES.mtree and
 * MANIFEST.json are not shown. */
int bundle_next(bundle *b, const entry **it, error *e);

/* The next piece of the current entry's content: 1, 0 at its end, -1. What is not read is passed
 * over. */
int bundle_block(bundle *b, const void **data, size_t *n, error *e);

/* Makes bundle_next() give the current entry once more; its content must not have been touched. */
void bundle_unread(bundle *b);

/* Forgets the pass: bundle_next() starts anew. */
void bundle_rewind(bundle *b);

/* A pass of its own. After it every later pass must find the same entries. */
int bundle_verify(bundle *b, error *e);

/* The report of the first whole pass; NULL before it. */
const bundle_report *bundle_result(const bundle *b);

#endif
