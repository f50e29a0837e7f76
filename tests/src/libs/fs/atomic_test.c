#include "fs/atomic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "check.h"

static const atomic_options fresh = {0600, false, true};
static const atomic_options over = {0640, true, true};

static void check_content(const char *path, const char *want) {
    char *got = check_read(path, NULL);
    CHECK_STR(got, want);
    free(got);
}

static mode_t mode_of(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

TEST(appears_only_at_finish) {
    error e = ERROR_INIT;
    const char *path = check_path("one/file");
    REQUIRE(mkdir(check_path("one"), 0700) == 0);
    umask(0077);
    writer *w = atomic_create(path, &over, &e);
    REQUIRE(w);
    CHECK_INT(writer_write(w, "text", 4, &e), 0);
    CHECK_INT(access(path, F_OK), -1);
    CHECK_INT(writer_finish(w, &e), 0);
    CHECK_INT(writer_finish(w, &e), -1);
    CHECK_INT(e.kind, ERROR_STATE);
    CHECK_INT(writer_write(w, "x", 1, &e), -1);
    writer_free(w);
    check_content(path, "text");
    CHECK_INT(mode_of(path), 0640);
    CHECK_INT(check_entries(check_path("one")), 1);
}

TEST(abort_leaves_nothing) {
    error e = ERROR_INIT;
    int before = check_descriptors();
    REQUIRE(mkdir(check_path("two"), 0700) == 0);
    writer *w = atomic_create(check_path("two/file"), &fresh, &e);
    REQUIRE(w);
    CHECK_INT(check_entries(check_path("two")), 1);
    CHECK_INT(writer_write(w, "text", 4, &e), 0);
    writer_free(w);
    CHECK_INT(check_entries(check_path("two")), 0);
    CHECK_INT(check_descriptors(), before);
}

TEST(does_not_replace_unless_told) {
    error e = ERROR_INIT;
    const char *path = check_path("kept");
    CHECK_INT(atomic_write(path, "1", 1, &fresh, &e), 0);
    CHECK_INT(atomic_write(path, "2", 1, &fresh, &e), -1);
    CHECK_INT(e.code, EEXIST);
    check_content(path, "1");
    CHECK_INT(atomic_write(path, "3", 1, &over, &e), 0);
    check_content(path, "3");
    /* and not when the target appears while it is being written */
    const char *late = check_path("late");
    writer *w = atomic_create(late, &fresh, &e);
    REQUIRE(w);
    check_write("late", "theirs", 6);
    CHECK_INT(writer_finish(w, &e), -1);
    CHECK_INT(e.code, EEXIST);
    writer_free(w);
    check_content(late, "theirs");
}

TEST(replaces_a_link_itself) {
    error e = ERROR_INIT;
    const char *target = check_write("target", "old", 3);
    REQUIRE(symlink("target", check_path("alias")) == 0);
    CHECK_INT(atomic_write(check_path("alias"), "new", 3, &over, &e), 0);
    check_content(target, "old");
    check_content(check_path("alias"), "new");
}

TEST(failures) {
    error e = ERROR_INIT;
    char name[300];
    CHECK_INT(atomic_write(check_path("none/x"), "", 0, &fresh, &e), -1);
    CHECK_INT(e.code, ENOENT);
    CHECK_CONTAINS(e.subject, "none/x");
    CHECK_INT(atomic_write(check_folder(), "", 0, &over, &e), -1);
    CHECK_INT(e.code, EISDIR);
    memset(name, 'n', sizeof name);
    name[255] = '\0';
    CHECK_INT(atomic_write(check_path(name), "", 0, &fresh, &e), 0);
    name[255] = 'n';
    name[256] = '\0';
    CHECK_INT(atomic_write(check_path(name), "", 0, &fresh, &e), -1);
    CHECK_INT(e.code, ENAMETOOLONG);
}

int main(void) {
    RUN(appears_only_at_finish);
    RUN(abort_leaves_nothing);
    RUN(does_not_replace_unless_told);
    RUN(replaces_a_link_itself);
    RUN(failures);
    return check_result();
}
