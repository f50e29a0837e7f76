/* path.h: paths of the Engine's API, with what comes from outside escaped. */
#ifndef DOCKER_PATH_H
#define DOCKER_PATH_H

#include "base/buffer.h"
#include "base/error.h"

/* Appends prefix, the name escaped, suffix: "/containers/", "a_b", "/json". A name that is empty or
 * would lead elsewhere (".", ".." or a slash) is refused with kind ENGINE. */
int docker_path(buffer *b, const char *prefix, const char *name, const char *suffix, error *e);

/* The same for an image: slashes and colons stay. */
int docker_image_path(buffer *b, const char *prefix, const char *ref, const char *suffix, error *e);

#endif
