#include "fs/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/interrupt.h"
#include "check.h"

static mode_t mode_of(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

TEST(makes_what_is_missing) {
    error e = ERROR_INIT;
    umask(0077);
    CHECK_INT(tree_make(check_path("a/b//c/"), 02770, &e), 1);
    CHECK_INT(mode_of(check_path("a")), 0700);
    CHECK_INT(mode_of(check_path("a/b")), 0700);
    CHECK_INT(mode_of(check_path("a/b/c")), 02770);
    CHECK_INT(tree_make(check_path("a/b/c"), 0700, &e), 0);
    CHECK_INT(mode_of(check_path("a/b/c")), 02770);
    CHECK_INT(tree_make("/", 0700, &e), 0);
    CHECK_INT(tree_make("", 0700, &e), -1);
    check_write("file", "", 0);
    CHECK_INT(tree_make(check_path("file"), 0700, &e), -1);
    CHECK_INT(e.code, EEXIST);
    CHECK_INT(tree_make(check_path("file/below"), 0700, &e), -1);
}

TEST(removes_all_but_follows_nothing) {
    error e = ERROR_INIT;
    int before = check_descriptors();
    REQUIRE(tree_make(check_path("t/x/y/z"), 0700, &e) == 1);
    REQUIRE(tree_make(check_path("outside"), 0700, &e) == 1);
    check_write("outside/kept", "", 0);
    check_write("t/1", "", 0);
    check_write("t/x/2", "", 0);
    check_write("t/x/y/z/3", "", 0);
    REQUIRE(symlink("../outside", check_path("t/link")) == 0);
    REQUIRE(symlink("../../outside", check_path("t/x/link")) == 0);
    CHECK_INT(tree_remove(check_path("t/"), &e), 1);
    CHECK_INT(access(check_path("t"), F_OK), -1);
    CHECK_INT(access(check_path("outside/kept"), F_OK), 0);
    CHECK_INT(tree_remove(check_path("t"), &e), 0);
    CHECK_INT(tree_remove(check_path("t/none/x"), &e), 0);
    REQUIRE(symlink("outside", check_path("way")) == 0);
    CHECK_INT(tree_remove(check_path("way"), &e), 1);
    CHECK_INT(tree_remove(check_path("outside/kept"), &e), 1);
    CHECK_INT(access(check_path("outside"), F_OK), 0);
    CHECK_INT(check_descriptors(), before);
}

TEST(removes_what_is_deeper_than_descriptors) {
    error e = ERROR_INIT;
    int depth = 1500;
    int at = open(check_folder(), O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < depth && at >= 0; i++) {
        int below = mkdirat(at, "deep", 0700) == 0 ? openat(at, "deep", O_RDONLY) : -1;
        close(at);
        at = below;
    }
    REQUIRE(at >= 0);
    close(at);
    CHECK_INT(tree_remove(check_path("deep"), &e), 1);
    CHECK_INT(access(check_path("deep"), F_OK), -1);
}

TEST(refuses_odd_paths) {
    error e = ERROR_INIT;
    const char *odd[] = {"/", "", ".", "..", "/tmp/..", "//"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        CHECK_INT(tree_remove(odd[i], &e), -1);
        CHECK_INT(e.code, EINVAL);
    }
}

TEST(is_interrupted) {
    error e = ERROR_INIT;
    atomic_int flag = 1;
    REQUIRE(tree_make(check_path("long/one"), 0700, &e) == 1);
    interrupt_bind(&flag);
    CHECK_INT(tree_remove(check_path("long"), &e), -1);
    CHECK_INT(e.kind, ERROR_CANCELLED);
    interrupt_bind(NULL);
}

/* A bind mount of the same device, in a mount namespace of the child's own. 77: not allowed here.
 */
static int with_mount(void) {
    error e = ERROR_INIT;
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount(check_path("store"), check_path("m/in"), NULL, MS_BIND, NULL) != 0) {
        return 77;
    }
    int result = tree_remove(check_path("m"), &e);
    bool kept = access(check_path("store/kept"), F_OK) == 0;
    return result == -1 && e.code == EXDEV && kept ? 0 : 1;
}

TEST(stays_on_its_file_system) {
    error e = ERROR_INIT;
    int status = 0;
    REQUIRE(tree_make(check_path("m/in"), 0700, &e) == 1);
    REQUIRE(tree_make(check_path("store"), 0700, &e) == 1);
    check_write("store/kept", "", 0);
    pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        _exit(with_mount());
    }
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77));
}

int main(void) {
    RUN(makes_what_is_missing);
    RUN(removes_all_but_follows_nothing);
    RUN(removes_what_is_deeper_than_descriptors);
    RUN(refuses_odd_paths);
    RUN(is_interrupted);
    RUN(stays_on_its_file_system);
    return check_result();
}
