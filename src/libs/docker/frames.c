#include "docker/frames.h"

#include <string.h>

static int parse_header(frames *f, error *e) {
    const unsigned char *h = f->header;
    if (h[0] > FRAME_SYSTEM || h[1] != 0 || h[2] != 0 || h[3] != 0) {
        return error_set(e, ERROR_ENGINE, 0, "output", "",
                         "the Engine's output is not multiplexed");
    }
    f->stream = h[0];
    f->left = (uint32_t)h[4] << 24 | (uint32_t)h[5] << 16 | (uint32_t)h[6] << 8 | (uint32_t)h[7];
    f->have = 0;
    return 0;
}

int frames_feed(frames *f, const void *data, size_t n, frames_sink sink, void *user, error *e) {
    const char *p = data;
    while (n > 0) {
        if (f->left > 0) {
            size_t take = n < f->left ? n : f->left;
            if (sink(user, f->stream, p, take, e) != 0) {
                return -1;
            }
            f->left -= (uint32_t)take;
            p += take;
            n -= take;
            continue;
        }
        f->header[f->have++] = (unsigned char)*p++;
        n--;
        if (f->have == sizeof f->header && parse_header(f, e) != 0) {
            return -1;
        }
    }
    return 0;
}

int frames_finish(const frames *f, error *e) {
    if (f->have > 0 || f->left > 0) {
        return error_set(e, ERROR_ENGINE, 0, "output", "", "the Engine's output was cut");
    }
    return 0;
}
