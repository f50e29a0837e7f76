/* What other tests never come to: full buffers, closed packers, odd names, writers that fail. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "archive/extract.h"
#include "archive/gzip.h"
#include "archive/tar_write.h"
#include "archive/zstd.h"
#include "check.h"
#include "sample.h"

static const pack_attributes plain = {0640, 1000, 1000, 1600000000};

TEST(lines_in_full_buffers) {
    static const unsigned char digest[ENTRY_DIGEST_SIZE];
    error e = ERROR_INIT;
    entry all[] = {{.type = ENTRY_FILE, .name = "a\nb", .size = 7, .capability_length = 20},
                   {.type = ENTRY_HARDLINK, .name = "a", .link = "b c"},
                   {.type = ENTRY_SYMLINK, .name = "a", .link = "\xff"}};
    for (size_t i = 0; i < 3; i++) {
        int rc = -1;
        for (size_t room = 0; rc != 0 && room < 1000; room++) {
            buffer b = BUFFER_INIT(room);
            rc = entry_line(&b, &all[i], digest, &e);
            CHECK(rc == 0 || e.kind == ERROR_LIMIT);
            CHECK(b.length <= room);
            buffer_free(&b);
        }
        CHECK_INT(rc, 0);
    }
}

static packer *make(const char *path) {
    error e = ERROR_INIT;
    packer *p = packer_create(path, PACK_GZIP, -1, &e);
    REQUIRE(p != NULL);
    return p;
}

TEST(closed_packers) {
    error e = ERROR_INIT;
    pack_totals done;
    pack_result result;
    pack_tar_names names = {.prefix = "x"};
    packer *p = make(check_path("closed"));
    CHECK_INT(packer_finish(p, "{ }", &result, &e), 0);
    reader *r = reader_from_memory("", 0, &e);
    CHECK_INT(packer_add_bytes(p, "a", "", 0, &plain, &e), -1);
    CHECK_INT(e.kind, ERROR_STATE);
    CHECK_STR(e.message, "closed");
    CHECK_INT(packer_add_file(p, "a", check_path("closed"), &e), -1);
    CHECK_INT(packer_add_reader(p, "a", r, 0, &plain, NULL, &e), -1);
    CHECK_INT(packer_add_tree(p, "a", check_folder(), NULL, &done, &e), -1);
    CHECK_INT(packer_add_tar(p, &names, r, NULL, &done, &e), -1);
    CHECK_INT(packer_finish(p, NULL, &result, &e), -1);
    CHECK_STR(e.message, "closed");
    reader_free(r);
    packer_free(p);
    CHECK_INT(access(check_path("closed"), F_OK), 0);
}

TEST(fields_that_are_no_object) {
    static const char *const bad[] = {"[1]", "}{", "x", "{"};
    for (size_t i = 0; i < 4; i++) {
        error e = ERROR_INIT;
        pack_result result;
        packer *p = make(check_path("fields"));
        CHECK_INT(packer_finish(p, bad[i], &result, &e), -1);
        CHECK_INT(e.kind, ERROR_JSON);
        packer_free(p);
        CHECK(access(check_path("fields"), F_OK) != 0);
    }
}

/* In the working folder and in the root. */
TEST(short_paths) {
    error e = ERROR_INIT;
    CHECK(packer_create("/etc", PACK_GZIP, -1, &e) == NULL);
    CHECK_STR(e.subject, "/etc");
    CHECK_INT(chdir(check_folder()), 0);
    packer *p = make("here");
    CHECK_INT(access(check_path("here"), F_OK), 0);
    packer_free(p);
    CHECK(access(check_path("here"), F_OK) != 0);
    CHECK_INT(chdir("/"), 0);
}

static int refuse(void *user, long long bytes, error *e) {
    return bytes >= *(long long *)user ? error_set(e, ERROR_CANCELLED, 0, "", "", "told to") : 0;
}

static void add_large(void) {
    static char data[3 << 20];
    data[0] = data[sizeof data - 1] = 'x';
    CHECK_INT(mkdir(check_path("large"), 0700), 0);
    (void)check_write("large/file", data, sizeof data);
}

/* Whoever watches can end it at any buffer. */
TEST(ended_by_the_watcher) {
    add_large();
    for (int way = 0; way < 3; way++) {
        long long limit = 0;
        const pack_watch w = {.progress = refuse, .user = &limit};
        pack_tar_names names = {.prefix = "x"};
        error e = ERROR_INIT;
        pack_totals done;
        packer *p = make(check_path("ended"));
        reader *r = sample_reader(way == 0 ? check_path("large/file") : sample_engine_tar());
        int rc = way == 0   ? packer_add_reader(p, "a", r, 3 << 20, &plain, &w, &e)
                 : way == 1 ? packer_add_tar(p, &names, r, &w, &done, &e)
                            : packer_add_tree(p, "a", check_path("large"), &w, &done, &e);
        CHECK_INT(rc, -1);
        CHECK_INT(e.kind, ERROR_CANCELLED);
        reader_free(r);
        packer_free(p);
    }
}

/* Cuts the file under whoever reads it, or makes it longer. */
static int disturb(void *user, long long bytes, error *e) {
    (void)bytes;
    (void)e;
    return truncate(check_path("large/file"), *(off_t *)user);
}

TEST(changed_while_it_is_read) {
    for (off_t size = 1 << 20; size <= 4 << 20; size += 3 << 20) {
        const pack_watch w = {.progress = disturb, .user = &size};
        error e = ERROR_INIT;
        pack_totals done;
        CHECK_INT(truncate(check_path("large/file"), 3 << 20), 0);
        packer *p = make(check_path("changed"));
        CHECK_INT(packer_add_tree(p, "a", check_path("large"), &w, &done, &e), -1);
        CHECK_STR(e.message, "changed while it was read");
        packer_free(p);
    }
}

static ssize_t fail_read(reader *r, void *data, size_t n, error *e) {
    (void)r;
    (void)data;
    (void)n;
    return error_set(e, ERROR_HTTP, 0, "read", "", "broken");
}

static void kept(reader *r) {
    (void)r;
}

TEST(readers_that_fail) {
    static const reader_ops ops = {fail_read, kept};
    reader broken = {&ops};
    error e = ERROR_INIT;
    packer *p = make(check_path("broken"));
    CHECK_INT(packer_add_reader(p, "a", &broken, 5, &plain, NULL, &e), -1);
    CHECK_STR(e.message, "broken");
    packer_free(p);
}

/* GNU tar's sparse headers with their continuations, and a global header. */
TEST(tars_of_other_kinds) {
    static const char *const makes[] = {
        "rm -f s && for i in 1 3 5 7 9 11 13 15 17 19 21 23 25 27 29 31 33; do printf x | "
        "dd of=s bs=64k seek=$i conv=notrunc status=none; done && tar -cS --format=gnu -f k.tar s",
        "tar -c --format=posix --pax-option=globexthdr.name=g,comment=x -f k.tar s"};
    for (size_t i = 0; i < 2; i++) {
        char command[1000];
        error e = ERROR_INIT;
        pack_totals done;
        pack_tar_names names = {.prefix = "volumes/v"};
        snprintf(command, sizeof command, "cd %s && %s", check_folder(), makes[i]);
        CHECK_INT(system(command), 0);
        packer *p = make(check_path("kinds"));
        reader *r = sample_reader(check_path("k.tar"));
        CHECK_INT(packer_add_tar(p, &names, r, NULL, &done, &e), 0);
        CHECK_STR(e.message, "");
        CHECK_INT(done.entries, 1);
        CHECK_INT(done.bytes, 33 * 65536 + 1);
        reader_free(r);
        packer_free(p);
    }
}

static char said[200];

static void tell(void *user, const char *name, const char *why) {
    (void)user;
    snprintf(said, sizeof said, "%s: %s", name, why);
}

TEST(trees_with_odd_things) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    error e = ERROR_INIT;
    pack_totals done;
    const pack_watch w = {.skipped = tell};
    CHECK_INT(mkdir(check_path("odd"), 0700), 0);
    CHECK_INT(chdir(check_path("odd")), 0);
    snprintf(a.sun_path, sizeof a.sun_path, "socket");
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_INT(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    packer *p = make(check_path("odd.gz"));
    CHECK_INT(packer_add_tree(p, "x", check_path("odd"), &w, &done, &e), 0);
    CHECK_STR(said, "x/socket: socket");
    for (int i = 0; i < 70; i++) {
        CHECK_INT(mkdir("d", 0700), 0);
        CHECK_INT(chdir("d"), 0);
    }
    CHECK_INT(packer_add_tree(p, "y", check_path("odd"), NULL, &done, &e), -1);
    CHECK_STR(e.message, "name with more than 64 components");
    CHECK_INT(chdir("/"), 0);
    packer_free(p);
    close(fd);
}

/* A tar of GNU tar, whose names start with "./". */
TEST(names_with_a_dot) {
    char command[1200];
    error e = ERROR_INIT;
    pack_totals done;
    pack_tar_names names = {.prefix = "volumes/v"};
    snprintf(
        command, sizeof command,
        "cd %s && mkdir -p dot/d/e dot/volumes/v && cd dot && echo {} >version.json && "
        "echo A=1 >.env && ln .env copy && ln .env d/link && ln .env volumes/v/a && "
        "ln .env volumes/v/b && "
        "tar cf ../dot.tar --no-recursion . ./version.json ./.env ./copy ./d ./d/e ./d/link && "
        "tar czf ../dot.tar.gz ./version.json ./volumes",
        check_folder());
    CHECK_INT(system(command), 0);
    packer *p = make(check_path("dot.gz"));
    reader *r = sample_reader(check_path("dot.tar"));
    CHECK_INT(packer_add_tar(p, &names, r, NULL, &done, &e), 0);
    CHECK_STR(e.message, "");
    CHECK_INT(done.entries, 7);
    reader_free(r);
    packer_free(p);
    bundle *b = bundle_open(check_path("dot.tar.gz"), NULL, &e);
    REQUIRE(b != NULL);
    (void)bundle_verify(b, &e);
    CHECK_STR(e.message, "");
    bundle_free(b);
}

/* A pass over the sample that copies what lies below a folder. */
static int copy_below(const char *prefix, const copy_changes *changes, const pack_watch *w,
                      error *e) {
    _Atomic long long total = 0;
    pack_totals done;
    const entry *it;
    bundle *b = bundle_open(check_path("copy.gz"), NULL, e);
    writer *out = writer_null(&total, e);
    REQUIRE(b != NULL && out != NULL);
    size_t n = strlen(prefix);
    while (bundle_next(b, &it, e) > 0 && strncmp(it->name, prefix, n) != 0) {
    }
    int rc = bundle_copy_tar(b, prefix, out, changes, w, &done, e);
    writer_free(out);
    bundle_free(b);
    return rc;
}

TEST(copies) {
    error e = ERROR_INIT;
    long long limit = 1;
    const pack_watch w = {.progress = refuse, .user = &limit};
    pack_result result;
    packer *p = make(check_path("copy.gz"));
    pack_totals done;
    pack_tar_names names = {.prefix = "volumes/v"};
    CHECK_INT(packer_add_bytes(p, "version.json", "{}", 2, &plain, &e), 0);
    reader *r = sample_reader(check_path("dot.tar"));
    CHECK_INT(packer_add_tar(p, &names, r, NULL, &done, &e), 0);
    CHECK_INT(packer_finish(p, NULL, &result, &e), 0);
    reader_free(r);
    packer_free(p);
    CHECK_INT(copy_below("", NULL, NULL, &e), 0);
    CHECK_STR(e.message, "");
    CHECK_INT(copy_below("volumes/v", NULL, &w, &e), -1);
    CHECK_INT(e.kind, ERROR_CANCELLED);
    CHECK_INT(copy_below("volumes/v/d", NULL, NULL, &e), -1);
    CHECK_STR(e.message, "hard link that leaves the folder");
}

TEST(nothing_to_extract) {
    error e = ERROR_INIT;
    bundle *b = bundle_open(check_path("copy.gz"), NULL, &e);
    REQUIRE(b != NULL);
    CHECK_INT(bundle_extract(b, check_folder(), NULL, 0777, &e), -1);
    CHECK_INT(e.kind, ERROR_STATE);
    bundle_free(b);
}

static ssize_t header_read(const unsigned char *data, size_t n) {
    char out[100];
    error e = ERROR_INIT;
    reader *r = gzip_reader(reader_from_memory(data, n, &e), false, "x", &e);
    ssize_t got = r ? reader_read(r, out, sizeof out, &e) : -1;
    reader_free(r);
    CHECK(got >= 0 || e.kind == ERROR_ARCHIVE);
    return got;
}

/* gzip's header with all that it may have, cut everywhere, and too long. */
TEST(gzip_headers) {
    static unsigned char data[200000] = {
        0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 3, 0, 'x', 'y', 'z', 'n', 0, 'c', 0, 0, 0};
    for (size_t n = 0; n <= 21; n++) {
        CHECK_INT(header_read(data, n), -1);
    }
    memset(data + 15, 'n', sizeof data - 15);
    CHECK_INT(header_read(data, sizeof data), -1);
}

/* A writer with room for so much. */
typedef struct narrow {
    writer base;
    size_t room;
} narrow;

static int narrow_write(writer *w, const void *data, size_t n, error *e) {
    narrow *to = (narrow *)w;
    (void)data;
    if (n > to->room) {
        return error_set(e, ERROR_LIMIT, 0, "write", "", "full");
    }
    to->room -= n;
    return 0;
}

static int narrow_finish(writer *w, error *e) {
    (void)w;
    (void)e;
    return 0;
}

static void narrow_free(writer *w) {
    (void)w;
}

static int fill(writer *next, bool zstd, error *e) {
    static char noise[600000];
    writer *w = zstd ? zstd_writer(next, 3, e) : gzip_writer(next, 1, e);
    unsigned state = 1;
    for (size_t i = 0; i < sizeof noise; i++) {
        state = state * 1103515245 + 12345;
        noise[i] = (char)(state >> 16);
    }
    int rc = w ? 0 : -1;
    for (size_t at = 0; rc == 0 && at < sizeof noise; at += 60000) {
        rc = writer_write(w, noise + at, at % 120000 ? 60000 : 59999, e);
        rc = rc == 0 && at == 120000 ? writer_write(w, "x", 1, e) : rc;
    }
    rc = rc == 0 ? writer_finish(w, e) : rc;
    writer_free(w);
    return rc;
}

TEST(full_writers) {
    static const writer_ops ops = {narrow_write, narrow_finish, narrow_free};
    for (int zstd = 0; zstd < 2; zstd++) {
        int rc = -1;
        for (size_t room = 0; rc != 0 && room < 1000000; room += room < 12 ? 1 : 29989) {
            error e = ERROR_INIT;
            narrow to = {{&ops}, room};
            rc = fill(&to.base, zstd, &e);
            CHECK(rc == 0 || strcmp(e.message, "full") == 0);
        }
        CHECK_INT(rc, 0);
    }
}

int main(void) {
    RUN(lines_in_full_buffers);
    RUN(closed_packers);
    RUN(fields_that_are_no_object);
    RUN(short_paths);
    RUN(ended_by_the_watcher);
    RUN(changed_while_it_is_read);
    RUN(readers_that_fail);
    RUN(trees_with_odd_things);
    RUN(names_with_a_dot);
    RUN(copies);
    RUN(tars_of_other_kinds);
    RUN(nothing_to_extract);
    RUN(gzip_headers);
    RUN(full_writers);
    return check_result();
}
