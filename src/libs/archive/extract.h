/* extract.h: puts the current entry of a pass into its place: a folder of the host, or another tar.
 */
#ifndef ARCHIVE_EXTRACT_H
#define ARCHIVE_EXTRACT_H

#include "archive/bundle.h"

/* Makes the current entry (a file or a folder, no link) below `folder`, which must exist. `strip`:
 * what its name starts with and loses (NULL: nothing). No symlink below `folder` is followed; a
 * file must not exist yet; missing folders are made (0700). The mode is what the entry says &
 * `mode_mask` & 0777, a folder keeps setgid and sticky too; owner and group are the caller's.
 * The file and its folder are synced. */
int bundle_extract(bundle *b, const char *folder, const char *strip, unsigned mode_mask, error *e);

typedef struct copy_mode {
    const char *name; /* without the prefix */
    unsigned mode;
} copy_mode;

/* What replaces the recorded owners and modes: hossadm lost them. */
typedef struct copy_changes {
    long long uid, gid;    /* -1: as recorded */
    long long file_mode;   /* of every file; -1: as recorded */
    long long folder_mode; /* of every folder; -1: as recorded */
    const copy_mode *modes;
    size_t mode_count;
    const char *below; /* folder that all names are put into; NULL: none. No slash at its ends. */
} copy_changes;

/* Writes the current entry and all that follow directly under `prefix` as a tar into `out`, without
 * the prefix; the folder `prefix` itself becomes "." (or `below` of the changes). The first entry
 * that is not below it is left for the next bundle_next(). Does not finish `out`. `changes` and `w`
 * may be NULL. */
int bundle_copy_tar(bundle *b, const char *prefix, writer *out, const copy_changes *changes,
                    const pack_watch *w, pack_totals *done, error *e);

#endif
