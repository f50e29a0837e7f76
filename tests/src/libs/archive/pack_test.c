/* Writing: what comes out is what went in, what cannot be written is an error, nothing is left
 * over. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "check.h"
#include "sample.h"

static const pack_attributes plain = {0640, 1000, 1000, 1600000000};

static packer *make(const char *name) {
    error e = ERROR_INIT;
    packer *p = packer_create(check_path(name), PACK_GZIP, -1, &e);
    REQUIRE(p != NULL);
    return p;
}

/* Every entry of an archive as "type mode uid:gid size name[ > link]\n"; free it. */
static char *listing(const char *path) {
    error e = ERROR_INIT;
    buffer b = BUFFER_INIT(100000);
    const entry *it;
    int rc;
    bundle *a = bundle_open(path, NULL, &e);
    REQUIRE(a != NULL);
    CHECK_INT(bundle_verify(a, &e), 0);
    bundle_rewind(a);
    while ((rc = bundle_next(a, &it, &e)) > 0) {
        buffer_format(&b, &e, "%s %04o %lld:%lld %lld %s%s%s\n", entry_type_name(it->type),
                      it->mode, it->uid, it->gid, it->size, it->name, it->link ? " > " : "",
                      it->link ? it->link : "");
    }
    CHECK_INT(rc, 0);
    CHECK_STR(e.message, "");
    bundle_free(a);
    return b.data;
}

TEST(everything_comes_back) {
    const char *path = check_path("all.tar.gz");
    pack_totals t = sample_write(path, PACK_GZIP);
    CHECK_INT(t.entries, 14);
    char *got = listing(path);
    CHECK_STR(got, "file 0640 1000:1000 37 version.json\n"
                   "file 0640 1000:1000 12 config/.env\n"
                   "directory 2770 1001:1002 0 volumes/auth\n"
                   "directory 0700 1001:1002 0 volumes/auth/empty\n"
                   "file 0600 1001:1002 6 volumes/auth/private.pem\n"
                   "file 0000 1001:1002 0 volumes/auth/none\n"
                   "file 4755 1001:1002 2 volumes/auth/su\n"
                   "file 0755 1001:1002 1 volumes/auth/ping\n"
                   "hardlink 0600 1001:1002 0 volumes/auth/hard > volumes/auth/private.pem\n"
                   "symlink 0777 1001:1002 0 volumes/auth/soft > /etc/passwd\n"
                   "file 0644 1001:1002 3 volumes/auth/new\nline \xff\xfe\x1b[2J\n"
                   "file 0644 1001:1002 4 volumes/auth/gr\xc3\xbc\xc3\x9f"
                   "e\n"
                   "file 0644 1001:1002 4 volumes/auth/cesu\xed\xa0\x81\xed\xb0\x80\n"
                   "file 0640 1000:1000 18000 db/postgres-core-backup.dump\n");
    free(got);
    struct stat st;
    CHECK_INT(stat(path, &st), 0);
    CHECK_INT(st.st_mode & 07777, 0600);
}

/* Any tar opens it, and says nothing. */
TEST(tar_opens_it) {
    char command[2000];
    (void)sample_write(check_path("tar.tar.gz"), PACK_GZIP);
    CHECK_INT(mkdir(check_path("out"), 0700), 0);
    snprintf(command, sizeof command, "tar xzf %s -C %s >%s 2>&1", check_path("tar.tar.gz"),
             check_path("out"), check_path("said"));
    CHECK_INT(system(command), 0);
    size_t n;
    char *text = check_read(check_path("out/volumes/auth/gr\xc3\xbc\xc3\x9f"
                                       "e"),
                            &n);
    CHECK_STR(text, "utf8");
    free(text);
    text = check_read(check_path("out/volumes/auth/new\nline \xff\xfe\x1b[2J"), &n);
    CHECK_STR(text, "odd");
    free(text);
    struct stat one, two;
    CHECK_INT(stat(check_path("out/volumes/auth/private.pem"), &one), 0);
    CHECK_INT(stat(check_path("out/volumes/auth/hard"), &two), 0);
    CHECK_INT(one.st_ino, two.st_ino);
    text = check_read(check_path("out/ENTRIES.mtree"), &n);
    CHECK_CONTAINS(text, "#mtree\n./version.json type=file mode=0640");
    free(text);
    text = check_read(check_path("out/MANIFEST.json"), &n);
    CHECK_CONTAINS(text, "\"entries\": 14,");
    CHECK_CONTAINS(text, "\"server\": {\"version\": \"0.2.6\"}");
    free(text);
}

TEST(zstd_too) {
    const char *path = check_path("all.tar.zst");
    (void)sample_write(path, PACK_ZSTD);
    char *got = listing(path);
    CHECK_CONTAINS(got, "symlink 0777 1001:1002 0 volumes/auth/soft > /etc/passwd\n");
    free(got);
}

TEST(what_is_there_stays) {
    error e = ERROR_INIT;
    const char *path = check_write("taken", "old", 3);
    CHECK(packer_create(path, PACK_GZIP, -1, &e) == NULL);
    CHECK_INT(e.code, EEXIST);
    size_t n;
    char *text = check_read(path, &n);
    CHECK_STR(text, "old");
    free(text);
    CHECK(packer_create(check_path("missing/x"), PACK_GZIP, -1, &e) == NULL);
    CHECK_INT(e.code, ENOENT);
    CHECK(packer_create(check_path("level"), PACK_GZIP, 7, &e) == NULL);
    CHECK_INT(access(check_path("level"), F_OK), -1);
}

TEST(giving_up_removes_it) {
    error e = ERROR_INIT;
    int before = check_descriptors();
    int entries = check_entries(check_folder());
    packer *p = make("gone");
    CHECK_INT(check_entries(check_folder()), entries + 1);
    CHECK_INT(packer_add_bytes(p, "a", "x", 1, &plain, &e), 0);
    packer_free(p);
    CHECK_INT(check_entries(check_folder()), entries);
    CHECK_INT(check_descriptors(), before);
    p = make("moved");
    CHECK_INT(rename(check_path("moved"), check_path("elsewhere")), 0);
    (void)check_write("moved", "not ours", 8);
    packer_free(p);
    CHECK_INT(access(check_path("moved"), F_OK), 0);
}

TEST(wrong_sizes) {
    error e = ERROR_INIT;
    const struct {
        long long size;
        const char *message;
    } all[] = {{5, "less content than its size says"}, {3, "more content than its size says"}};
    for (size_t i = 0; i < 2; i++) {
        packer *p = make("sizes");
        reader *r = reader_from_memory("1234", 4, &e);
        CHECK_INT(packer_add_reader(p, "db/x", r, all[i].size, &plain, NULL, &e), -1);
        CHECK_STR(e.message, all[i].message);
        CHECK_STR(e.subject, "db/x");
        CHECK_INT(packer_add_bytes(p, "b", "x", 1, &plain, &e), -1);
        CHECK_STR(e.message, "an earlier entry failed");
        pack_result result;
        CHECK_INT(packer_finish(p, NULL, &result, &e), -1);
        reader_free(r);
        packer_free(p);
        CHECK_INT(access(check_path("sizes"), F_OK), -1);
    }
}

TEST(refused_names) {
    error e = ERROR_INIT;
    static const char *const all[] = {"/x", "a/../b", "", "ENTRIES.mtree", "MANIFEST.json", "a//b"};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        packer *p = make("names");
        CHECK_INT(packer_add_bytes(p, all[i], "x", 1, &plain, &e), -1);
        CHECK_INT(e.kind, ERROR_ARCHIVE);
        packer_free(p);
    }
    packer *p = make("names");
    CHECK_INT(packer_add_bytes(p, "a", "x", 1, &plain, &e), 0);
    CHECK_INT(packer_add_bytes(p, "a", "x", 1, &plain, &e), -1);
    CHECK_STR(e.message, "this name was there before");
    packer_free(p);
}

typedef struct told {
    char text[1000];
    long long bytes;
} told;

static void on_skipped(void *user, const char *name, const char *why) {
    told *t = user;
    size_t n = strlen(t->text);
    snprintf(t->text + n, sizeof t->text - n, "%s: %s\n", name, why);
}

static int on_progress(void *user, long long bytes, error *e) {
    (void)e;
    ((told *)user)->bytes = bytes;
    return 0;
}

static void make_tree(void) {
    char command[2000];
    snprintf(
        command, sizeof command,
        "cd %s && rm -rf tree && mkdir -p tree/sub/deep && cd tree && echo one >a && mkfifo fifo &&"
        " ln -s /etc/passwd link && head -c 700000 /dev/urandom >sub/big && chmod 4755 a &&"
        " chmod 750 sub && touch -d @1000000000 sub/deep a",
        check_folder());
    REQUIRE(system(command) == 0);
}

TEST(folders_of_the_host) {
    error e = ERROR_INIT;
    told said = {"", 0};
    pack_watch w = {on_progress, on_skipped, &said};
    pack_totals done;
    pack_result result;
    make_tree();
    packer *p = make("tree.tar.gz");
    CHECK_INT(packer_add_tree(p, "config/", check_path("tree"), &w, &done, &e), 0);
    CHECK_INT(packer_add_file(p, "single", check_path("tree/a"), &e), 0);
    CHECK_INT(packer_add_file(p, "l", check_path("tree/link"), &e), -1);
    CHECK_INT(e.code, ELOOP);
    CHECK_INT(packer_add_file(p, "f", check_path("tree/fifo"), &e), -1);
    CHECK_STR(e.message, "not a regular file");
    CHECK_INT(packer_finish(p, NULL, &result, &e), 0);
    packer_free(p);
    CHECK_INT(done.entries, 5);
    CHECK_INT(done.bytes, 700004);
    CHECK_INT(said.bytes, 700004);
    CHECK_STR(said.text, "config/fifo: FIFO\nconfig/link: symlink\n");
    char *got = listing(check_path("tree.tar.gz"));
    char want[200];
    long uid = (long)geteuid(), gid = (long)getegid();
    snprintf(want, sizeof want,
             "file 0755 %ld:%ld 4 config/a\ndirectory 0750 %ld:%ld 0 config/sub\n"
             "file 0644 %ld:%ld 700000 config/sub/big\n",
             uid, gid, uid, gid, uid, gid);
    CHECK_CONTAINS(got, want);
    CHECK_CONTAINS(got, " 4 single\n");
    free(got);
}

/* A sparse file of GNU tar comes out filled. */
TEST(sparse_files_are_filled) {
    static const char *const formats[] = {"gnu", "pax --sparse-version=0.1",
                                          "pax --sparse-version=1.0"};
    for (size_t i = 0; i < 3; i++) {
        char command[2000];
        error e = ERROR_INIT;
        pack_totals done;
        pack_result result;
        snprintf(
            command, sizeof command,
            "cd %s && rm -rf s holes.tar.gz && mkdir s && truncate -s 3000000 s/h && printf end |"
            " dd of=s/h bs=1 seek=1500000 conv=notrunc status=none && printf x >s/i &&"
            " tar -S --format=%s -cf s.tar s",
            check_folder(), formats[i]);
        REQUIRE(system(command) == 0);
        packer *p = make("holes.tar.gz");
        pack_tar_names names = {.prefix = "volumes/v", .strip = "s"};
        reader *r = sample_reader(check_path("s.tar"));
        CHECK_INT(packer_add_tar(p, &names, r, NULL, &done, &e), 0);
        reader_free(r);
        CHECK_STR(e.message, "");
        CHECK_INT(done.entries, 3);
        CHECK_INT(done.bytes, 3000001);
        CHECK_INT(packer_finish(p, NULL, &result, &e), 0);
        packer_free(p);
        snprintf(command, sizeof command,
                 "cd %s && rm -rf holes && mkdir holes && tar xzf holes.tar.gz -C holes &&"
                 " cmp s/h holes/volumes/v/h && cmp s/i holes/volumes/v/i",
                 check_folder());
        CHECK_INT(system(command), 0);
    }
}

/* Only what is nothing but zeros behind its head is left out; what is not comes out byte by byte,
 * wherever its first other byte stands. */
TEST(blank_files_are_left_out) {
    static const char *const kept[] = {"late", "early", "small", "other.txt"};
    char command[2000];
    error e = ERROR_INIT;
    pack_totals done;
    pack_result result;
    snprintf(command, sizeof command,
             "cd %s && rm -rf w out blank.tar.gz && mkdir w out && cd w &&"
             " for f in blank late early; do truncate -s 3000000 $f.wal; done &&"
             " printf RAWA | dd of=blank.wal conv=notrunc status=none &&"
             " printf x | dd of=late.wal bs=1 seek=2999999 conv=notrunc status=none &&"
             " printf x | dd of=early.wal bs=1 seek=64 conv=notrunc status=none &&"
             " truncate -s 1000 small.wal && truncate -s 3000000 other.txt && cd .. &&"
             " tar cf w.tar w",
             check_folder());
    REQUIRE(system(command) == 0);
    packer *p = make("blank.tar.gz");
    pack_tar_names names = {.prefix = "volumes/v", .strip = "w", .omit_blank = ".wal"};
    reader *r = sample_reader(check_path("w.tar"));
    told said = {"", 0};
    pack_watch w = {on_progress, on_skipped, &said};
    CHECK_INT(packer_add_tar(p, &names, r, &w, &done, &e), 0);
    reader_free(r);
    CHECK_STR(e.message, "");
    CHECK_INT(done.entries, 5);
    CHECK_STR(said.text, "volumes/v/blank.wal: blank\n");
    CHECK_INT(said.bytes, 12001000);
    CHECK_INT(packer_finish(p, NULL, &result, &e), 0);
    packer_free(p);
    for (size_t i = 0; i < 4; i++) {
        const char *end = strchr(kept[i], '.') ? "" : ".wal";
        snprintf(command, sizeof command,
                 "cd %s && tar xzf blank.tar.gz -C out && cmp w/%s%s out/volumes/v/%s%s",
                 check_folder(), kept[i], end, kept[i], end);
        CHECK_INT(system(command), 0);
    }
}

static int graft(const char *from, const char *prefix, const char *strip, const char *const *skip,
                 error *e) {
    pack_totals done;
    packer *p = make("graft");
    pack_tar_names names = {.prefix = prefix, .strip = strip, .skip = skip};
    reader *r = sample_reader(from);
    int rc = packer_add_tar(p, &names, r, NULL, &done, e);
    reader_free(r);
    packer_free(p);
    return rc == 0 ? (int)done.entries : -1;
}

TEST(names_of_an_engine_tar) {
    error e = ERROR_INIT;
    static const char *const skip[] = {"private.pem", "hard", "empty", NULL};
    const char *from = sample_engine_tar();
    CHECK_INT(graft(from, "volumes/a", "_data", NULL, &e), 11);
    CHECK_INT(graft(from, "volumes/a", NULL, NULL, &e), 11);
    CHECK_INT(graft(from, "volumes/a", "_data/", skip, &e), 8);
    CHECK_INT(graft(from, "volumes/a", "other", NULL, &e), -1);
    CHECK_STR(e.message, "not below the folder that was asked for");
    CHECK_INT(graft(from, "search", "_data", NULL, &e), -1);
    CHECK_STR(e.message, "a hard link outside volumes/");
    static const char *const one[] = {"private.pem", NULL};
    CHECK_INT(graft(from, "volumes/a", "_data/", one, &e), -1);
    CHECK_STR(e.message, "hard link to something that is no earlier file");
}

/* The Engine answers 200 and cuts: every cut is an error, also one between two entries. */
TEST(cut_engine_tar) {
    size_t n;
    const char *from = sample_engine_tar();
    char *whole = check_read(from, &n);
    REQUIRE(whole != NULL);
    for (size_t cut = 0; cut < n; cut += 256) {
        error e = ERROR_INIT;
        CHECK_INT(graft(check_write("cut.tar", whole, cut), "volumes/a", "_data", NULL, &e), -1);
        CHECK_INT(e.kind, ERROR_ARCHIVE);
    }
    free(whole);
}

/* A disk that is full is told, at the latest by finish. */
TEST(full_disk) {
    error e = ERROR_INIT;
    pack_result result;
    struct rlimit before;
    signal(SIGXFSZ, SIG_IGN);
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &before), 0);
    for (rlim_t size = 0; size < 3000; size += 100) {
        struct rlimit small = {size, before.rlim_max};
        CHECK_INT(setrlimit(RLIMIT_FSIZE, &small), 0);
        packer *p = packer_create(check_path("full"), PACK_GZIP, -1, &e);
        int rc = -1;
        if (p) {
            char data[4000];
            FILE *f = fopen("/dev/urandom", "rb");
            CHECK_INT(fread(data, 1, sizeof data, f), sizeof data);
            CHECK_INT(fclose(f), 0);
            rc = packer_add_bytes(p, "db/x", data, sizeof data, &plain, &e);
            rc = rc == 0 ? packer_finish(p, NULL, &result, &e) : rc;
            packer_free(p);
        }
        CHECK_INT(setrlimit(RLIMIT_FSIZE, &before), 0);
        CHECK_INT(rc, -1);
        CHECK_INT(e.code, EFBIG);
        CHECK_INT(access(check_path("full"), F_OK), -1);
    }
}

int main(void) {
    RUN(everything_comes_back);
    RUN(tar_opens_it);
    RUN(zstd_too);
    RUN(what_is_there_stays);
    RUN(giving_up_removes_it);
    RUN(wrong_sizes);
    RUN(refused_names);
    RUN(folders_of_the_host);
    RUN(sparse_files_are_filled);
    RUN(blank_files_are_left_out);
    RUN(names_of_an_engine_tar);
    RUN(cut_engine_tar);
    RUN(full_disk);
    return check_result();
}
