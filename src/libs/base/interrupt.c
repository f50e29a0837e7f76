#include "base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Written by the handler, read by all: atomics that are lock-free, hence safe in a handler. */
static atomic_int arrived;  /* signals so far */
static atomic_int reported; /* of those, how many a call has reported: 0 or 1 counts */
static atomic_int first;    /* number of the first */
static atomic_int latest;
static int wake[2] = {-1, -1};

static _Thread_local atomic_int *cancel_flag;

static void on_signal(int number) {
    int saved = errno;
    int none = 0;
    atomic_compare_exchange_strong(&first, &none, number);
    atomic_store(&latest, number);
    if (atomic_fetch_add(&arrived, 1) >= 2) {
        _exit(130);
    }
    /* The pipe is read by interrupt_reset only: a full one is as readable as one with a byte. */
    ssize_t ignored = write(wake[1], "", 1);
    (void)ignored;
    errno = saved;
}

int interrupt_install(error *e) {
    if (wake[0] < 0 && pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) {
        return error_errno(e, "pipe", "signals");
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = on_signal; /* without SA_RESTART, so that blocking calls return EINTR */
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction before;
        if (sigaction(numbers[i], NULL, &before) != 0) {
            return error_errno(e, "sigaction", strsignal(numbers[i]));
        }
        /* What nohup or a shell's & made ignored stays ignored. */
        if (before.sa_handler != SIG_IGN && sigaction(numbers[i], &action, NULL) != 0) {
            return error_errno(e, "sigaction", strsignal(numbers[i]));
        }
    }
    action.sa_handler = SIG_IGN;
    if (sigaction(SIGPIPE, &action, NULL) != 0 || sigaction(SIGXFSZ, &action, NULL) != 0) {
        return error_errno(e, "sigaction", "SIGPIPE");
    }
    return 0;
}

int interrupt_check(error *e) {
    if (cancel_flag) {
        if (atomic_load(cancel_flag) == 0) {
            return 0;
        }
        return error_set(e, ERROR_CANCELLED, 0, "job", "", "cancelled");
    }
    int count = atomic_load(&arrived);
    int none = 0;
    if (count == 0 || (count == 1 && !atomic_compare_exchange_strong(&reported, &none, 1))) {
        return 0;
    }
    atomic_store(&reported, 1);
    int number = atomic_load(&latest);
    const char *name = sigabbrev_np(number);
    return error_set(e, ERROR_INTERRUPTED, number, "interrupted", "", "by SIG%s",
                     name ? name : "?");
}

bool interrupt_pending(void) {
    if (cancel_flag) {
        return atomic_load(cancel_flag) != 0;
    }
    int count = atomic_load(&arrived);
    return count > 1 || (count == 1 && atomic_load(&reported) == 0);
}

int interrupt_signal(void) {
    return atomic_load(&first);
}

void interrupt_reset(void) {
    char drained[64];
    while (read(wake[0], drained, sizeof drained) > 0) {
    }
    atomic_store(&arrived, 0);
    atomic_store(&reported, 0);
    atomic_store(&first, 0);
}

void interrupt_bind(atomic_int *flag) {
    cancel_flag = flag;
}

int interrupt_descriptor(void) {
    return wake[0];
}

static double monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int interrupt_sleep(double seconds, error *e) {
    const double end = monotonic() + seconds;
    for (;;) {
        if (interrupt_check(e) != 0) {
            return -1;
        }
        double left = end - monotonic();
        if (!(left > 0)) { /* also when `seconds` is not a number */
            return 0;
        }
        double slice = fmin(left, INTERRUPT_POLL_MS / 1000.0);
        struct timespec wait = {0, (long)(slice * 1e9)};
        if (nanosleep(&wait, NULL) != 0 && errno != EINTR) {
            return error_errno(e, "sleep", "");
        }
    }
}
