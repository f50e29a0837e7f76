/* search.h: where scripts are looked for: folders in order, the embedded copy last. Never the
 * working folder. */
#ifndef HOST_SEARCH_H
#define HOST_SEARCH_H

#include <limits.h>
#include <stddef.h>
#include "base/buffer.h"
#include "base/error.h"

#define SEARCH_FOLDERS 5
#define SEARCH_TEXT_MAX (16 * 1024 * 1024)

typedef struct search_folder {
    char path[PATH_MAX];
    const char *origin; /* "--script-dir", "HOSSKEEP_SCRIPT_DIR", "user", "system", "data" */
    const char *state;  /* "used", "missing", or why it is refused or left out */
} search_folder;

typedef struct search {
    search_folder folders[SEARCH_FOLDERS];
    size_t count;
} search;

/* Finds the folders. `script_dir` (may be NULL) must exist: -1 otherwise. */
int search_init(search *s, const char *script_dir, error *e);

/* Looks for `name` ("backup.lua"): fills `path`. 1 found, 0 in no folder, -1 found where it must
 * not be run. */
int search_find(const search *s, const char *name, char path[PATH_MAX], error *e);

/* Reads a script that the owner checks allow. With `sticky` it may lie in a folder such as /tmp. */
int search_read(const char *path, int sticky, buffer *text, error *e);

#endif
