/* process_spawn.h: programs, started in a process group of their own and ended as one. No Lua here.
 */
#ifndef MODULES_PROCESS_SPAWN_H
#define MODULES_PROCESS_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "base/buffer.h"

typedef struct spawn_request {
    char *const *argv; /* NULL-ended; argv[0] is looked up in PATH */
    char *const *env;  /* "K=V", NULL-ended: the whole environment; NULL: ours */
    const char *cwd;   /* NULL: ours */
    bool session;      /* setsid instead of a group of its own */
    bool ignore;       /* SIGINT, SIGTERM and SIGHUP are ignored in it */
    int fds[3];        /* what becomes 0, 1, 2; -1: /dev/null */
} spawn_request;

/* Starts it: 0 with *pid, or -1 (a program that is not found: SYSTEM, ENOENT). */
int spawn_process(const spawn_request *r, pid_t *pid, error *e);

/* What a finished process left. */
typedef struct spawn_status {
    int code;   /* 128 + signal when a signal ended it */
    int signal; /* 0: none */
} spawn_status;

/* Waits without end, or up to `seconds` when that is not negative: 1 ended, 0 not yet, -1
 * interrupted. */
int spawn_wait(pid_t pid, double seconds, spawn_status *status, error *e);

/* Ends the group: SIGTERM, after two seconds SIGKILL; reaps it. */
void spawn_end(pid_t pid, spawn_status *status);

/* A descriptor that becomes readable when `pid` ends, or -1. */
int spawn_watch(pid_t pid);

typedef struct spawn_run {
    spawn_request request; /* fds are made here unless `inherit` */
    const char *input;     /* for its standard input; NULL: /dev/null */
    size_t input_size;
    bool inherit;   /* output goes where ours goes */
    bool merge;     /* standard error into the standard output */
    double timeout; /* seconds; 0: none */
    buffer output[2];
    spawn_status status;
    _Atomic long long *bytes; /* output so far; may be NULL */
} spawn_run;

/* Runs it to its end. -1 when it could not be started, was interrupted, timed out or wrote more
 * than the buffers take: it is ended then. The buffers are the caller's to free. */
int spawn_to_end(spawn_run *run, error *e);

#endif
