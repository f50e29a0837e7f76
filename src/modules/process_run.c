/* A program from start to end: its input is fed and its output is collected in one poll loop. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/interrupt.h"
#include "modules/process_spawn.h"

#define LINGER 0.5 /* seconds for output of those that the program left behind with its pipes */

enum { IN, OUT, ERR, EXIT, PIPES };

typedef struct pipes {
    int ours[PIPES]; /* -1: closed */
    int theirs[3];
    size_t fed;
} pipes;

static double monotonic(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void shut(int *fd) {
    if (*fd >= 0) {
        (void)close(*fd);
        *fd = -1;
    }
}

static void shut_all(pipes *p) {
    for (int i = 0; i < PIPES; i++) {
        shut(&p->ours[i]);
    }
    for (int i = 0; i < 3; i++) {
        shut(&p->theirs[i]);
    }
}

/* Our end does not block. */
static int make_pipe(pipes *p, int which, error *e) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return error_errno(e, "pipe", "");
    }
    int ours = which == IN ? 1 : 0;
    p->ours[which] = ends[ours];
    p->theirs[which] = ends[1 - ours];
    return fcntl(ends[ours], F_SETFL, O_NONBLOCK) == 0 ? 0 : error_errno(e, "pipe", "");
}

static int make_pipes(pipes *p, const spawn_run *run, error *e) {
    if (run->input && make_pipe(p, IN, e) != 0) {
        return -1;
    }
    if (run->inherit) {
        return 0;
    }
    if (make_pipe(p, OUT, e) != 0) {
        return -1;
    }
    return run->merge ? 0 : make_pipe(p, ERR, e);
}

static int feed(pipes *p, const spawn_run *run) {
    size_t left = run->input_size - p->fed;
    ssize_t n = left > 0 ? write(p->ours[IN], run->input + p->fed, left) : 0;
    if (n > 0) {
        p->fed += (size_t)n;
    }
    /* A program may end without reading all of it. */
    if (p->fed == run->input_size || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        shut(&p->ours[IN]);
    }
    return 0;
}

static int collect(pipes *p, spawn_run *run, int which, error *e) {
    char chunk[65536];
    ssize_t n = read(p->ours[which], chunk, sizeof chunk);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return 0;
    }
    if (n <= 0) {
        shut(&p->ours[which]);
        return 0;
    }
    if (run->bytes) {
        *run->bytes += n;
    }
    if (buffer_append(&run->output[which - OUT], chunk, (size_t)n, e) != 0) {
        return error_set(e, e->kind, e->code, "run", run->request.argv[0], "its output: %s",
                         e->message);
    }
    return 0;
}

static int step(pipes *p, spawn_run *run, error *e) {
    struct pollfd fds[PIPES];
    for (int i = 0; i < PIPES; i++) {
        fds[i] = (struct pollfd){p->ours[i], i == IN ? POLLOUT : POLLIN, 0};
    }
    (void)poll(fds, PIPES, INTERRUPT_POLL_MS);
    if (fds[IN].revents && feed(p, run) != 0) {
        return -1;
    }
    for (int i = OUT; i <= ERR; i++) {
        if (fds[i].revents && collect(p, run, i, e) != 0) {
            return -1;
        }
    }
    if (fds[EXIT].revents) {
        shut(&p->ours[EXIT]);
    }
    return interrupt_check(e);
}

/* Until the program has ended and its output too, or nearly. */
static int exchange(pipes *p, spawn_run *run, error *e) {
    const double start = monotonic();
    double ended = 0;
    while (p->ours[EXIT] >= 0 || p->ours[OUT] >= 0 || p->ours[ERR] >= 0) {
        double now = monotonic();
        if (p->ours[EXIT] < 0 && ended <= 0) {
            ended = now;
        }
        if (ended > 0 && now - ended > LINGER) {
            break;
        }
        if (ended <= 0 && run->timeout > 0 && now - start > run->timeout) {
            return error_set(e, ERROR_TIMEOUT, 0, "run", run->request.argv[0],
                             "not done after %g s", run->timeout);
        }
        if (step(p, run, e) != 0) {
            return -1;
        }
    }
    return 0;
}

int spawn_to_end(spawn_run *run, error *e) {
    pipes p = {{-1, -1, -1, -1}, {-1, -1, -1}, 0};
    spawn_request request = run->request;
    pid_t pid;
    if (make_pipes(&p, run, e) != 0) {
        shut_all(&p);
        return -1;
    }
    request.fds[0] = p.theirs[IN];
    request.fds[1] = run->inherit ? STDOUT_FILENO : p.theirs[OUT];
    request.fds[2] = run->inherit ? STDERR_FILENO : run->merge ? p.theirs[OUT] : p.theirs[ERR];
    int result = spawn_process(&request, &pid, e);
    for (int i = 0; i < 3; i++) {
        shut(&p.theirs[i]);
    }
    if (result == 0) {
        p.ours[EXIT] = spawn_watch(pid);
        result = p.ours[EXIT] < 0 ? error_errno(e, "run", request.argv[0]) : exchange(&p, run, e);
        if (result == 0) {
            (void)spawn_wait(pid, -1, &run->status, NULL);
        } else {
            spawn_end(pid, &run->status);
        }
    }
    shut_all(&p);
    return result;
}
