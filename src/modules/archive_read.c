/* An opened archive, as scripts see it. */
#include <string.h>
#include "archive/extract.h"
#include "modules/archive.h"
#include "modules/http_json.h"

enum { READ_MAX = 1 << 20, MODES_MAX = 32 };

typedef struct read_op {
    op base;
    archive_core *core;
    bool cold;
    const char *prefix; /* of copy_tar */
    writer *to;
    copy_changes changes;
    copy_mode modes[MODES_MAX];
    pack_totals done;
} read_op;

static int on_progress(void *user, long long bytes, error *e) {
    op *o = user;
    o->bytes = bytes;
    return o->progress ? o->progress(o->progress_user, bytes, e) : 0;
}

static void op_free(op *base) {
    read_op *o = (read_op *)base;
    if (o->core) {
        bundle_watch(o->core->b, NULL, NULL);
    }
    archive_drop(o->core);
}

/* ---- verify ---- */

static int run_verify(op *base, error *e) {
    read_op *o = (read_op *)base;
    if (o->cold) {
        bundle_drop_cache(o->core->b);
    }
    bundle_watch(o->core->b, on_progress, base);
    return bundle_verify(o->core->b, e);
}

static void push_document(lua_State *L, const char *text, const char *key) {
    if (text) {
        http_push_json(L, text, strlen(text));
        lua_setfield(L, -2, key);
    }
}

static void push_notes(lua_State *L, const bundle_report *r) {
    lua_newtable(L);
    if (r->kind == BUNDLE_HOSSADM) {
        lua_pushliteral(L, "made by hossadm: it has no checksums of its entries and no manifest; "
                           "gzip's checksum, the tar and the names were checked");
        lua_rawseti(L, -2, 1);
    }
    lua_setfield(L, -2, "notes");
}

static int push_report(lua_State *L, op *base) {
    const bundle_report *r = bundle_result(((read_op *)base)->core->b);
    pack_totals t = {r->entries, r->bytes};
    archive_push_totals(L, &t);
    lua_pushstring(L, r->kind == BUNDLE_HOSSADM ? "hossadm" : "hosskeep");
    lua_setfield(L, -2, "kind");
    lua_pushstring(L, r->format == PACK_ZSTD ? "zstd" : "gzip");
    lua_setfield(L, -2, "format");
    lua_pushinteger(L, r->size);
    lua_setfield(L, -2, "size");
    lua_pushstring(L, r->entries_sha256);
    lua_setfield(L, -2, "entries_sha256");
    push_document(L, r->manifest, "manifest");
    push_document(L, r->version, "version");
    push_notes(L, r);
    return 1;
}

int archive_verify_core(lua_State *L, archive_core *c, int options) {
    static const op_type type = {"verify", run_verify, push_report, op_free};
    bool background = op_background(L, options);
    bool cold = bind_option_bool(L, options, "cold", false);
    (void)bind_option_push(L, options, "progress", LUA_TFUNCTION);
    int progress = lua_gettop(L);
    read_op *o = op_new(L, sizeof *o, &type);
    op_progress(L, &o->base, progress);
    o->core = archive_hold(c);
    o->cold = cold;
    return op_finish(L, &o->base, background);
}

/* archive:verify([{progress=, background=, cold=}]) -> report */
static int verify(lua_State *L) {
    static const char *const valid[] = {"progress", "background", "cold", NULL};
    archive_core *c = archive_check(L, 1, ARCHIVE_TYPE);
    bind_options(L, 2, valid, false);
    lua_settop(L, 2);
    return archive_verify_core(L, c, 2);
}

/* ---- entries ---- */

static void set_integer(lua_State *L, const char *key, long long value) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, key);
}

static int next_entry(lua_State *L) {
    const entry *it;
    error e = ERROR_INIT;
    int rc = bundle_next(archive_check(L, 1, ARCHIVE_TYPE)->b, &it, &e);
    if (rc < 0) {
        return bind_raise(L, &e);
    }
    if (rc == 0) {
        lua_pushnil(L);
        return 1;
    }
    lua_createtable(L, 0, 8);
    lua_pushstring(L, it->name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, entry_type_name(it->type));
    lua_setfield(L, -2, "type");
    if (it->link) {
        lua_pushstring(L, it->link);
        lua_setfield(L, -2, "link");
    }
    set_integer(L, "size", it->size);
    set_integer(L, "mode", it->mode);
    set_integer(L, "uid", it->uid);
    set_integer(L, "gid", it->gid);
    set_integer(L, "mtime", it->mtime);
    return 1;
}

/* for e in archive:entries() do */
static int entries(lua_State *L) {
    bundle_rewind(archive_check(L, 1, ARCHIVE_TYPE)->b);
    return bind_iterator(L, next_entry, 1, 0);
}

/* archive:read([max]) -> content of the current entry; more than max (1 MiB) raises */
static int read_entry(lua_State *L) {
    const void *data;
    size_t n;
    int rc;
    error e = ERROR_INIT;
    bundle *source = archive_check(L, 1, ARCHIVE_TYPE)->b;
    lua_Integer max = luaL_optinteger(L, 2, READ_MAX);
    luaL_argcheck(L, max >= 0 && max <= 1LL << 40, 2, "must not be negative");
    buffer *b = bind_buffer(L, (size_t)max);
    while ((rc = bundle_block(source, &data, &n, &e)) > 0) {
        if (buffer_append(b, data, n, &e) != 0) {
            return bind_raise(L, &e);
        }
    }
    archive_must(L, rc, &e);
    lua_pushlstring(L, b->data ? b->data : "", b->length);
    buffer_free(b);
    return 1;
}

static int run_copy(op *base, error *e) {
    read_op *o = (read_op *)base;
    const void *data;
    size_t n;
    int rc;
    while ((rc = bundle_block(o->core->b, &data, &n, e)) > 0) {
        o->done.bytes += (long long)n;
        if (writer_write(o->to, data, n, e) != 0 || on_progress(base, o->done.bytes, e) != 0) {
            return -1;
        }
    }
    return rc;
}

static int push_bytes(lua_State *L, op *base) {
    lua_pushinteger(L, ((read_op *)base)->done.bytes);
    return 1;
}

static read_op *new_op(lua_State *L, const op_type *type, int to, int options) {
    archive_core *c = archive_check(L, 1, ARCHIVE_TYPE);
    (void)bind_option_push(L, options, "progress", LUA_TFUNCTION);
    int progress = lua_gettop(L);
    read_op *o = op_new(L, sizeof *o, type);
    op_keep(L, &o->base, 1);
    op_progress(L, &o->base, progress);
    o->core = archive_hold(c);
    if (to) {
        o->to = op_writer(L, &o->base, to, false);
    }
    return o;
}

/* archive:copy(writer[, {progress=}]) -> bytes of the current entry */
static int copy_entry(lua_State *L) {
    static const op_type type = {"copy", run_copy, push_bytes, op_free};
    static const char *const valid[] = {"progress", NULL};
    (void)bind_check_writer(L, 2);
    bind_options(L, 3, valid, false);
    read_op *o = new_op(L, &type, 2, 3);
    return op_call(L, &o->base);
}

/* archive:extract(folder[, {strip=, mode_mask=}]) */
static int extract(lua_State *L) {
    static const char *const valid[] = {"strip", "mode_mask", NULL};
    error e = ERROR_INIT;
    const archive_core *c = archive_check(L, 1, ARCHIVE_TYPE);
    const char *folder = bind_check_text(L, 2);
    bind_options(L, 3, valid, false);
    const char *strip = bind_option_string(L, 3, "strip", NULL);
    unsigned mask = (unsigned)bind_option_integer(L, 3, "mode_mask", 0777, 0, 0777);
    archive_must(L, bundle_extract(c->b, folder, strip, mask, &e), &e);
    return 0;
}

/* ---- copy_tar ---- */

static int run_copy_tar(op *base, error *e) {
    read_op *o = (read_op *)base;
    pack_watch watch = {on_progress, NULL, base};
    return bundle_copy_tar(o->core->b, o->prefix, o->to, &o->changes, &watch, &o->done, e);
}

static int push_done(lua_State *L, op *base) {
    archive_push_totals(L, &((read_op *)base)->done);
    return 1;
}

/* Option modes = {[name] = mode}; the op keeps the names alive. */
static void take_modes(lua_State *L, read_op *o, int options) {
    if (bind_option_push(L, options, "modes", LUA_TTABLE) == LUA_TNIL) {
        return;
    }
    int list = lua_gettop(L);
    op_keep(L, &o->base, list);
    lua_pushnil(L);
    while (lua_next(L, list)) {
        if (lua_type(L, -2) != LUA_TSTRING || !lua_isinteger(L, -1) ||
            o->changes.mode_count == MODES_MAX) {
            luaL_error(L, "option \"modes\": up to 32 names with modes expected");
        }
        copy_mode *m = &o->modes[o->changes.mode_count++];
        m->name = op_text(L, &o->base, -2);
        m->mode = (unsigned)lua_tointeger(L, -1) & 07777;
        lua_pop(L, 1);
    }
    o->changes.modes = o->modes;
}

/* archive:copy_tar(prefix, writer[, {progress=, uid=, gid=, mode=, folder_mode=, modes=,
 * below=}])
 * -> {entries=, bytes=} */
static int copy_tar(lua_State *L) {
    static const op_type type = {"copy", run_copy_tar, push_done, op_free};
    static const char *const valid[] = {"progress",    "uid",   "gid",   "mode",
                                        "folder_mode", "modes", "below", NULL};
    (void)bind_check_text(L, 2);
    (void)bind_check_writer(L, 3);
    bind_options(L, 4, valid, false);
    read_op *o = new_op(L, &type, 3, 4);
    o->prefix = op_text(L, &o->base, 2);
    o->changes.uid = bind_option_integer(L, 4, "uid", -1, 0, 4294967294LL);
    o->changes.gid = bind_option_integer(L, 4, "gid", -1, 0, 4294967294LL);
    o->changes.file_mode = bind_option_integer(L, 4, "mode", -1, 0, 07777);
    o->changes.folder_mode = bind_option_integer(L, 4, "folder_mode", -1, 0, 07777);
    take_modes(L, o, 4);
    if (bind_option_push(L, 4, "below", LUA_TSTRING) != LUA_TNIL) {
        o->changes.below = op_text(L, &o->base, -1);
    }
    return op_call(L, &o->base);
}

void archive_install_archive(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"verify", verify},   {"entries", entries},   {"read", read_entry}, {"copy", copy_entry},
        {"extract", extract}, {"copy_tar", copy_tar}, {NULL, NULL}};
    bind_type(L, ARCHIVE_TYPE, methods, archive_release_archive);
}
