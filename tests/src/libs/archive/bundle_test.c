/* Reading: passes, reports, hossadm's archives, what must be refused. Hostile archives:
 * tests/hostile. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "check.h"
#include "sample.h"

static bundle *open_sample(const char *name, pack_format format) {
    error e = ERROR_INIT;
    (void)sample_write(check_path(name), format);
    bundle *b = bundle_open(check_path(name), NULL, &e);
    REQUIRE(b != NULL);
    return b;
}

TEST(report) {
    static const pack_format formats[] = {PACK_GZIP, PACK_ZSTD};
    for (size_t i = 0; i < 2; i++) {
        error e = ERROR_INIT;
        bundle *b = open_sample(i == 0 ? "r.gz" : "r.zst", formats[i]);
        CHECK(bundle_result(b) == NULL);
        CHECK_INT(bundle_verify(b, &e), 0);
        const bundle_report *r = bundle_result(b);
        REQUIRE(r != NULL);
        CHECK_INT(r->kind, BUNDLE_HOSSKEEP);
        CHECK_INT(r->format, formats[i]);
        CHECK_INT(r->entries, 14);
        CHECK_INT(r->bytes, 18069);
        CHECK_INT(r->size, bundle_size(b));
        CHECK_CONTAINS(r->manifest, r->entries_sha256);
        CHECK_STR(r->version, "{\"version\":\"0.2.6\",\"build\":\"abc1234\"}");
        CHECK_STR(bundle_subject(b), check_path(i == 0 ? "r.gz" : "r.zst"));
        bundle_free(b);
    }
}

TEST(content) {
    error e = ERROR_INIT;
    const entry *it;
    const void *data;
    size_t n;
    bundle *b = open_sample("c.gz", PACK_GZIP);
    while (bundle_next(b, &it, &e) > 0 && strcmp(it->name, "config/.env") != 0) {
    }
    CHECK_STR(it->name, "config/.env");
    CHECK_INT(bundle_block(b, &data, &n, &e), 1);
    CHECK_INT(n, 12);
    CHECK_MEM(data, "HOSS_DIR=/x\n", 12);
    CHECK_INT(bundle_block(b, &data, &n, &e), 0);
    CHECK_INT(bundle_block(b, &data, &n, &e), 0);
    bundle_free(b);
}

TEST(passes) {
    error e = ERROR_INIT;
    const entry *it;
    bundle *b = open_sample("p.gz", PACK_GZIP);
    CHECK_INT(bundle_next(b, &it, &e), 1);
    CHECK_STR(it->name, "version.json");
    bundle_unread(b);
    CHECK_INT(bundle_next(b, &it, &e), 1);
    CHECK_STR(it->name, "version.json");
    CHECK_INT(bundle_next(b, &it, &e), 1);
    CHECK_STR(it->name, "config/.env");
    CHECK_INT(bundle_verify(b, &e), 0);
    CHECK_INT(bundle_next(b, &it, &e), 0);
    CHECK_INT(bundle_next(b, &it, &e), 0);
    bundle_rewind(b);
    CHECK_INT(bundle_next(b, &it, &e), 1);
    CHECK_STR(it->name, "version.json");
    CHECK_INT(bundle_verify(b, &e), 0);
    CHECK_STR(e.message, "");
    bundle_free(b);
}

/* The same descriptor, other bytes: the second pass tells. */
TEST(changed_between_passes) {
    error e = ERROR_INIT;
    const pack_attributes plain = {0600, 1, 1, 1};
    pack_result result;
    size_t n;
    for (int i = 0; i < 2; i++) {
        packer *p = packer_create(check_path(i == 0 ? "first" : "second"), PACK_GZIP, -1, &e);
        REQUIRE(p != NULL);
        CHECK_INT(packer_add_bytes(p, "x", i == 0 ? "a" : "b", 1, &plain, &e), 0);
        CHECK_INT(packer_finish(p, NULL, &result, &e), 0);
        packer_free(p);
    }
    char *other = check_read(check_path("second"), &n);
    bundle *b = bundle_open(check_path("first"), NULL, &e);
    REQUIRE(b != NULL && other != NULL);
    CHECK_INT(bundle_verify(b, &e), 0);
    int fd = open(check_path("first"), O_WRONLY | O_TRUNC | O_CLOEXEC);
    CHECK_INT(write(fd, other, n), (long long)n);
    CHECK_INT(close(fd), 0);
    CHECK_INT(bundle_verify(b, &e), -1);
    CHECK_STR(e.message, "changed since it was verified");
    const entry *it;
    CHECK_INT(bundle_next(b, &it, &e), -1);
    CHECK_STR(e.message, "the pass has failed");
    bundle_free(b);
    free(other);
}

typedef struct limit {
    long long bytes, most;
} limit;

static int stop_at(void *user, long long bytes, error *e) {
    limit *l = user;
    l->bytes = bytes;
    return bytes > l->most ? error_set(e, ERROR_CANCELLED, 0, "x", "", "stopped") : 0;
}

TEST(progress) {
    error e = ERROR_INIT;
    limit l = {0, 1 << 30};
    bundle *b = open_sample("w.gz", PACK_GZIP);
    bundle_watch(b, stop_at, &l);
    CHECK_INT(bundle_verify(b, &e), 0);
    CHECK_INT(l.bytes, bundle_size(b));
    l.most = 10;
    CHECK_INT(bundle_verify(b, &e), -1);
    CHECK_INT(e.kind, ERROR_CANCELLED);
    bundle_free(b);
}

static void not_one(const char *path, enum error_kind kind, const char *message) {
    error e = ERROR_INIT;
    bundle *b = bundle_open(path, NULL, &e);
    int rc = b ? bundle_verify(b, &e) : -1;
    bundle_free(b);
    CHECK_INT(rc, -1);
    CHECK_INT(e.kind, kind);
    CHECK_CONTAINS(e.message, message);
}

TEST(no_archives) {
    int before = check_descriptors();
    not_one(check_path("missing"), ERROR_SYSTEM, "No such file");
    not_one(check_folder(), ERROR_ARCHIVE, "not a regular file");
    CHECK_INT(mkfifo(check_path("fifo"), 0600), 0);
    not_one(check_path("fifo"), ERROR_ARCHIVE, "not a regular file");
    not_one("/dev/zero", ERROR_ARCHIVE, "not a regular file");
    not_one(check_write("empty", "", 0), ERROR_ARCHIVE, "empty file");
    not_one(check_write("text", "hello, world", 12), ERROR_ARCHIVE, "neither gzip nor zstd");
    not_one(check_write("short", "\x1f\x8b", 2), ERROR_ARCHIVE, "neither gzip nor zstd");
    not_one(check_write("xz",
                        "\xfd"
                        "7zXZ\0\0\0\0\0\0",
                        12),
            ERROR_ARCHIVE, "neither gzip nor zstd");
    CHECK_INT(check_descriptors(), before);
}

/* An archive as hossadm makes it, by the system's tar and gzip. */
static const char *hossadm(const char *name, const char *tar) {
    char command[3000];
    snprintf(command, sizeof command,
             "cd %s && rm -rf h && mkdir -p h/config/core h/volumes/auth h/db h/search && cd h &&"
             " printf '{\"version\": \"0.2.3\", \"build\": \"x\"}' >version.json && echo A=1 "
             ">config/.env &&"
             " echo key >volumes/auth/private.pem && echo PGDMP >db/postgres-hoss_core-backup.dump "
             "&& %s",
             check_folder(), tar);
    REQUIRE(system(command) == 0);
    return check_path(name);
}

TEST(archives_of_hossadm) {
    static const char *const commands[] = {
        "tar czf ../h.tar.gz version.json config volumes db search",
        "tar czf ../h.tar.gz .",
        "tar --format=gnu -czf ../h.tar.gz ./version.json ./config ./volumes ./db ./search",
        "python3 -c 'import tarfile,os; t=tarfile.open(\"../h.tar.gz\",\"w:gz\");"
        " [t.add(n) for n in sorted(os.listdir(\".\"))]; t.close()'",
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        error e = ERROR_INIT;
        bundle *b = bundle_open(hossadm("h.tar.gz", commands[i]), NULL, &e);
        REQUIRE(b != NULL);
        CHECK_INT(bundle_kind_of(b), BUNDLE_HOSSADM);
        CHECK_INT(bundle_verify(b, &e), 0);
        CHECK_STR(e.message, "");
        const bundle_report *r = bundle_result(b);
        REQUIRE(r != NULL);
        CHECK_INT(r->entries, 10);
        CHECK(r->manifest == NULL);
        CHECK_CONTAINS(r->version, "0.2.3");
        const entry *it;
        bundle_rewind(b);
        bool found = false;
        while (bundle_next(b, &it, &e) > 0) {
            CHECK(strncmp(it->name, "./", 2) != 0);
            found = found || strcmp(it->name, "volumes/auth/private.pem") == 0;
        }
        CHECK(found);
        CHECK_STR(e.message, "");
        bundle_free(b);
    }
}

TEST(not_of_hossadm) {
    not_one(hossadm("h.tar.gz", "rm version.json && tar czf ../h.tar.gz ."), ERROR_ARCHIVE,
            "has no version.json");
    not_one(hossadm("h.tar.gz", "echo [1] >version.json && tar czf ../h.tar.gz ."), ERROR_ARCHIVE,
            "not a JSON object");
    not_one(hossadm("h.tar.gz", "echo { >version.json && tar czf ../h.tar.gz ."), ERROR_ARCHIVE,
            "");
    not_one(hossadm("h.tar.gz", "touch ENTRIES.mtree && tar czf ../h.tar.gz ."), ERROR_ARCHIVE,
            "of hosskeep, but gzip's header is not");
    not_one(hossadm("h.tar.gz", "ln -s x config/s && tar czf ../h.tar.gz ."), ERROR_ARCHIVE,
            "a symlink outside volumes/");
    not_one(hossadm("h.tar.gz", "mkfifo volumes/f && tar czf ../h.tar.gz ."), ERROR_ARCHIVE,
            "a FIFO");
    not_one(hossadm("h.tar.gz",
                    "tar cf - . | gzip -9 >../h.tar.gz && tar cf - config | gzip >>../h.tar.gz"),
            ERROR_ARCHIVE, "bytes follow after gzip's end");
}

/* Repacked by other tools it is no archive of ours any more. */
TEST(repacked) {
    char command[2000];
    (void)sample_write(check_path("s.gz"), PACK_GZIP);
    snprintf(command, sizeof command, "cd %s && gzip -dc s.gz | gzip -n >t.gz", check_folder());
    CHECK_INT(system(command), 0);
    not_one(check_path("t.gz"), ERROR_ARCHIVE, "of hosskeep, but gzip's header is not");
}

/* 100 MB of zeros that cost 500 KB are a volume; what only a bomb can hold is none. */
TEST(zeros_are_no_bomb) {
    error e = ERROR_INIT;
    const pack_attributes plain = {0600, 1, 1, 1};
    static char zeros[1 << 20];
    pack_result result;
    packer *p = packer_create(check_path("zeros"), PACK_GZIP, -1, &e);
    for (int i = 0; i < 100; i++) {
        char name[40];
        snprintf(name, sizeof name, "volumes/ldap/%d", i);
        CHECK_INT(packer_add_bytes(p, name, zeros, sizeof zeros, &plain, &e), 0);
    }
    CHECK_INT(packer_finish(p, NULL, &result, &e), 0);
    packer_free(p);
    bundle *b = bundle_open(check_path("zeros"), NULL, &e);
    CHECK_INT(bundle_verify(b, &e), 0);
    CHECK_STR(e.message, "");
    bundle_free(b);
    rules_limits tight = {1000, 50 << 20, 0};
    b = bundle_open(check_path("zeros"), &tight, &e);
    CHECK_INT(bundle_verify(b, &e), -1);
    CHECK_STR(e.subject, "volumes/ldap/50");
    CHECK_STR(e.message, "more content than an archive of this size may hold");
    bundle_free(b);
}

int main(void) {
    RUN(report);
    RUN(content);
    RUN(passes);
    RUN(changed_between_passes);
    RUN(progress);
    RUN(no_archives);
    RUN(archives_of_hossadm);
    RUN(not_of_hossadm);
    RUN(repacked);
    RUN(zeros_are_no_bomb);
    return check_result();
}
