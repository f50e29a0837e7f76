#include "base/interrupt.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "check.h"

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Each case runs in a child of its own: what a signal leaves behind stays in the process. */
static int in_child(int (*body)(void)) {
    int status = 0;
    pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        error e = ERROR_INIT;
        _exit(interrupt_install(&e) == 0 ? body() : 99);
    }
    REQUIRE(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int first_is_reported_once(void) {
    error e = ERROR_INIT;
    if (interrupt_check(&e) != 0 || interrupt_pending() || interrupt_signal() != 0) {
        return 1;
    }
    raise(SIGTERM);
    if (!interrupt_pending() || interrupt_check(&e) != -1 || e.kind != ERROR_INTERRUPTED) {
        return 2;
    }
    return e.code == SIGTERM && interrupt_check(&e) == 0 && !interrupt_pending() &&
                   interrupt_signal() == SIGTERM
               ? 0
               : 3;
}

static int second_is_sticky(void) {
    error e = ERROR_INIT;
    raise(SIGINT);
    int once = interrupt_check(&e);
    raise(SIGTERM);
    return once == -1 && interrupt_check(&e) == -1 && interrupt_check(&e) == -1 &&
                   interrupt_signal() == SIGINT
               ? 0
               : 1;
}

static int third_ends_the_process(void) {
    for (int i = 0; i < 3; i++) {
        raise(SIGINT);
    }
    return 1;
}

static int descriptor_tells(void) {
    struct pollfd p = {interrupt_descriptor(), POLLIN, 0};
    if (poll(&p, 1, 0) != 0) {
        return 1;
    }
    raise(SIGHUP);
    return poll(&p, 1, 0) == 1 ? 0 : 2;
}

static int ignored_pipe(void) {
    raise(SIGPIPE);
    return 0;
}

static void *raise_later(void *arg) {
    struct timespec wait = {0, 50 * 1000 * 1000};
    nanosleep(&wait, NULL);
    kill(getpid(), SIGINT);
    return arg;
}

static int sleep_ends_early(void) {
    error e = ERROR_INIT;
    pthread_t thread;
    double start = now();
    if (pthread_create(&thread, NULL, raise_later, NULL) != 0) {
        return 1;
    }
    int result = interrupt_sleep(20, &e);
    pthread_join(thread, NULL);
    return result == -1 && e.kind == ERROR_INTERRUPTED && now() - start < 2 ? 0 : 2;
}

static int bound_thread_sees_its_flag(void) {
    error e = ERROR_INIT;
    atomic_int flag = 0;
    interrupt_bind(&flag);
    raise(SIGINT);
    if (interrupt_check(&e) != 0 || interrupt_pending()) {
        return 1;
    }
    atomic_store(&flag, 1);
    if (interrupt_check(&e) != -1 || e.kind != ERROR_CANCELLED || !interrupt_pending()) {
        return 2;
    }
    interrupt_bind(NULL);
    return interrupt_check(&e) == -1 && e.kind == ERROR_INTERRUPTED ? 0 : 3;
}

TEST(signals) {
    CHECK_INT(in_child(first_is_reported_once), 0);
    CHECK_INT(in_child(second_is_sticky), 0);
    CHECK_INT(in_child(third_ends_the_process), 130);
    CHECK_INT(in_child(descriptor_tells), 0);
    CHECK_INT(in_child(ignored_pipe), 0);
    CHECK_INT(in_child(sleep_ends_early), 0);
    CHECK_INT(in_child(bound_thread_sees_its_flag), 0);
}

TEST(sleep_lasts) {
    error e = ERROR_INIT;
    double start = now();
    CHECK_INT(interrupt_sleep(0.15, &e), 0);
    CHECK(now() - start >= 0.15);
    CHECK_INT(interrupt_sleep(-1, &e), 0);
}

TEST(cancelled_by_a_flag) {
    error e = ERROR_INIT;
    atomic_int flag = 0;
    interrupt_bind(&flag);
    CHECK(!interrupt_pending());
    CHECK_INT(interrupt_check(&e), 0);
    flag = 1;
    CHECK(interrupt_pending());
    CHECK_INT(interrupt_check(&e), -1);
    CHECK_INT(e.kind, ERROR_CANCELLED);
    interrupt_bind(NULL);
    CHECK(!interrupt_pending());
}

int main(void) {
    RUN(cancelled_by_a_flag);
    RUN(signals);
    RUN(sleep_lasts);
    return check_result();
}
