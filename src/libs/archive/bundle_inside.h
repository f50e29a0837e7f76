/* bundle_inside.h: what the sources of the bundle share. Not for others. */
#ifndef ARCHIVE_BUNDLE_INSIDE_H
#define ARCHIVE_BUNDLE_INSIDE_H

#include <stdbool.h>
#include "archive/bundle.h"
#include "archive/tar_read.h"
#include "hash/sha256.h"

#define BUNDLE_VERSION "version.json"
#define BUNDLE_VERSION_MAX (64 * 1024)
#define BUNDLE_MANIFEST_MAX (4 * 1024 * 1024)

/* A pass that ended or failed stays so until bundle_rewind(). */
typedef enum bundle_state { PASS_NONE, PASS_GOING, PASS_ENDED, PASS_FAILED } bundle_state;

struct bundle {
    char *subject;
    int fd;
    long long size;
    bundle_kind kind;
    pack_format format;
    rules_limits limits;
    stream_progress progress;
    void *progress_user;

    /* the pass */
    long long position; /* in the file */
    reader *plain;      /* decompressed */
    tar_reader *tar;
    rules *rules;
    hash_sha256 *content, *list;
    buffer line;
    long long list_size;                       /* bytes of lines so far */
    unsigned char list_sum[ENTRY_DIGEST_SIZE]; /* once ENTRIES or the end has come */
    entry current;
    bundle_state state;
    bool in_entry, unread;
    bool list_seen, manifest_seen, version_seen;
    buffer manifest, version; /* texts of this pass */
    buffer *capture;          /* where the current content is kept as well, or NULL */

    /* of the first whole pass */
    bool proved;
    unsigned char proved_sum[ENTRY_DIGEST_SIZE];
    char *manifest_text, *version_text;
    bundle_report report;
};

/* The file as a reader that counts (its position is the pass's own, whatever else reads the
 * descriptor). */
reader *bundle_file_reader(bundle *b, error *e);

/* Frees what the pass holds; its state becomes `state`. */
void bundle_end_pass(bundle *b, bundle_state state);

/* Reads the current entry's content to its end into b->content, and into `keep` when it is not
 * NULL. */
int bundle_drain(bundle *b, error *e);

/* Compares the captured MANIFEST.json with what was read; the version.json is JSON. */
int bundle_check_manifest(bundle *b, error *e);
int bundle_check_version(bundle *b, error *e);

#endif
