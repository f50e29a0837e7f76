/* Archives when memory, disk or libcrypto fail: one that is reported whole is whole, and nothing is
 * left of one that is not. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../archive/sample.h"
#include "archive/extract.h"
#include "archive/seen.h"
#include "check.h"
#include "fault.h"
#include "fs/file.h"
#include "fs/tree.h"

static const pack_attributes plain = {0640, 1000, 1000, 1600000000};
static pack_format format;
static bool sticky;

static int fill(packer *p, error *e) {
    pack_totals done;
    const char *tar = check_path("engine.tar");
    pack_tar_names names = {.prefix = "volumes/auth", .strip = "_data/"};
    reader *r = NULL;
    if (packer_add_bytes(p, "version.json", "{\"version\":\"1\"}", 15, &plain, e) != 0 ||
        packer_add_file(p, "config/small", check_path("in/small"), e) != 0 ||
        packer_add_file(p, "config/large", check_path("in/large"), e) != 0 ||
        packer_add_tree(p, "config/tree", check_path("in"), NULL, &done, e) != 0) {
        return -1;
    }
    r = file_reader(tar, e);
    int rc = r ? packer_add_tar(p, &names, r, NULL, &done, e) : -1;
    reader_free(r);
    if (rc == 0) {
        r = reader_from_memory("abc", 3, e);
        rc = r ? packer_add_reader(p, "dump", r, 3, &plain, NULL, e) : -1;
        reader_free(r);
    }
    return rc;
}

static int pack(error *e) {
    pack_result result;
    packer *p = packer_create(check_path("out/x"), format, -1, e);
    int rc = p ? fill(p, e) : -1;
    if (rc == 0) {
        rc = packer_finish(p, "{\"a\": 1}", &result, e);
    }
    packer_free(p);
    return rc;
}

static void settle_pack(int rc) {
    error e = ERROR_INIT;
    if (rc == 0) {
        bundle *b = bundle_open(check_path("out/x"), NULL, &e);
        CHECK(b != NULL && bundle_verify(b, &e) == 0);
        CHECK_STR(e.message, "");
        bundle_free(b);
    } else if (!sticky) {
        CHECK_INT(check_entries(check_path("out")), 0);
    }
    CHECK(tree_remove(check_path("out"), &e) >= 0);
    CHECK_INT(mkdir(check_path("out"), 0700), 0);
}

static int verify(error *e) {
    bundle *b = bundle_open(check_path(format == PACK_GZIP ? "s.gz" : "s.zst"), NULL, e);
    int rc = b ? bundle_verify(b, e) : -1;
    CHECK(rc == 0 || !b || bundle_result(b) == NULL);
    bundle_free(b);
    return rc;
}

static int extract(error *e) {
    const entry *it;
    bundle *b = bundle_open(check_path("s.gz"), NULL, e);
    int rc = b ? 1 : -1;
    while (rc > 0 && (rc = bundle_next(b, &it, e)) > 0) {
        bool link = it->type == ENTRY_SYMLINK || it->type == ENTRY_HARDLINK;
        rc = link || bundle_extract(b, check_path("to"), NULL, 0777, e) == 0 ? 1 : -1;
    }
    bundle_free(b);
    return rc;
}

static void settle_extract(int rc) {
    error e = ERROR_INIT;
    size_t n = 0;
    char *text = check_read(check_path("to/config/.env"), &n);
    CHECK(text ? n == 12 : rc != 0); /* a file is there whole, or not at all */
    free(text);
    CHECK(tree_remove(check_path("to"), &e) >= 0);
    CHECK_INT(mkdir(check_path("to"), 0700), 0);
}

static int copy(error *e) {
    _Atomic long long total = 0;
    pack_totals done;
    const entry *it;
    const copy_mode modes[] = {{"private.pem", 0400}};
    const copy_changes changes = {.uid = 5,
                                  .gid = 6,
                                  .file_mode = 0644,
                                  .folder_mode = 0755,
                                  .modes = modes,
                                  .mode_count = 1,
                                  .below = "deep"};
    bundle *b = bundle_open(check_path("s.gz"), NULL, e);
    writer *out = b ? writer_null(&total, e) : NULL;
    int rc = out ? 1 : -1;
    while (rc > 0 && (rc = bundle_next(b, &it, e)) > 0) {
        if (strcmp(it->name, "volumes/auth") == 0) {
            rc = bundle_copy_tar(b, "volumes/auth", out, &changes, NULL, &done, e) == 0 ? 1 : -1;
        }
    }
    rc = rc == 0 ? writer_finish(out, e) : rc;
    writer_free(out);
    bundle_free(b);
    return rc;
}

/* So many names that the table of them grows. */
static int many(error *e) {
    char name[40];
    seen *s = seen_new(5000, e);
    int rc = s ? 0 : -1;
    for (int i = 0; rc == 0 && i < 2000; i++) {
        snprintf(name, sizeof name, "f%d/g%d", i / 10, i);
        entry it = {.type = ENTRY_FILE, .name = name};
        rc = seen_add(s, &it, e);
    }
    seen_free(s);
    return rc;
}

static void each(fault_kind kind) {
    for (format = PACK_GZIP; format <= PACK_ZSTD; format++) {
        fault_each(kind, pack, settle_pack);
        fault_each(kind, verify, NULL);
    }
    fault_each(kind, extract, settle_extract);
    fault_each(kind, copy, NULL);
}

TEST(memory) {
    each(FAULT_MEMORY);
    fault_each(FAULT_MEMORY, many, NULL);
}

TEST(disk) {
    each(FAULT_SYSTEM);
    format = PACK_GZIP;
    sticky = true;
    fault_each_sticky(FAULT_SYSTEM, pack, settle_pack);
    sticky = false;
}

TEST(libcrypto) {
    each(FAULT_LIBRARY);
}

TEST(not_noticed) {
    for (fault_kind kind = FAULT_SIGNAL; kind <= FAULT_OLD; kind++) {
        each(kind);
    }
    fault_each_sticky(FAULT_OLD, extract, settle_extract);
}

static void prepare(void) {
    static char large[300000];
    (void)sample_write(check_path("s.gz"), PACK_GZIP);
    (void)sample_write(check_path("s.zst"), PACK_ZSTD);
    REQUIRE(mkdir(check_path("out"), 0700) == 0 && mkdir(check_path("to"), 0700) == 0);
    REQUIRE(mkdir(check_path("in"), 0700) == 0 && mkdir(check_path("in/folder"), 0700) == 0);
    (void)check_write("in/small", "small", 5);
    (void)check_write("in/large", large, sizeof large);
    (void)check_write("in/folder/file", "x", 1);
}

int main(void) {
    prepare();
    RUN(memory);
    RUN(disk);
    RUN(libcrypto);
    RUN(not_noticed);
    return check_result();
}
