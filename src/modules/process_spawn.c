#include "modules/process_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/interrupt.h"

#define GRACE 2.0 /* seconds between SIGTERM and SIGKILL */

static double monotonic(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- in the child, between fork and exec: async-signal-safe calls only ---- */

static void set_signals(bool ignore) {
    struct sigaction action;
    sigset_t none;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    (void)sigaction(SIGPIPE, &action, NULL); /* the program ignores these two */
    (void)sigaction(SIGXFSZ, &action, NULL);
    if (ignore) {
        action.sa_handler = SIG_IGN;
    }
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < 3; i++) {
        struct sigaction before;
        if (sigaction(numbers[i], NULL, &before) == 0 && (ignore || before.sa_handler != SIG_IGN)) {
            (void)sigaction(numbers[i], &action, NULL);
        }
    }
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Copies first, so that no descriptor that is still needed is overwritten. */
static int set_descriptors(const int fds[3]) {
    int copies[3];
    for (int i = 0; i < 3; i++) {
        int fd = fds[i] >= 0 ? fds[i] : open("/dev/null", i == 0 ? O_RDONLY : O_WRONLY);
        copies[i] = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 10);
        if (copies[i] < 0) {
            return -1;
        }
    }
    for (int i = 0; i < 3; i++) {
        if (dup2(copies[i], i) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Tells errno through the pipe when there is no exec. */
static void child(const spawn_request *r, int report) {
    int failed = r->session ? setsid() < 0 : setpgid(0, 0) != 0;
    if (!failed && set_descriptors(r->fds) == 0 && (!r->cwd || chdir(r->cwd) == 0)) {
        set_signals(r->ignore);
        (void)execvpe(r->argv[0], r->argv, r->env ? r->env : environ);
    }
    int code = errno;
    ssize_t ignored = write(report, &code, sizeof code);
    (void)ignored;
    _exit(127);
}

/* ---- the parent ---- */

static ssize_t read_report(int fd, int *code) {
    ssize_t n;
    do {
        n = read(fd, code, sizeof *code);
    } while (n < 0 && errno == EINTR);
    return n;
}

int spawn_process(const spawn_request *r, pid_t *pid, error *e) {
    int report[2];
    int code = 0;
    sigset_t all, before;
    if (pipe2(report, O_CLOEXEC) != 0) {
        return error_errno(e, "pipe", r->argv[0]);
    }
    (void)fflush(stdout); /* what was printed before comes first */
    /* No handler of ours may run in the child. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    *pid = fork();
    if (*pid == 0) {
        child(r, report[1]);
    }
    int failed = *pid < 0 ? errno : 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)close(report[1]);
    if (!failed && read_report(report[0], &code) > 0) {
        failed = code;
        (void)waitpid(*pid, NULL, 0);
    }
    (void)close(report[0]);
    if (failed) {
        errno = failed;
        return error_errno(e, "run", r->argv[0]);
    }
    return 0;
}

int spawn_watch(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static void fill(spawn_status *status, int word) {
    status->signal = WIFSIGNALED(word) ? WTERMSIG(word) : 0;
    status->code = status->signal ? 128 + status->signal : WEXITSTATUS(word);
}

int spawn_wait(pid_t pid, double seconds, spawn_status *status, error *e) {
    const double end = monotonic() + seconds;
    struct pollfd watch = {spawn_watch(pid), POLLIN, 0};
    int result = -1;
    for (;;) {
        int word = 0;
        pid_t got = waitpid(pid, &word, WNOHANG);
        if (got == pid || (got < 0 && errno == ECHILD)) {
            fill(status, word);
            result = 1;
            break;
        }
        double left = seconds < 0 ? 1 : end - monotonic();
        if (left <= 0) {
            result = 0;
            break;
        }
        int wait = left * 1000 < INTERRUPT_POLL_MS ? (int)(left * 1000) + 1 : INTERRUPT_POLL_MS;
        (void)poll(&watch, 1, watch.fd < 0 && wait > 10 ? 10 : wait);
        if (e && interrupt_check(e) != 0) {
            break;
        }
    }
    if (watch.fd >= 0) {
        (void)close(watch.fd);
    }
    return result;
}

void spawn_end(pid_t pid, spawn_status *status) {
    (void)kill(-pid, SIGTERM);
    (void)kill(-pid, SIGCONT);
    if (spawn_wait(pid, GRACE, status, NULL) == 0) {
        (void)kill(-pid, SIGKILL);
        (void)spawn_wait(pid, -1, status, NULL);
    } else {
        (void)kill(-pid, SIGKILL); /* what it left behind in its group */
    }
}
