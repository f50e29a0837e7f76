#include "docker/events.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "docker/call.h"

struct docker_events {
    reader *input;
    buffer pending; /* lines that came, from `start` on */
    size_t start;
    bool ended;
};

docker_events *docker_events_open(docker_client *c, const char *path, error *e) {
    docker_events *ev = calloc(1, sizeof *ev);
    if (ev == NULL) {
        error_errno(e, "events", "");
        return NULL;
    }
    docker_call call = {.path = path, .op = "events", .subject = "engine"};
    ev->pending = (buffer)BUFFER_INIT((size_t)4 * 1024 * 1024);
    ev->input = docker_open(c, &call, e);
    if (ev->input == NULL) {
        free(ev);
        return NULL;
    }
    return ev;
}

/* The next whole line, or false. */
static bool take_line(docker_events *ev, const char **text, size_t *n) {
    while (ev->start < ev->pending.length) {
        const char *line = ev->pending.data + ev->start;
        size_t left = ev->pending.length - ev->start;
        const char *end = memchr(line, '\n', left);
        if (end == NULL && !ev->ended) {
            return false;
        }
        *n = end == NULL ? left : (size_t)(end - line);
        ev->start += end == NULL ? left : *n + 1;
        if (*n > 0) {
            *text = line;
            return true;
        }
    }
    return false;
}

static int read_more(docker_events *ev, error *e) {
    char data[16384];
    size_t left = ev->pending.length - ev->start;
    if (ev->start > 0) {
        memmove(ev->pending.data, ev->pending.data + ev->start, left);
        ev->pending.length = left;
        ev->start = 0;
    }
    ssize_t n = reader_read(ev->input, data, sizeof data, e);
    if (n < 0) {
        return -1;
    }
    ev->ended = n == 0;
    return buffer_append(&ev->pending, data, (size_t)n, e);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int docker_events_next(docker_events *ev, double seconds, const char **text, size_t *n, error *e) {
    double end = now() + seconds;
    while (!take_line(ev, text, n)) {
        if (ev->ended) {
            return 0;
        }
        if (seconds >= 0) {
            double left = end - now();
            int ready = http_reader_poll(ev->input, left > 0 ? left : 0, e);
            if (ready <= 0) {
                return ready;
            }
        }
        if (read_more(ev, e) != 0) {
            return -1;
        }
    }
    return 1;
}

void docker_events_free(docker_events *ev) {
    if (ev != NULL) {
        reader_free(ev->input);
        buffer_free(&ev->pending);
        free(ev);
    }
}
