/* A few of the damages that damage_test does at every byte. */
#include <stdio.h>
#include <stdlib.h>
#include "archive/bundle.h"
#include "check.h"
#include "sample.h"

/* Every 29th byte turned round: never taken, whatever the decompressor says of it, but where what
 * comes out is the same. */
TEST(bytes_turned_round) {
    static const pack_format formats[] = {PACK_GZIP, PACK_ZSTD};
    for (int i = 0; i < 2; i++) {
        size_t n;
        (void)sample_write(check_path("turned"), formats[i]);
        char *data = check_read(check_path("turned"), &n);
        CHECK_INT(remove(check_path("turned")), 0);
        size_t whole, length;
        char *tar = sample_unpack(data, n, formats[i] == PACK_ZSTD, &whole);
        for (size_t at = 0; at < n; at += 29) {
            error e = ERROR_INIT;
            data[at] = (char)~data[at];
            bundle *b = bundle_open_fd(sample_memory(data, n), "turned", NULL, &e);
            if (b && bundle_verify(b, &e) == 0) {
                char *other = sample_unpack(data, n, formats[i] == PACK_ZSTD, &length);
                CHECK_INT(length, whole);
                CHECK_MEM(other, tar, whole);
                free(other);
            }
            bundle_free(b);
            data[at] = (char)~data[at];
        }
        free(tar);
        free(data);
    }
}

int main(void) {
    RUN(bytes_turned_round);
    return check_result();
}
