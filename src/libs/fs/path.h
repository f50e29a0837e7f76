/* path.h: paths as text; nothing here looks at the file system. */
#ifndef FS_PATH_H
#define FS_PATH_H

#include <stdbool.h>
#include "base/error.h"

/* "a" and "b" with exactly one slash between them; an absolute `b` stands alone; an empty side
 * adds nothing. To be freed with free(); NULL without memory. */
char *path_join(const char *a, const char *b, error *e);

/* As dirname(1): "/a/b/" gives "/a", "b" gives ".", "/" gives "/". To be freed with free(). */
char *path_dirname(const char *path, error *e);

/* As basename(1): "/a/b/" gives "b", "/" gives "/". To be freed with free(). */
char *path_basename(const char *path, error *e);

/* True when `path` is `folder` itself or lies below it, by the text alone ("/a/bc" is not below
 * "/a/b"). */
bool path_below(const char *path, const char *folder);

#endif
