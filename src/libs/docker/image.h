/* image.h: images that hosskeep makes itself. */
#ifndef DOCKER_IMAGE_H
#define DOCKER_IMAGE_H

#include "docker/client.h"

/* Imports an empty image as `ref` ("name" or "name:tag"); `labels` are key, value, key, value,
 * NULL. Its id is appended to `id`. Works without a network. */
int docker_import_empty(docker_client *c, const char *ref, const char *const *labels, buffer *id,
                        error *e);

/* Reads the Engine's stream of JSON lines. -1 with the Engine's words when one of them tells of an
 * error (the status was 200 long before); else the last "status" is appended to `id`. */
int docker_read_progress(const char *text, size_t n, const char *op, const char *subject,
                         buffer *id, error *e);

#endif
