/* events.h: what happens in the Engine, one JSON text after the other. */
#ifndef DOCKER_EVENTS_H
#define DOCKER_EVENTS_H

#include "docker/client.h"

typedef struct docker_events docker_events;

/* `path` is "/events" with its query. Everything that happens from now on (or since the query's
 * "since") is kept until it is asked for. */
docker_events *docker_events_open(docker_client *c, const char *path, error *e);

/* 1 and an event's JSON in *text (until the next call); 0 when none came in `seconds` (< 0: wait
 * for ever) or the stream has ended; -1 failed. */
int docker_events_next(docker_events *ev, double seconds, const char **text, size_t *n, error *e);

void docker_events_free(docker_events *ev); /* NULL is fine */

#endif
