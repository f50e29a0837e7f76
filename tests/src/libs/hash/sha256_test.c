#include "hash/sha256.h"

#include <string.h>
#include "check.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

TEST(known_sums) {
    error e = ERROR_INIT;
    char hex[SHA256_HEX_SIZE];
    CHECK_INT(hash_sha256_of("", 0, hex, &e), 0);
    CHECK_STR(hex, EMPTY);
    CHECK_INT(hash_sha256_of("abc", 3, hex, &e), 0);
    CHECK_STR(hex, ABC);
}

TEST(one_handle_many_sums) {
    error e = ERROR_INIT;
    char hex[SHA256_HEX_SIZE];
    unsigned char sum[SHA256_BYTES];
    hash_sha256 *h = hash_sha256_new(&e);
    REQUIRE(h);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(hash_sha256_update(h, "a", 1, &e), 0);
        CHECK_INT(hash_sha256_update(h, "bc", 2, &e), 0);
        CHECK_INT(hash_sha256_final(h, hex, &e), 0);
        CHECK_STR(hex, ABC);
    }
    CHECK_INT(hash_sha256_update(h, "zzz", 3, &e), 0);
    CHECK_INT(hash_sha256_reset(h, &e), 0);
    CHECK_INT(hash_sha256_final_bytes(h, sum, &e), 0);
    hash_hex(sum, sizeof sum, hex);
    CHECK_STR(hex, EMPTY);
    hash_sha256_free(h);
    hash_sha256_free(NULL);
}

TEST(a_reader_and_taps) {
    error e = ERROR_INIT;
    char hex[SHA256_HEX_SIZE];
    _Atomic long long bytes = 0;
    reader *r = reader_from_memory("abc", 3, &e);
    REQUIRE(r);
    CHECK_INT(hash_sha256_reader(r, hex, &bytes, &e), 0);
    CHECK_STR(hex, ABC);
    CHECK_INT(bytes, 3);
    reader_free(r);

    hash_sha256 *in = hash_sha256_new(&e), *out = hash_sha256_new(&e);
    REQUIRE(in && out);
    r = hash_sha256_tap_reader(reader_from_memory("abc", 3, &e), in, &e);
    writer *w = hash_sha256_tap_writer(writer_null(NULL, &e), out, &e);
    REQUIRE(r && w);
    CHECK_INT(stream_copy(r, w, NULL, NULL, &e), 3);
    CHECK_INT(writer_finish(w, &e), 0);
    CHECK_INT(hash_sha256_final(in, hex, &e), 0);
    CHECK_STR(hex, ABC);
    CHECK_INT(hash_sha256_final(out, hex, &e), 0);
    CHECK_STR(hex, ABC);
    reader_free(r);
    writer_free(w);
    hash_sha256_free(in);
    hash_sha256_free(out);
}

int main(void) {
    RUN(known_sums);
    RUN(one_handle_many_sums);
    RUN(a_reader_and_taps);
    return check_result();
}
