#include "fs/lock.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

TEST(one_holder_at_a_time) {
    error e = ERROR_INIT;
    char holder[64];
    struct stat st;
    const char *path = check_path("lock");
    file_lock *lock = lock_take(path, "backup pid 1\n", holder, sizeof holder, &e);
    REQUIRE(lock);
    CHECK_STR(holder, "");
    CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
    CHECK(lock_take(path, "other", holder, sizeof holder, &e) == NULL);
    CHECK_INT(e.kind, ERROR_STATE);
    CHECK_STR(holder, "backup pid 1");
    CHECK(lock_take(path, "other", holder, 7, &e) == NULL);
    CHECK_STR(holder, "backup");
    lock_release(lock);
    lock_release(NULL);
    lock = lock_take(path, "next", holder, sizeof holder, &e);
    CHECK(lock != NULL);
    char *text = check_read(path, NULL);
    CHECK_STR(text, "next");
    free(text);
    lock_release(lock);
}

TEST(a_killed_holder_frees_it) {
    error e = ERROR_INIT;
    char holder[64];
    const char *path = check_path("killed");
    int fds[2];
    REQUIRE(pipe(fds) == 0);
    pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        bool ok = lock_take(path, "child", holder, sizeof holder, &e) != NULL;
        _exit(write(fds[1], ok ? "y" : "n", 1) == 1 && pause() ? 1 : 2);
    }
    char got = 0;
    REQUIRE(read(fds[0], &got, 1) == 1);
    CHECK_INT(got, 'y');
    CHECK(lock_take(path, "us", holder, sizeof holder, &e) == NULL);
    CHECK_STR(holder, "child");
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    file_lock *lock = lock_take(path, "us", holder, sizeof holder, &e);
    CHECK(lock != NULL);
    lock_release(lock);
}

TEST(failures) {
    error e = ERROR_INIT;
    char holder[8];
    CHECK(lock_take(check_path("none/lock"), "x", holder, sizeof holder, &e) == NULL);
    CHECK_INT(e.code, ENOENT);
    REQUIRE(symlink("elsewhere", check_path("link")) == 0);
    CHECK(lock_take(check_path("link"), "x", holder, sizeof holder, &e) == NULL);
    CHECK_INT(e.code, ELOOP);
}

int main(void) {
    RUN(one_holder_at_a_time);
    RUN(a_killed_holder_frees_it);
    RUN(failures);
    return check_result();
}
