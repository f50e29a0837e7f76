/* containers.h: finding containers, and waiting for them. */
#ifndef DOCKER_CONTAINERS_H
#define DOCKER_CONTAINERS_H

#include "docker/client.h"

/* Appends "?filters={"label":[...]}" to a path; `labels` are "key=value" or "key", NULL-ended. */
int docker_filter_labels(buffer *path, const char *const *labels, error *e);

/* Waits until the container does not run; its exit code, or -1. timeout 0: for ever. */
long docker_wait(docker_client *c, const char *container, const char *subject, double timeout,
                 error *e);

/* Appends the last `tail` lines (0: all) of what the container wrote, told apart by nothing. */
int docker_logs(docker_client *c, const char *container, const char *subject, int tail,
                bool with_stderr, buffer *out, error *e);

#endif
