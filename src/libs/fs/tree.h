/* tree.h: folders as a whole. */
#ifndef FS_TREE_H
#define FS_TREE_H

#include <stdbool.h>
#include <sys/types.h>
#include "base/error.h"

/* Makes a folder and what is missing above it (those 0700), synced. `mode` is exact, whatever the
 * umask. 1 made, 0 it was there (also through a link; its mode is left alone), -1 failed. */
int tree_make(const char *path, mode_t mode, error *e);

/* Removes a file, link or folder with all below it: 1 removed, 0 there was nothing, -1 failed.
 * Links are removed, never followed; another file system (also a bind mount) below it is an error
 * (EXDEV) before anything in it is touched. Depth does not matter, one descriptor at a time. What
 * others rename meanwhile is noticed, not followed. */
int tree_remove(const char *path, error *e);

#endif
