/* gzip and zstd: round trips, headers, cuts, damage, what follows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>
#include "archive/gzip.h"
#include "archive/zstd.h"
#include "check.h"

typedef struct bytes {
    unsigned char *data;
    size_t n;
} bytes;

static bytes make(size_t n) {
    bytes b = {malloc(n + 1), n};
    REQUIRE(b.data != NULL);
    unsigned state = 1;
    for (size_t i = 0; i < n; i++) {
        state = state * 1103515245U + 12345U;
        b.data[i] = (unsigned char)(i % 3 == 0 ? state >> 24 : 'a' + i % 7);
    }
    return b;
}

static bytes compress(const bytes *from, bool zstd, int level, size_t portion) {
    error e = ERROR_INIT;
    const char *path = check_path("packed");
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    REQUIRE(fd >= 0);
    writer *out = writer_to_fd(fd, true, path, &e);
    writer *w = zstd ? zstd_writer(out, level, &e) : gzip_writer(out, level, &e);
    REQUIRE(w != NULL);
    for (size_t at = 0; at < from->n; at += portion) {
        size_t part = from->n - at < portion ? from->n - at : portion;
        CHECK_INT(writer_write(w, from->data + at, part, &e), 0);
    }
    CHECK_INT(writer_finish(w, &e), 0);
    CHECK_INT(writer_finish(w, &e), -1);
    writer_free(w);
    bytes b;
    b.data = (unsigned char *)check_read(path, &b.n);
    REQUIRE(b.data != NULL);
    return b;
}

/* 0 when it decodes to `want`; else the error is in `e`. */
static int decode(const bytes *packed, bool zstd, bool ours, const bytes *want, size_t portion,
                  error *e) {
    size_t have = 0;
    unsigned char *data = malloc(want->n + portion);
    reader *in = reader_from_memory(packed->data, packed->n, e);
    REQUIRE(in != NULL && data != NULL);
    reader *r = zstd ? zstd_reader(in, "file", e) : gzip_reader(in, ours, "file", e);
    ssize_t n = r ? 1 : -1;
    while (r && n > 0 && have <= want->n) {
        n = reader_read(r, data + have, portion, e);
        have += n > 0 ? (size_t)n : 0;
    }
    if (n == 0) {
        CHECK_INT(reader_read(r, data, 1, e), 0);
        CHECK_INT(have, want->n);
        CHECK_MEM(data, want->data, want->n);
    }
    reader_free(r);
    free(data);
    return n == 0 ? 0 : -1;
}

static void round_trip(bool zstd, int level, size_t n, size_t portion) {
    error e = ERROR_INIT;
    bytes from = make(n);
    bytes packed = compress(&from, zstd, level, portion);
    CHECK_INT(decode(&packed, zstd, true, &from, 100000, &e), 0);
    CHECK_INT(decode(&packed, zstd, true, &from, 777, &e), 0);
    CHECK_STR(e.message, "");
    CHECK_MEM(packed.data, zstd ? zstd_header : gzip_header,
              zstd ? ZSTD_HEADER_SIZE : GZIP_HEADER_SIZE);
    free(from.data);
    free(packed.data);
}

TEST(round_trips) {
    const size_t sizes[] = {0, 1, 511, 4096, 262143, 262144, 262145, 1000000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int level = 0; level <= GZIP_LEVEL_MAX; level++) {
            round_trip(false, level, sizes[i], 300000);
        }
        round_trip(false, 1, sizes[i], 1000);
        round_trip(true, 1, sizes[i], 1000);
        round_trip(true, 3, sizes[i], 300000);
    }
}

TEST(levels) {
    error e = ERROR_INIT;
    CHECK(gzip_writer(writer_null(NULL, &e), 9, &e) == NULL);
    CHECK_STR(e.message, "gzip's level is 0 to 3");
    CHECK(zstd_writer(writer_null(NULL, &e), 0, &e) == NULL);
    CHECK_STR(e.message, "zstd's level is 1 to 19");
}

/* Each cut is found, and so is each byte that follows. */
static void cuts(bool zstd) {
    bytes from = make(3000);
    bytes packed = compress(&from, zstd, 1, 3000);
    for (size_t n = 0; n < packed.n; n++) {
        error e = ERROR_INIT;
        bytes cut = {packed.data, n};
        CHECK_INT(decode(&cut, zstd, true, &from, 100000, &e), -1);
        CHECK_INT(e.kind, ERROR_ARCHIVE);
        CHECK_CONTAINS(e.message, "cut");
    }
    for (size_t n = 1; n < 40; n++) {
        error e = ERROR_INIT;
        bytes more = {calloc(1, packed.n + n), packed.n + n};
        REQUIRE(more.data != NULL);
        memcpy(more.data, packed.data, packed.n);
        CHECK_INT(decode(&more, zstd, true, &from, 100000, &e), -1);
        CHECK_CONTAINS(e.message, "bytes follow after");
        free(more.data);
    }
    error e = ERROR_INIT;
    bytes twice = {malloc(2 * packed.n), 2 * packed.n};
    memcpy(twice.data, packed.data, packed.n);
    memcpy(twice.data + packed.n, packed.data, packed.n);
    CHECK_INT(decode(&twice, zstd, true, &from, 100000, &e), -1);
    CHECK_CONTAINS(e.message, "bytes follow after");
    free(twice.data);
    free(packed.data);
    free(from.data);
}

TEST(cut_gzip) {
    cuts(false);
}

TEST(cut_zstd) {
    cuts(true);
}

TEST(checksum_of_gzip) {
    bytes from = make(3000);
    bytes packed = compress(&from, false, 1, 3000);
    for (size_t i = 1; i <= 8; i++) {
        error e = ERROR_INIT;
        packed.data[packed.n - i] ^= 0x10;
        CHECK_INT(decode(&packed, false, true, &from, 100000, &e), -1);
        CHECK_STR(e.message, "gzip's checksum or length does not match the content");
        packed.data[packed.n - i] ^= 0x10;
    }
    free(packed.data);
    free(from.data);
}

/* Puts another header before the same deflate data. */
static int with_header(const char *head, size_t n, bool ours, error *e) {
    bytes from = make(3000);
    bytes packed = compress(&from, false, 1, 3000);
    bytes other = {malloc(packed.n + n), packed.n - GZIP_HEADER_SIZE + n};
    memcpy(other.data, head, n);
    memcpy(other.data + n, packed.data + GZIP_HEADER_SIZE, packed.n - GZIP_HEADER_SIZE);
    int rc = decode(&other, false, ours, &from, 100000, e);
    free(other.data);
    free(packed.data);
    free(from.data);
    return rc;
}

TEST(headers_of_gzip) {
    static const struct {
        const char *head;
        size_t n;
        bool ours;
        int rc;
        const char *message;
    } all[] = {
        {"\x1f\x8b\x08\0\0\0\0\0\x04\xff", 10, true, 0, ""},
        {"\x1f\x8b\x08\0\0\0\0\0\x04\x03", 10, true, -1, "gzip's header is not the one"},
        {"\x1f\x8b\x08\0\0\0\0\0\x04\x03", 10, false, 0, ""},
        {"\x1f\x8b\x08\x08\1\2\3\4\0\x03name\0", 15, false, 0, ""},
        {"\x1f\x8b\x08\x1c\1\2\3\4\0\x03\2\0xxname\0comment\0", 27, false, 0, ""},
        {"\x1f\x8b\x08\x20\1\2\3\4\0\x03", 10, false, -1, "flags that are not known"},
        {"\x1f\x8b\x08\x02\1\2\3\4\0\x03zz", 12, false, -1, "gzip's header is damaged"},
        {"\x1f\x8b\x07\0\0\0\0\0\x04\x03", 10, false, -1, "not gzip"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        error e = ERROR_INIT;
        CHECK_INT(with_header(all[i].head, all[i].n, all[i].ours, &e), all[i].rc);
        CHECK_CONTAINS(e.message, all[i].message);
    }
}

/* Deflate data that no compressor writes, behind a header of ours and before eight bytes more. */
TEST(damaged_deflate) {
    static const struct {
        const char *data;
        const char *message;
    } all[] = {
        {"\x07\0\0", "damaged: invalid deflate block"},      /* the fourth type */
        {"\x1b\x03\0", "damaged: invalid deflate symbol"},   /* length 286 of 285 */
        {"\x03\x3e\0", "damaged: invalid deflate"},          /* distance 30 of 29 */
        {"\x03\x02\0", "damaged: invalid deflate distance"}, /* a byte before the first */
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        char data[GZIP_HEADER_SIZE + 11] = "\x1f\x8b\x08\0\0\0\0\0\x04\xff";
        memcpy(data + GZIP_HEADER_SIZE, all[i].data, 3);
        bytes packed = {(unsigned char *)data, sizeof data}, nothing = {NULL, 0};
        error e = ERROR_INIT;
        CHECK_INT(decode(&packed, false, true, &nothing, 100000, &e), -1);
        CHECK_CONTAINS(e.message, all[i].message);
    }
}

int main(void) {
    RUN(round_trips);
    RUN(levels);
    RUN(cut_gzip);
    RUN(cut_zstd);
    RUN(checksum_of_gzip);
    RUN(headers_of_gzip);
    RUN(damaged_deflate);
    return check_result();
}
