#include "stream/stream.h"

#include <lauxlib.h>
#include "modules/bind.h"
#include "modules/job.h"
#include "modules/modules.h"

typedef struct copy_op {
    op base;
    reader *from;
    writer *to;
    bool close; /* in the background the copy ends both sides */
    long long bytes;
} copy_op;

static int copy_count(void *user, long long bytes, error *e) {
    op *o = user;
    o->bytes = bytes;
    return o->progress ? o->progress(o->progress_user, bytes, e) : 0;
}

static int copy_run(op *o, error *e) {
    copy_op *c = (copy_op *)o;
    c->bytes = stream_copy(c->from, c->to, copy_count, o, e);
    if (c->bytes < 0) {
        return -1;
    }
    o->bytes = c->bytes;
    return c->close ? writer_finish(c->to, e) : 0;
}

static int copy_push(lua_State *L, op *o) {
    lua_pushinteger(L, ((copy_op *)o)->bytes);
    return 1;
}

/* stream.copy(reader, writer[, {progress=, background=}]) -> bytes. In the background the copy
 * takes both over and closes both; now it closes neither. */
static int copy_stream(lua_State *L) {
    static const op_type type = {"copy", copy_run, copy_push, NULL};
    static const char *const valid[] = {"progress", "background", NULL};
    (void)bind_check_reader(L, 1);
    (void)bind_check_writer(L, 2);
    bind_options(L, 3, valid, false);
    bool background = op_background(L, 3);
    (void)bind_option_push(L, 3, "progress", LUA_TFUNCTION);
    int progress = lua_gettop(L);
    copy_op *c = op_new(L, sizeof *c, &type);
    c->close = background;
    c->from = op_reader(L, &c->base, 1, background);
    c->to = op_writer(L, &c->base, 2, background);
    op_progress(L, &c->base, progress);
    return op_finish(L, &c->base, background);
}

/* stream.from_string(s) -> reader */
static int from_string(lua_State *L) {
    size_t n;
    const char *text = luaL_checklstring(L, 1, &n);
    error e = ERROR_INIT;
    reader **slot = bind_new_reader(L);
    *slot = reader_from_memory(text, n, &e);
    return *slot ? 1 : bind_raise(L, &e);
}

/* stream.null() -> writer that drops all */
static int null_writer(lua_State *L) {
    error e = ERROR_INIT;
    writer **slot = bind_new_writer(L);
    *slot = writer_null(NULL, &e);
    return *slot ? 1 : bind_raise(L, &e);
}

int luaopen_stream(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"copy", copy_stream}, {"from_string", from_string},
        {"null", null_writer}, {"wait_any", job_wait_any},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
    return 1;
}
