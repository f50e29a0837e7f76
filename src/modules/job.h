/* job.h: an operation that runs now, or on a thread while the script goes on.
 *
 *   copy_op *o = op_new(L, sizeof *o, &copy_type);   pushes the owner of everything; leave it on
 * the stack o->from = op_reader(L, &o->base, 1, background); o->name = op_text(L, &o->base, 2);
 *   return op_finish(L, &o->base, background);
 *
 * run() never sees Lua. The thread never outlives its handle: close and collection cancel it and
 * join. */
#ifndef MODULES_JOB_H
#define MODULES_JOB_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"
#include "stream/stream.h"

typedef struct op op;

typedef struct op_type {
    const char *name;            /* for messages: "copy" */
    int (*run)(op *o, error *e); /* the work, on whichever thread: 0, or -1 with `e` filled */
    int (*push)(lua_State *L,
                op *o);  /* pushes the results, returns their number; may raise. NULL: no results */
    void (*free)(op *o); /* releases what the op holds (not `o` itself); NULL: nothing to release */
} op_type;

struct op {
    const op_type *type;
    struct job *job;
    _Atomic long long bytes; /* for job:bytes(), counted by run() */
    stream_progress
        progress; /* set by op_progress, else NULL: to be handed to stream_copy and the like */
    void *progress_user;
};

/* Pushes a handle that owns a zeroed op of `size` bytes (the op is its first member). */
void *op_new(lua_State *L, size_t size, const op_type *type);

/* Keeps the value at `index` alive until the op has ended. */
void op_keep(lua_State *L, op *o, int index);

/* The string at `index`, kept alive so; op_text refuses NUL bytes and n may be NULL. nil or none
 * gives NULL. */
const char *op_text(lua_State *L, op *o, int index);
const char *op_bytes(lua_State *L, op *o, int index, size_t *n);

/* A copy that the job frees at the end. */
char *op_copy(lua_State *L, op *o, const char *text);

/* Takes the reader or writer out of its handle for as long as the op lasts. With `over` true for
 * good (it is freed at the end), else it is given back to the handle. At most four of each. */
reader *op_reader(lua_State *L, op *o, int index, bool over);
writer *op_writer(lua_State *L, op *o, int index, bool over);

/* The function at `index` (nil: none) is called with o->bytes' value while the op runs now; an
 * error in it is raised as it is. Not for the background: there it raises. */
void op_progress(lua_State *L, op *o, int index);

/* The option `background` of the table at `arg`. */
bool op_background(lua_State *L, int arg);

/* Runs now: pushes the results and returns their number, or raises. */
int op_call(lua_State *L, op *o);

/* Starts the thread and pushes the job; returns 1. */
int op_start(lua_State *L, op *o);

int op_finish(lua_State *L, op *o, bool background);

/* stream.wait_any{job, ..., timeout=} */
int job_wait_any(lua_State *L);

/* Registers the type; called by bind_install. */
void job_install(lua_State *L);

#endif
