/* The packer, as scripts see it. */
#include <stdlib.h>
#include <string.h>
#include "modules/archive.h"

enum { SKIP_MAX = 32, SKIPPED_MAX = 100 };

typedef struct skipped_entry {
    char *name;
    const char *why; /* a literal of the library */
} skipped_entry;

typedef struct pack_op {
    op base;
    archive_core *core;
    const char *name, *path; /* path: of the host */
    reader *from;
    long long size;
    pack_attributes attributes;
    pack_tar_names names;
    const char *skip[SKIP_MAX + 1];
    pack_watch watch;
    pack_totals done;
    skipped_entry skipped[SKIPPED_MAX];
    long long skipped_count;
} pack_op;

static int on_progress(void *user, long long bytes, error *e) {
    op *o = user;
    o->bytes = bytes;
    return o->progress ? o->progress(o->progress_user, bytes, e) : 0;
}

static void on_skipped(void *user, const char *name, const char *why) {
    pack_op *o = user;
    if (o->skipped_count < SKIPPED_MAX) {
        o->skipped[o->skipped_count].name = strdup(name); /* NULL only shortens the list */
        o->skipped[o->skipped_count].why = why;
    }
    o->skipped_count++;
}

static void op_free(op *base) {
    pack_op *o = (pack_op *)base;
    for (int i = 0; i < SKIPPED_MAX; i++) {
        free(o->skipped[i].name);
    }
    archive_drop(o->core);
}

static int push_done(lua_State *L, op *base) {
    const pack_op *o = (pack_op *)base;
    archive_push_totals(L, &o->done);
    lua_createtable(L, o->skipped_count < SKIPPED_MAX ? (int)o->skipped_count : SKIPPED_MAX, 0);
    lua_Integer n = 0;
    for (int i = 0; i < SKIPPED_MAX && o->skipped[i].name; i++) {
        lua_createtable(L, 0, 2);
        lua_pushstring(L, o->skipped[i].name);
        lua_setfield(L, -2, "name");
        lua_pushstring(L, o->skipped[i].why);
        lua_setfield(L, -2, "why");
        lua_rawseti(L, -2, ++n);
    }
    lua_setfield(L, -2, "skipped");
    lua_pushinteger(L, o->skipped_count);
    lua_setfield(L, -2, "skipped_count");
    return 1;
}

/* The op of a call on the packer at 1, with the progress function of the options at `options`. */
static pack_op *new_op(lua_State *L, const op_type *type, int options) {
    archive_core *c = archive_check(L, 1, PACKER_TYPE);
    (void)bind_option_push(L, options, "progress", LUA_TFUNCTION);
    int progress = lua_gettop(L);
    pack_op *o = op_new(L, sizeof *o, type);
    op_keep(L, &o->base, 1);
    op_progress(L, &o->base, progress);
    o->core = archive_hold(c);
    o->watch.progress = on_progress;
    o->watch.skipped = on_skipped;
    o->watch.user = o;
    return o;
}

/* packer:add_bytes(name, data[, {mode=, uid=, gid=, mtime=}]) */
static int add_bytes(lua_State *L) {
    static const char *const valid[] = {"mode", "uid", "gid", "mtime", NULL};
    size_t n;
    error e = ERROR_INIT;
    pack_attributes a;
    const archive_core *c = archive_check(L, 1, PACKER_TYPE);
    const char *name = bind_check_text(L, 2);
    const char *data = luaL_checklstring(L, 3, &n);
    bind_options(L, 4, valid, false);
    archive_attributes(L, 4, 0600, &a);
    archive_must(L, packer_add_bytes(c->p, name, data, n, &a, &e), &e);
    return 0;
}

static int run_file(op *base, error *e) {
    const pack_op *o = (pack_op *)base;
    return packer_add_file(o->core->p, o->name, o->path, e);
}

/* packer:add_file(name, path) */
static int add_file(lua_State *L) {
    static const op_type type = {"add", run_file, NULL, op_free};
    (void)bind_check_text(L, 2);
    (void)bind_check_text(L, 3);
    pack_op *o = new_op(L, &type, 4);
    o->name = op_text(L, &o->base, 2);
    o->path = op_text(L, &o->base, 3);
    return op_call(L, &o->base);
}

static int run_tree(op *base, error *e) {
    pack_op *o = (pack_op *)base;
    return packer_add_tree(o->core->p, o->name, o->path, &o->watch, &o->done, e);
}

/* packer:add_tree(prefix, folder[, {progress=}]) -> {entries=, bytes=, skipped={{name=, why=}},
 * skipped_count=} */
static int add_tree(lua_State *L) {
    static const op_type type = {"add", run_tree, push_done, op_free};
    static const char *const valid[] = {"progress", NULL};
    (void)bind_check_text(L, 2);
    (void)bind_check_text(L, 3);
    bind_options(L, 4, valid, false);
    pack_op *o = new_op(L, &type, 4);
    o->name = op_text(L, &o->base, 2);
    o->path = op_text(L, &o->base, 3);
    return op_call(L, &o->base);
}

static int run_reader(op *base, error *e) {
    pack_op *o = (pack_op *)base;
    return packer_add_reader(o->core->p, o->name, o->from, o->size, &o->attributes, &o->watch, e);
}

/* packer:add_reader(name, reader, size[, {mode=, uid=, gid=, mtime=, progress=}]) */
static int add_reader(lua_State *L) {
    static const op_type type = {"add", run_reader, NULL, op_free};
    static const char *const valid[] = {"mode", "uid", "gid", "mtime", "progress", NULL};
    pack_attributes a;
    (void)bind_check_text(L, 2);
    (void)bind_check_reader(L, 3);
    lua_Integer size = luaL_checkinteger(L, 4);
    luaL_argcheck(L, size >= 0, 4, "must not be negative");
    bind_options(L, 5, valid, false);
    archive_attributes(L, 5, 0600, &a);
    pack_op *o = new_op(L, &type, 5);
    o->name = op_text(L, &o->base, 2);
    o->size = size;
    o->attributes = a;
    o->from = op_reader(L, &o->base, 3, false);
    return op_call(L, &o->base);
}

static int run_tar(op *base, error *e) {
    pack_op *o = (pack_op *)base;
    return packer_add_tar(o->core->p, &o->names, o->from, &o->watch, &o->done, e);
}

/* The names of option `skip`, kept alive by the op. */
static void take_skip(lua_State *L, pack_op *o, int options) {
    if (bind_option_push(L, options, "skip", LUA_TTABLE) == LUA_TNIL) {
        return;
    }
    int list = lua_gettop(L);
    lua_Integer n = luaL_len(L, list);
    luaL_argcheck(L, n <= SKIP_MAX, options, "more than 32 names to skip");
    for (lua_Integer i = 1; i <= n; i++) {
        lua_geti(L, list, i);
        o->skip[i - 1] = op_text(L, &o->base, -1);
        if (!o->skip[i - 1]) {
            luaL_error(L, "option \"skip\": a list of names expected");
        }
        lua_pop(L, 1);
    }
    o->names.skip = o->skip;
}

/* packer:add_tar(prefix, reader[, {strip=, skip={names}, omit_blank=, progress=}]) -> {entries=,
 * bytes=, skipped=...} */
static int add_tar(lua_State *L) {
    static const op_type type = {"add", run_tar, push_done, op_free};
    static const char *const valid[] = {"strip", "skip", "omit_blank", "progress", NULL};
    (void)bind_check_text(L, 2);
    (void)bind_check_reader(L, 3);
    bind_options(L, 4, valid, false);
    pack_op *o = new_op(L, &type, 4);
    o->names.prefix = op_text(L, &o->base, 2);
    (void)bind_option_push(L, 4, "strip", LUA_TSTRING);
    o->names.strip = op_text(L, &o->base, -1);
    (void)bind_option_push(L, 4, "omit_blank", LUA_TSTRING);
    o->names.omit_blank = op_text(L, &o->base, -1);
    take_skip(L, o, 4);
    o->from = op_reader(L, &o->base, 3, false);
    return op_call(L, &o->base);
}

/* packer:totals() -> {entries=, bytes=} */
static int totals(lua_State *L) {
    pack_totals t = packer_totals(archive_check(L, 1, PACKER_TYPE)->p);
    archive_push_totals(L, &t);
    return 1;
}

/* Pushes the JSON text of the table at `arg`, without the members that the library writes itself;
 * nil for none. */
static void push_fields(lua_State *L, int arg) {
    static const char *const ours[] = {"format", "entries", "bytes", "entries_sha256"};
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, arg)) {
        luaL_argcheck(L, lua_type(L, -2) == LUA_TSTRING, arg,
                      "a table with names as keys expected");
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        lua_pushnil(L);
        lua_setfield(L, -2, ours[i]);
    }
    lua_pushnil(L);
    if (!lua_next(L, -2)) {
        lua_pushnil(L);
        return;
    }
    lua_pop(L, 2);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(L, -1, "json");
    lua_getfield(L, -1, "encode");
    lua_pushvalue(L, -4);
    lua_createtable(L, 0, 1);
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "indent");
    lua_call(L, 2, 1);
}

/* packer:finish([manifest]) -> {size=, entries=, bytes=, entries_sha256=} */
static int finish(lua_State *L) {
    error e = ERROR_INIT;
    pack_result result;
    const archive_core *c = archive_check(L, 1, PACKER_TYPE);
    if (lua_isnoneornil(L, 2)) {
        lua_pushnil(L);
    } else {
        luaL_checktype(L, 2, LUA_TTABLE);
        push_fields(L, 2);
    }
    archive_must(L, packer_finish(c->p, lua_tostring(L, -1), &result, &e), &e);
    archive_push_totals(L, &result.totals);
    lua_pushinteger(L, result.size);
    lua_setfield(L, -2, "size");
    lua_pushstring(L, result.entries_sha256);
    lua_setfield(L, -2, "entries_sha256");
    return 1;
}

void archive_install_packer(lua_State *L) {
    static const luaL_Reg methods[] = {{"add_bytes", add_bytes}, {"add_file", add_file},
                                       {"add_tree", add_tree},   {"add_reader", add_reader},
                                       {"add_tar", add_tar},     {"totals", totals},
                                       {"finish", finish},       {NULL, NULL}};
    bind_type(L, PACKER_TYPE, methods, archive_release_packer);
}
