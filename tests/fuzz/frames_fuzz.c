/* The Engine's multiplexed output, fed in pieces: whatever comes, no byte is lost or doubled. */
#include <stdint.h>
#include <stdlib.h>
#include "docker/frames.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count(void *user, int stream, const void *data, size_t n, error *e) {
    unsigned long long *sum = user;
    const unsigned char *p = data;
    (void)e;
    for (size_t i = 0; i < n; i++) {
        *sum = *sum * 31 + p[i] + (unsigned)stream;
    }
    return 0;
}

/* Feeds everything in pieces of `piece` bytes; the sum of what came out, and how it ended. */
static int feed(const uint8_t *data, size_t size, size_t piece, unsigned long long *sum) {
    frames f = FRAMES_INIT;
    error e = ERROR_INIT;
    *sum = 0;
    for (size_t at = 0; at < size; at += piece) {
        size_t n = size - at < piece ? size - at : piece;
        if (frames_feed(&f, data + at, n, count, sum, &e) != 0) {
            return -1;
        }
    }
    return frames_finish(&f, &e) == 0 ? 0 : -2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    unsigned long long whole = 0;
    unsigned long long pieces = 0;
    int first = feed(data, size, size + 1, &whole);
    for (size_t piece = 1; piece <= 9; piece += 2) {
        if (feed(data, size, piece, &pieces) != first || pieces != whole) {
            abort();
        }
    }
    return 0;
}
