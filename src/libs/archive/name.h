/* name.h: which names an archive may hold. Names are bytes: any value but NUL, in components parted
 * by '/'. */
#ifndef ARCHIVE_NAME_H
#define ARCHIVE_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_LENGTH_MAX 4096   /* bytes of a whole name or link target */
#define NAME_COMPONENT_MAX 255 /* bytes between two slashes: what a file system takes */
#define NAME_DEPTH_MAX 64      /* components */

/* Why `name` (n bytes, no slash at its end) must not be in an archive, or NULL when it may:
 * absolute, empty, too long, too deep, with an empty, "." or ".." component or a NUL. */
const char *name_fault(const char *name, size_t n);

/* True when `name` is `folder` or lies below it ("volumes" and "volumes/x", not "volumes-2"). */
bool name_is_under(const char *name, const char *folder);

/* The length of the first `count` components of `name`, or of all of it when there are fewer. */
size_t name_components(const char *name, int count);

#endif
