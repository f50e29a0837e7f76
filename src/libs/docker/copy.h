/* copy.h: files in a container as tar streams.
 *
 * An open stream locks its container: inspect, exec, pause and stop of it hang until the stream is
 * freed. So volumes are read through a container that is created for it and never started. */
#ifndef DOCKER_COPY_H
#define DOCKER_COPY_H

#include "docker/client.h"

typedef struct docker_stat {
    char *name;
    char *link;       /* target of a symbolic link, "" else */
    const char *type; /* "file", "directory", "symlink", "other" */
    long long size;
    unsigned mode; /* the 07777 bits */
    double mtime;  /* seconds since 1970 */
} docker_stat;

/* 1 found, 0 no such path (or container), -1 failed. The caller frees `out` (docker_stat_free) when
 * found. */
int docker_stat_path(docker_client *c, const char *container, const char *subject, const char *path,
                     docker_stat *out, error *e);
void docker_stat_free(docker_stat *s);

/* Fills `out` from the Engine's header (base64 of JSON). 0, or -1. */
int docker_stat_parse(const char *header, docker_stat *out, error *e);

/* The path as a tar, its last component as the top entry; "/x/." gives the content below "./". */
reader *docker_copy_out(docker_client *c, const char *container, const char *subject,
                        const char *path, error *e);

/* Unpacks a tar below a path that exists, with owners, modes and times as they are in it. */
writer *docker_copy_in(docker_client *c, const char *container, const char *subject,
                       const char *path, error *e);

#endif
