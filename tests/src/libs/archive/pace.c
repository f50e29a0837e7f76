/* How fast packing and verifying are, and how much memory they take.
 *
 *     pace [MB [FILE [gzip|zstd]]]      half random, half text that compresses; default 64 MB in
 * the test's folder pace entries [N [FILE]]           N files of 1 KB */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include "archive/bundle.h"
#include "archive/pack.h"
#include "check.h"

typedef struct half_random {
    reader base;
    long long left;
    unsigned long long state;
    bool text;
} half_random;

static void fill(half_random *h, unsigned char *to, size_t n) {
    for (size_t i = 0; i < n; i += 8) {
        unsigned long long x = h->state += 0x9e3779b97f4a7c15ULL;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
        x ^= x >> 27;
        if (h->text) {
            x = (x & 0x0303030303030303ULL) + 0x6161616161616161ULL;
        }
        memcpy(to + i, &x, n - i < 8 ? n - i : 8);
    }
}

static ssize_t next(reader *r, void *data, size_t n, error *e) {
    half_random *h = (half_random *)r;
    (void)e;
    size_t part = (unsigned long long)h->left < n ? (size_t)h->left : n;
    fill(h, data, part);
    h->text = !h->text;
    h->left -= (long long)part;
    return (ssize_t)part;
}

static void keep(reader *r) {
    (void)r;
}

typedef struct clocks {
    double wall, cpu;
} clocks;

static double seconds(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static clocks now(void) {
    clocks c = {seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID)};
    return c;
}

static void told(const char *what, clocks since, long long bytes) {
    struct rusage u;
    clocks c = now();
    double wall = c.wall - since.wall;
    double cpu = c.cpu - since.cpu;
    getrusage(RUSAGE_SELF, &u);
    printf("%s: %.2f s, %.2f s CPU, %.0f MB per CPU second, peak RSS %ld KB\n", what, wall, cpu,
           (double)bytes / 1e6 / cpu, u.ru_maxrss);
}

static const pack_attributes plain = {0644, 1000, 1000, 1500000000};

static void pack(const char *path, pack_format format, long long bytes, long entries) {
    static const reader_ops ops = {next, keep};
    error e = ERROR_INIT;
    pack_result result;
    packer *p = packer_create(path, format, -1, &e);
    REQUIRE(p != NULL);
    if (entries == 0) {
        half_random h = {{&ops}, bytes, 1, false};
        CHECK_INT(packer_add_reader(p, "db/big.dump", &h.base, bytes, &plain, NULL, &e), 0);
    }
    char data[1024];
    half_random h = {{&ops}, 0, 1, false};
    for (long i = 0; i < entries; i++) {
        char name[64];
        snprintf(name, sizeof name, "volumes/auth/folder-%ld/file-%ld", i / 1000, i);
        fill(&h, (unsigned char *)data, sizeof data);
        CHECK_INT(packer_add_bytes(p, name, data, sizeof data, &plain, &e), 0);
    }
    CHECK_INT(packer_finish(p, NULL, &result, &e), 0);
    CHECK_STR(e.message, "");
    packer_free(p);
    printf("%lld bytes\n", result.size);
}

int main(int argc, char **argv) {
    error e = ERROR_INIT;
    bool many = argc > 1 && strcmp(argv[1], "entries") == 0;
    long entries = many ? (argc > 2 ? atol(argv[2]) : 100000) : 0;
    long long bytes = many ? entries * 1024 : (argc > 1 ? atoll(argv[1]) : 64) * 1000000;
    int at = many ? 3 : 2;
    const char *path = argc > at ? argv[at] : check_path("pace.tar.gz");
    pack_format format = argc > 3 && strcmp(argv[3], "zstd") == 0 ? PACK_ZSTD : PACK_GZIP;
    clocks start = now();
    pack(path, format, bytes, entries);
    told("pack", start, bytes);
    bundle *b = bundle_open(path, NULL, &e);
    REQUIRE(b != NULL);
    start = now();
    CHECK_INT(bundle_verify(b, &e), 0);
    CHECK_STR(e.message, "");
    told("verify", start, bytes);
    bundle_free(b);
    CHECK_INT(remove(path), 0);
    return check_result();
}
