/* Into a folder of the host, and into another tar. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "archive/extract.h"
#include "check.h"
#include "sample.h"

static bundle *at_entry(const char *name) {
    error e = ERROR_INIT;
    const entry *it = NULL;
    (void)sample_write(check_path("x.gz"), PACK_GZIP);
    bundle *b = bundle_open(check_path("x.gz"), NULL, &e);
    REQUIRE(b != NULL);
    while (bundle_next(b, &it, &e) > 0 && strcmp(it->name, name) != 0) {
    }
    CHECK_STR(it->name, name);
    CHECK_INT(remove(check_path("x.gz")), 0);
    return b;
}

static int extract(const char *name, const char *folder, const char *strip, error *e) {
    bundle *b = at_entry(name);
    int rc = bundle_extract(b, folder, strip, 0777, e);
    bundle_free(b);
    return rc;
}

TEST(files_and_folders) {
    error e = ERROR_INIT;
    struct stat st;
    size_t n;
    CHECK_INT(mkdir(check_path("to"), 0700), 0);
    CHECK_INT(extract("config/.env", check_path("to"), "config/", &e), 0);
    CHECK_STR(e.message, "");
    char *text = check_read(check_path("to/.env"), &n);
    CHECK_STR(text, "HOSS_DIR=/x\n");
    free(text);
    CHECK_INT(stat(check_path("to/.env"), &st), 0);
    CHECK_INT(st.st_mode & 07777, 0640);
    CHECK_INT(st.st_mtim.tv_sec, 1600000000);
    CHECK_INT(extract("volumes/auth/su", check_path("to"), NULL, &e), 0);
    CHECK_INT(stat(check_path("to/volumes/auth/su"), &st), 0);
    CHECK_INT(st.st_mode & 07777, 0755);
    CHECK_INT(stat(check_path("to/volumes"), &st), 0);
    CHECK_INT(st.st_mode & 07777, 0700);
    CHECK_INT(extract("volumes/auth/empty", check_path("to"), "volumes", &e), 0);
    CHECK_INT(extract("volumes/auth", check_path("to"), "volumes/auth/", &e), 0);
    CHECK_INT(check_entries(check_path("to/auth/empty")), 0);
    CHECK_STR(e.message, "");
}

TEST(what_is_refused) {
    error e = ERROR_INIT;
    CHECK_INT(mkdir(check_path("no"), 0700), 0);
    CHECK_INT(extract("volumes/auth/soft", check_path("no"), NULL, &e), -1);
    CHECK_STR(e.message, "links are not made on the host");
    CHECK_INT(extract("volumes/auth/hard", check_path("no"), NULL, &e), -1);
    CHECK_INT(extract("config/.env", check_path("no"), "conf", &e), -1);
    CHECK_STR(e.message, "not below what is to be stripped");
    CHECK_INT(extract("config/.env", check_path("no"), "config/.env", &e), -1);
    CHECK_STR(e.message, "nothing is left of its name");
    CHECK_INT(extract("config/.env", check_path("missing"), NULL, &e), -1);
    CHECK_INT(e.code, ENOENT);
    CHECK_INT(check_entries(check_path("no")), 0);
}

/* Whatever lies in the way is neither written through nor replaced. */
TEST(links_in_the_way) {
    error e = ERROR_INIT;
    CHECK_INT(mkdir(check_path("way"), 0700), 0);
    CHECK_INT(mkdir(check_path("outside"), 0700), 0);
    CHECK_INT(symlink(check_path("outside"), check_path("way/config")), 0);
    CHECK_INT(extract("config/.env", check_path("way"), NULL, &e), -1);
    CHECK(e.code == ELOOP || e.code == ENOTDIR);
    CHECK_INT(check_entries(check_path("outside")), 0);
    CHECK_INT(symlink(check_path("outside/x"), check_path("way/.env")), 0);
    CHECK_INT(extract("config/.env", check_path("way"), "config", &e), -1);
    CHECK(e.code == EEXIST || e.code == ELOOP);
    CHECK_INT(check_entries(check_path("outside")), 0);
    CHECK_INT(unlink(check_path("way/.env")), 0);
    (void)check_write("way/.env", "mine", 4);
    CHECK_INT(extract("config/.env", check_path("way"), "config", &e), -1);
    CHECK_INT(e.code, EEXIST);
    size_t n;
    char *text = check_read(check_path("way/.env"), &n);
    CHECK_STR(text, "mine");
    free(text);
}

static writer *to_file(const char *path) {
    error e = ERROR_INIT;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    REQUIRE(fd >= 0);
    writer *w = writer_to_fd(fd, true, path, &e);
    REQUIRE(w != NULL);
    return w;
}

/* The volume comes out as the Engine gave it, but for the name of its root. */
TEST(back_into_a_tar) {
    error e = ERROR_INIT;
    pack_totals done;
    bundle *b = at_entry("volumes/auth");
    writer *w = to_file(check_path("back.tar"));
    CHECK_INT(bundle_copy_tar(b, "volumes/auth/", w, NULL, NULL, &done, &e), 0);
    CHECK_INT(writer_finish(w, &e), 0);
    writer_free(w);
    CHECK_INT(done.entries, 11);
    CHECK_INT(done.bytes, 20);
    const entry *it;
    CHECK_INT(bundle_next(b, &it, &e), 1);
    CHECK_STR(it->name, "db/postgres-core-backup.dump");
    CHECK_INT(bundle_next(b, &it, &e), 0);
    CHECK_STR(e.message, "");
    bundle_free(b);
    char command[2000];
    (void)sample_engine_tar();
    snprintf(command, sizeof command,
             "cd %s && tar --warning=no-unknown-keyword -tvf engine.tar | sed -e '1s, _data/, ./,' "
             "-e 's, _data/, ,g' >one && tar --warning=no-unknown-keyword -tvf back.tar >two && "
             "cmp one two",
             check_folder());
    CHECK_INT(system(command), 0);
}

TEST(last_group_of_a_pass) {
    error e = ERROR_INIT;
    pack_totals done;
    const entry *it;
    bundle *b = at_entry("db/postgres-core-backup.dump");
    writer *w = to_file(check_path("db.tar"));
    CHECK_INT(bundle_copy_tar(b, "db", w, NULL, NULL, &done, &e), 0);
    writer_free(w);
    CHECK_INT(done.entries, 1);
    CHECK_INT(done.bytes, 18000);
    CHECK_INT(bundle_next(b, &it, &e), 0);
    CHECK_STR(e.message, "");
    bundle_free(b);
}

TEST(other_owners) {
    error e = ERROR_INIT;
    pack_totals done;
    const copy_mode modes[] = {{"private.pem", 0400}};
    copy_changes changes = {911, 912, 0640, -1, modes, 1, NULL};
    bundle *b = at_entry("volumes/auth");
    writer *w = to_file(check_path("own.tar"));
    CHECK_INT(bundle_copy_tar(b, "volumes/auth", w, &changes, NULL, &done, &e), 0);
    writer_free(w);
    bundle_free(b);
    char command[2000];
    snprintf(command, sizeof command,
             "cd %s && tar --warning=no-unknown-keyword -tvf own.tar --numeric-owner >own",
             check_folder());
    CHECK_INT(system(command), 0);
    size_t n;
    char *text = check_read(check_path("own"), &n);
    CHECK_CONTAINS(text, "-r-------- 911/912 ");
    CHECK_CONTAINS(text, "-rw-r----- 911/912 ");
    CHECK_CONTAINS(text, "drwxrws--- 911/912 ");
    free(text);
}

TEST(below_a_folder) {
    error e = ERROR_INIT;
    pack_totals done;
    copy_changes changes = {-1, -1, -1, -1, NULL, 0, "a/b"};
    bundle *b = at_entry("volumes/auth");
    writer *w = to_file(check_path("below.tar"));
    CHECK_INT(bundle_copy_tar(b, "volumes/auth", w, &changes, NULL, &done, &e), 0);
    CHECK_STR(e.message, "");
    writer_free(w);
    bundle_free(b);
    char command[2000];
    snprintf(command, sizeof command,
             "cd %s && tar --warning=no-unknown-keyword -tvf below.tar >below", check_folder());
    CHECK_INT(system(command), 0);
    size_t n;
    char *text = check_read(check_path("below"), &n);
    CHECK_CONTAINS(text, " a/b/\n");
    CHECK_CONTAINS(text, " a/b/hard link to a/b/private.pem\n");
    CHECK_CONTAINS(text, " a/b/soft -> /etc/passwd\n");
    free(text);
}

TEST(wrong_place) {
    error e = ERROR_INIT;
    pack_totals done;
    bundle *b = at_entry("config/.env");
    writer *w = to_file(check_path("wrong.tar"));
    CHECK_INT(bundle_copy_tar(b, "volumes", w, NULL, NULL, &done, &e), -1);
    CHECK_INT(e.kind, ERROR_STATE);
    writer_free(w);
    bundle_free(b);
}

int main(void) {
    RUN(files_and_folders);
    RUN(what_is_refused);
    RUN(links_in_the_way);
    RUN(back_into_a_tar);
    RUN(last_group_of_a_pass);
    RUN(other_owners);
    RUN(below_a_folder);
    RUN(wrong_place);
    return check_result();
}
