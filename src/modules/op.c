#include "modules/job.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/interrupt.h"
#include "modules/job_state.h"

#define JOB_STACK (4 * 1024 * 1024)

/* ---- what the op holds ---- */

static void give_back(job *j) {
    for (size_t i = 0; i < JOB_LOANS; i++) {
        if (j->readers[i].back) {
            j->readers[i].back->r = j->readers[i].r;
            j->readers[i].back->lent = false;
        } else {
            reader_free(j->readers[i].r);
        }
        if (j->writers[i].back) {
            j->writers[i].back->w = j->writers[i].w;
            j->writers[i].back->lent = false;
        } else {
            writer_free(j->writers[i].w);
        }
    }
    memset(j->readers, 0, sizeof j->readers);
    memset(j->writers, 0, sizeof j->writers);
}

void job_drop_op(job *j) {
    op *o = j->work;
    j->work = NULL;
    if (o) {
        j->bytes = o->bytes;
        if (o->type->free) {
            o->type->free(o);
        }
        free(o);
    }
    give_back(j);
    for (size_t i = 0; i < JOB_COPIES; i++) {
        free(j->copies[i]);
        j->copies[i] = NULL;
    }
}

void job_join(job *j) {
    if (j->state == JOB_RUNNING) {
        (void)pthread_join(j->thread, NULL);
        j->state = JOB_ENDED;
    }
    if (j->event) {
        (void)close(j->event - 1);
        j->event = 0;
    }
}

void *op_new(lua_State *L, size_t size, const op_type *type) {
    job *j = bind_new_handle(L, sizeof *j, JOB_TYPE);
    op *o = calloc(1, size);
    if (!o) {
        bind_fail(L, ERROR_SYSTEM, ENOMEM, type->name, "", "out of memory");
    }
    j->work = o;
    j->slot = lua_gettop(L);
    o->type = type;
    o->job = j;
    lua_newtable(L);
    lua_setiuservalue(L, j->slot, 1);
    return o;
}

void op_keep(lua_State *L, op *o, int index) {
    index = lua_absindex(L, index);
    lua_getiuservalue(L, o->job->slot, 1);
    lua_pushvalue(L, index);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    lua_pop(L, 1);
}

const char *op_bytes(lua_State *L, op *o, int index, size_t *n) {
    *n = 0;
    if (lua_isnoneornil(L, index)) {
        return NULL;
    }
    const char *text = luaL_checklstring(L, index, n);
    op_keep(L, o, index);
    return text;
}

const char *op_text(lua_State *L, op *o, int index) {
    size_t n;
    if (!lua_isnoneornil(L, index)) {
        (void)bind_check_text(L, index);
    }
    return op_bytes(L, o, index, &n);
}

char *op_copy(lua_State *L, op *o, const char *text) {
    job *j = o->job;
    for (size_t i = 0; text && i < JOB_COPIES; i++) {
        if (!j->copies[i]) {
            j->copies[i] = strdup(text);
            if (!j->copies[i]) {
                bind_fail(L, ERROR_SYSTEM, ENOMEM, o->type->name, "", "out of memory");
            }
            return j->copies[i];
        }
    }
    if (text) {
        luaL_error(L, "%s: too many copies", o->type->name);
    }
    return NULL;
}

reader *op_reader(lua_State *L, op *o, int index, bool over) {
    job *j = o->job;
    for (size_t i = 0; i < JOB_LOANS; i++) {
        if (!j->readers[i].r) {
            reader_handle *h = streams_reader(L, index);
            op_keep(L, o, index);
            j->readers[i].r = bind_take_reader(L, index);
            j->readers[i].back = over ? NULL : h;
            h->lent = !over;
            return j->readers[i].r;
        }
    }
    luaL_error(L, "%s: too many readers", o->type->name);
    return NULL;
}

writer *op_writer(lua_State *L, op *o, int index, bool over) {
    job *j = o->job;
    for (size_t i = 0; i < JOB_LOANS; i++) {
        if (!j->writers[i].w) {
            writer_handle *h = streams_writer(L, index);
            op_keep(L, o, index);
            j->writers[i].w = bind_take_writer(L, index);
            j->writers[i].back = over ? NULL : h;
            h->lent = !over;
            return j->writers[i].w;
        }
    }
    luaL_error(L, "%s: too many writers", o->type->name);
    return NULL;
}

void op_progress(lua_State *L, op *o, int index) {
    if (lua_isnoneornil(L, index)) {
        return;
    }
    luaL_checktype(L, index, LUA_TFUNCTION);
    bind_progress_init(&o->job->progress, L, lua_absindex(L, index));
    o->progress = bind_progress_report;
    o->progress_user = &o->job->progress;
}

bool op_background(lua_State *L, int arg) {
    return bind_option_bool(L, arg, "background", false);
}

/* ---- running ---- */

int op_call(lua_State *L, op *o) {
    job *j = o->job;
    int (*push)(lua_State *, op *) = o->type->push;
    if (o->type->run(o, &j->failure) != 0) {
        error e = j->failure;
        j->state = JOB_ENDED;
        job_drop_op(j);
        return j->progress.L ? bind_progress_raise(&j->progress, &e) : bind_raise(L, &e);
    }
    j->state = JOB_ENDED;
    int n = push ? push(L, o) : 0;
    job_drop_op(j);
    return n;
}

static void *job_main(void *user) {
    job *j = user;
    const uint64_t one = 1;
    interrupt_bind(&j->cancelled);
    j->result = j->work->type->run(j->work, &j->failure);
    interrupt_bind(NULL);
    /* Should the event not come through, who waits sees it at the next look for interrupts. */
    atomic_store(&j->done, 1);
    while (write(j->event - 1, &one, sizeof one) < 0 && errno == EINTR) {
    }
    return NULL;
}

/* Signals go to the main thread only. */
static int spawn(job *j) {
    sigset_t all, before;
    pthread_attr_t attributes;
    int code = pthread_attr_init(&attributes);
    if (code != 0) {
        return code;
    }
    (void)pthread_attr_setstacksize(&attributes, JOB_STACK);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    code = pthread_create(&j->thread, &attributes, job_main, j);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return code;
}

int op_start(lua_State *L, op *o) {
    job *j = o->job;
    if (o->progress) {
        return luaL_error(L, "%s: progress cannot be told from the background; ask job:bytes()",
                          o->type->name);
    }
    lua_pushvalue(L, j->slot);
    j->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) + 1;
    int code = j->event > 0 ? spawn(j) : errno;
    if (code != 0) {
        return bind_fail(L, ERROR_SYSTEM, code, "start", o->type->name, "%s", strerror(code));
    }
    j->state = JOB_RUNNING;
    return 1;
}

int op_finish(lua_State *L, op *o, bool background) {
    return background ? op_start(L, o) : op_call(L, o);
}
