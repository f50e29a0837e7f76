#include "modules/archive.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "archive/name.h"
#include "archive/tar_header.h"
#include "modules/modules.h"

archive_core *archive_new(lua_State *L, const char *type) {
    archive_handle *h = bind_new_handle(L, sizeof *h, type);
    h->core = calloc(1, sizeof *h->core);
    if (!h->core) {
        bind_fail(L, ERROR_SYSTEM, ENOMEM, type, "", "out of memory");
        return NULL;
    }
    h->core->holders = 1;
    return h->core;
}

static void let_go(archive_core *c) {
    if (--c->holders == 0) {
        packer_free(c->p);
        bundle_free(c->b);
        free(c);
    }
}

archive_core *archive_hold(archive_core *c) {
    c->holders++;
    c->busy = true;
    return c;
}

void archive_drop(archive_core *c) {
    if (c) {
        c->busy = false;
        let_go(c);
    }
}

archive_core *archive_check(lua_State *L, int arg, const char *type) {
    const archive_handle *h = luaL_checkudata(L, arg, type);
    if (!h->core || (!h->core->p && !h->core->b)) {
        bind_closed(L, type);
        return NULL;
    }
    if (h->core->busy) {
        bind_fail(L, ERROR_STATE, 0, type, "", "the %s is in use", type);
    }
    return h->core;
}

static int release(lua_State *L, const char *type) {
    archive_handle *h = luaL_checkudata(L, 1, type);
    archive_core *c = h->core;
    h->core = NULL;
    if (c) {
        let_go(c);
    }
    return 0;
}

int archive_release_packer(lua_State *L) {
    return release(L, PACKER_TYPE);
}

int archive_release_archive(lua_State *L) {
    return release(L, ARCHIVE_TYPE);
}

void archive_must(lua_State *L, int rc, const error *e) {
    if (rc != 0) {
        bind_raise(L, e);
    }
}

void archive_attributes(lua_State *L, int arg, unsigned mode, pack_attributes *out) {
    out->mode = (unsigned)bind_option_integer(L, arg, "mode", mode, 0, 07777);
    out->uid = bind_option_integer(L, arg, "uid", geteuid(), 0, TAR_ID_MAX);
    out->gid = bind_option_integer(L, arg, "gid", getegid(), 0, TAR_ID_MAX);
    out->mtime = bind_option_integer(L, arg, "mtime", time(NULL), -TAR_TIME_MAX, TAR_TIME_MAX);
}

void archive_push_totals(lua_State *L, const pack_totals *t) {
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, t->entries);
    lua_setfield(L, -2, "entries");
    lua_pushinteger(L, t->bytes);
    lua_setfield(L, -2, "bytes");
}

void archive_limits(lua_State *L, int arg, rules_limits *out) {
    *out = rules_default;
    out->entries = bind_option_integer(L, arg, "max_entries", out->entries, 1, 1LL << 30);
    out->bytes_free =
        bind_option_integer(L, arg, "max_bytes", out->bytes_free, 0, TAR_SIZE_MAX / 4);
}

/* archive.create(path[, {format=, level=}]) -> packer */
static int create(lua_State *L) {
    static const char *const valid[] = {"format", "level", NULL};
    static const char *const formats[] = {"gzip", "zstd", NULL};
    error e = ERROR_INIT;
    const char *path = bind_check_text(L, 1);
    bind_options(L, 2, valid, false);
    lua_settop(L, 2);
    (void)bind_option_push(L, 2, "format", LUA_TSTRING);
    pack_format format = luaL_checkoption(L, 3, "gzip", formats) == 1 ? PACK_ZSTD : PACK_GZIP;
    int level = (int)bind_option_integer(L, 2, "level", -1, 0, 100);
    archive_core *c = archive_new(L, PACKER_TYPE);
    c->p = packer_create(path, format, level, &e);
    archive_must(L, c->p ? 0 : -1, &e);
    return 1;
}

/* Opens into a new handle on top of the stack. */
static archive_core *open_path(lua_State *L, const char *path, int options) {
    rules_limits limits;
    error e = ERROR_INIT;
    archive_limits(L, options, &limits);
    archive_core *c = archive_new(L, ARCHIVE_TYPE);
    c->b = bundle_open(path, &limits, &e);
    archive_must(L, c->b ? 0 : -1, &e);
    return c;
}

/* archive.open(path[, {max_entries=, max_bytes=}]) -> archive */
static int open_archive(lua_State *L) {
    static const char *const valid[] = {"max_entries", "max_bytes", NULL};
    const char *path = bind_check_text(L, 1);
    bind_options(L, 2, valid, false);
    (void)open_path(L, path, 2);
    return 1;
}

/* archive.verify(path[, {progress=, background=, cold=, max_entries=, max_bytes=}]) -> report */
static int verify(lua_State *L) {
    static const char *const valid[] = {"progress",    "background", "cold",
                                        "max_entries", "max_bytes",  NULL};
    const char *path = bind_check_text(L, 1);
    bind_options(L, 2, valid, false);
    lua_settop(L, 2);
    return archive_verify_core(L, open_path(L, path, 2), 2);
}

static void push_limits(lua_State *L) {
    const struct {
        const char *key;
        long long value;
    } all[] = {{"entries", rules_default.entries},
               {"bytes", rules_default.bytes_free},
               {"ratio", rules_default.ratio},
               {"name", NAME_LENGTH_MAX},
               {"component", NAME_COMPONENT_MAX},
               {"depth", NAME_DEPTH_MAX},
               {"owner", TAR_ID_MAX}};
    lua_newtable(L);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        lua_pushinteger(L, all[i].value);
        lua_setfield(L, -2, all[i].key);
    }
}

int luaopen_archive(lua_State *L) {
    static const luaL_Reg functions[] = {{"create", create},
                                         {"open", open_archive},
                                         {"verify", verify},
                                         {"tar", archive_tar},
                                         {NULL, NULL}};
    archive_install_packer(L);
    archive_install_archive(L);
    archive_install_tar(L);
    luaL_newlib(L, functions);
    push_limits(L);
    lua_setfield(L, -2, "LIMITS");
    return 1;
}
