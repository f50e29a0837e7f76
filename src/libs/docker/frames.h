/* frames.h: the Engine's multiplexed output (8 bytes of header, then data), fed in pieces of any
 * size. */
#ifndef DOCKER_FRAMES_H
#define DOCKER_FRAMES_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"

enum { FRAME_STDIN = 0, FRAME_STDOUT = 1, FRAME_STDERR = 2, FRAME_SYSTEM = 3 };

typedef struct frames {
    unsigned char header[8];
    size_t have;   /* bytes of the header so far */
    uint32_t left; /* bytes of the current frame still to come */
    int stream;
} frames;

#define FRAMES_INIT                                                                                \
    { {0}, 0, 0, 0 }

/* Gets each piece of data; -1 with `e` filled ends the feeding. A frame may come in several pieces.
 */
typedef int (*frames_sink)(void *user, int stream, const void *data, size_t n, error *e);

/* Kind ENGINE when it is no such stream. */
int frames_feed(frames *f, const void *data, size_t n, frames_sink sink, void *user, error *e);

/* At the end of the input: -1 when it was cut inside a frame. */
int frames_finish(const frames *f, error *e);

#endif
