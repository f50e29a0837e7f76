/* Every cut and every single flipped bit of a small archive. What is not found must decode to the
 * same bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "archive/gzip.h"
#include "archive/zstd.h"
#include "check.h"
#include "sample.h"

static int verify(int fd, error *e) {
    bundle *b = bundle_open_fd(dup(fd), "archive", NULL, e);
    int rc = b ? bundle_verify(b, e) : -1;
    bundle_free(b);
    return rc;
}

static void cut_everywhere(pack_format format) {
    size_t n;
    error e = ERROR_INIT;
    (void)sample_write(check_path("a"), format);
    char *data = check_read(check_path("a"), &n);
    REQUIRE(data != NULL);
    int fd = sample_memory(data, n);
    CHECK_INT(verify(fd, &e), 0);
    for (size_t cut = n; cut-- > 0;) {
        CHECK_INT(ftruncate(fd, (off_t)cut), 0);
        error why = ERROR_INIT;
        CHECK_INT(verify(fd, &why), -1);
        CHECK_INT(why.kind, ERROR_ARCHIVE);
    }
    printf("%zu cuts\n", n);
    CHECK_INT(close(fd), 0);
    free(data);
    CHECK_INT(remove(check_path("a")), 0);
}

TEST(cuts_of_gzip) {
    cut_everywhere(PACK_GZIP);
}

TEST(cuts_of_zstd) {
    cut_everywhere(PACK_ZSTD);
}

static void flip_everywhere(pack_format format) {
    size_t n, tar_length;
    (void)sample_write(check_path("a"), format);
    char *data = check_read(check_path("a"), &n);
    REQUIRE(data != NULL);
    char *tar = sample_unpack(data, n, format == PACK_ZSTD, &tar_length);
    REQUIRE(tar_length > 0);
    int fd = sample_memory(data, n);
    size_t same = 0;
    for (size_t bit = 0; bit < 8 * n; bit++) {
        error e = ERROR_INIT;
        char flipped = (char)(data[bit / 8] ^ 1 << bit % 8);
        CHECK_INT(pwrite(fd, &flipped, 1, (off_t)(bit / 8)), 1);
        if (verify(fd, &e) == 0) {
            size_t length;
            char kept = data[bit / 8];
            data[bit / 8] = flipped;
            char *other = sample_unpack(data, n, format == PACK_ZSTD, &length);
            CHECK_INT(length, tar_length);
            CHECK_MEM(other, tar, tar_length);
            CHECK(bit >= 8 * (format == PACK_ZSTD ? ZSTD_HEADER_SIZE : GZIP_HEADER_SIZE));
            free(other);
            data[bit / 8] = kept;
            same++;
        } else {
            CHECK(e.kind == ERROR_ARCHIVE && e.message[0] != '\0');
        }
        CHECK_INT(pwrite(fd, data + bit / 8, 1, (off_t)(bit / 8)), 1);
    }
    printf("%zu flipped bits: %zu found, %zu decode to the same bytes\n", 8 * n, 8 * n - same,
           same);
    CHECK_INT(close(fd), 0);
    free(tar);
    free(data);
    CHECK_INT(remove(check_path("a")), 0);
}

TEST(flips_in_gzip) {
    flip_everywhere(PACK_GZIP);
}

TEST(flips_in_zstd) {
    flip_everywhere(PACK_ZSTD);
}

int main(void) {
    RUN(cuts_of_gzip);
    RUN(cuts_of_zstd);
    RUN(flips_in_gzip);
    RUN(flips_in_zstd);
    return check_result();
}
