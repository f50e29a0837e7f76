/* job_state.h: a job's inside, shared by op.c (running) and job.c (what scripts see). */
#ifndef MODULES_JOB_STATE_H
#define MODULES_JOB_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include "modules/bind.h"
#include "modules/job.h"
#include "modules/streams.h"

#define JOB_TYPE "job"
#define JOB_LOANS 4
#define JOB_COPIES 32

enum job_state { JOB_NEW, JOB_RUNNING, JOB_ENDED, JOB_CLOSED };

typedef struct job {
    op *work;
    enum job_state state; /* of the Lua side: ENDED means joined */
    int slot;             /* stack index of the handle while the binding runs */
    pthread_t thread;
    int event; /* wakes who waits once the thread is done, plus 1 (0: none) */
    atomic_int done, cancelled;
    int result;
    error failure;
    long long bytes; /* kept when the op is gone */
    int results; /* how many are stored in the handle's user value, plus 1 (0: not pushed yet) */
    struct {
        reader *r;
        reader_handle *back; /* NULL: taken for good */
    } readers[JOB_LOANS];
    struct {
        writer *w;
        writer_handle *back;
    } writers[JOB_LOANS];
    char *copies[JOB_COPIES];
    bind_progress progress;
} job;

/* Releases the op and all it holds; the thread must have been joined. */
void job_drop_op(job *j);

/* Waits for the thread, if there is one. */
void job_join(job *j);

#endif
