#include "modules/fs.h"

#include <lauxlib.h>
#include "fs/atomic.h"
#include "fs/file.h"
#include "fs/tree.h"
#include "modules/bind.h"
#include "modules/modules.h"

#define READ_MAX (64 * 1024 * 1024)
#define NAMES_TYPE "file names"

/* fs.open(path) -> reader */
static int fs_open(lua_State *L) {
    const char *path = bind_check_text(L, 1);
    error e = ERROR_INIT;
    reader **slot = bind_new_reader(L);
    *slot = file_reader(path, &e);
    return *slot ? 1 : bind_raise(L, &e);
}

static atomic_options options_of(lua_State *L, int arg) {
    static const char *const valid[] = {"mode", "replace", "sync", NULL};
    bind_options(L, arg, valid, false);
    return (atomic_options){
        .mode = (mode_t)bind_option_integer(L, arg, "mode", 384, 1, 4095),
        .replace = bind_option_bool(L, arg, "replace", true),
        .sync = bind_option_bool(L, arg, "sync", true),
    };
}

/* fs.create(path[, {mode=384, replace=true, sync=true}]) -> writer; the file appears at close() */
static int fs_create(lua_State *L) {
    const char *path = bind_check_text(L, 1);
    atomic_options options = options_of(L, 2);
    error e = ERROR_INIT;
    writer **slot = bind_new_writer(L);
    *slot = atomic_create(path, &options, &e);
    return *slot ? 1 : bind_raise(L, &e);
}

/* fs.read(path[, max]) -> string, nil when there is no such file */
static int fs_read(lua_State *L) {
    const char *path = bind_check_text(L, 1);
    lua_Integer max = luaL_optinteger(L, 2, READ_MAX);
    error e = ERROR_INIT;
    luaL_argcheck(L, max >= 0, 2, "must not be negative");
    buffer *b = bind_buffer(L, (size_t)max);
    int got = file_read(path, b, &e);
    if (got < 0) {
        return bind_raise(L, &e);
    }
    if (got == 0) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushlstring(L, b->data ? b->data : "", b->length);
    buffer_free(b);
    return 1;
}

/* fs.write(path, data[, {mode=384, replace=true, sync=true}]) */
static int fs_write(lua_State *L) {
    size_t n;
    const char *path = bind_check_text(L, 1);
    const char *data = luaL_checklstring(L, 2, &n);
    atomic_options options = options_of(L, 3);
    error e = ERROR_INIT;
    return atomic_write(path, data, n, &options, &e) == 0 ? 0 : bind_raise(L, &e);
}

static void set_integer(lua_State *L, const char *key, lua_Integer value) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, key);
}

static int push_stat(lua_State *L, bool follow) {
    const char *path = bind_check_text(L, 1);
    struct stat st;
    error e = ERROR_INIT;
    int got = file_stat(path, follow, &st, &e);
    if (got < 0) {
        return bind_raise(L, &e);
    }
    if (got == 0) {
        lua_pushnil(L);
        return 1;
    }
    lua_createtable(L, 0, 9);
    lua_pushstring(L, file_type(st.st_mode));
    lua_setfield(L, -2, "type");
    set_integer(L, "size", st.st_size);
    set_integer(L, "mode", st.st_mode & 07777);
    set_integer(L, "uid", st.st_uid);
    set_integer(L, "gid", st.st_gid);
    set_integer(L, "dev", (lua_Integer)st.st_dev);
    set_integer(L, "ino", (lua_Integer)st.st_ino);
    set_integer(L, "nlink", (lua_Integer)st.st_nlink);
    lua_pushnumber(L, (double)st.st_mtim.tv_sec + (double)st.st_mtim.tv_nsec / 1e9);
    lua_setfield(L, -2, "mtime");
    return 1;
}

/* fs.stat(path) -> {type, size, mode, uid, gid, mtime, dev, ino, nlink} or nil; a link is followed
 */
static int fs_stat(lua_State *L) {
    return push_stat(L, true);
}

/* fs.lstat(path) -> the same of a link itself */
static int fs_lstat(lua_State *L) {
    return push_stat(L, false);
}

static int names_release(lua_State *L) {
    file_names_free(luaL_checkudata(L, 1, NAMES_TYPE));
    return 0;
}

/* fs.list(path) -> sorted names */
static int fs_list(lua_State *L) {
    const char *path = bind_check_text(L, 1);
    error e = ERROR_INIT;
    file_names *names = bind_new_handle(L, sizeof *names, NAMES_TYPE);
    if (file_list(path, names, &e) != 0) {
        return bind_raise(L, &e);
    }
    lua_createtable(L, (int)names->count, 0);
    for (size_t i = 0; i < names->count; i++) {
        lua_pushstring(L, names->names[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int push_made(lua_State *L, int got, const error *e) {
    if (got < 0) {
        return bind_raise(L, e);
    }
    lua_pushboolean(L, got);
    return 1;
}

/* fs.mkdir(path[, mode=448]) -> true when it was made, false when it was there; parents too */
static int fs_mkdir(lua_State *L) {
    const char *path = bind_check_text(L, 1);
    lua_Integer mode = luaL_optinteger(L, 2, 448);
    error e = ERROR_INIT;
    luaL_argcheck(L, mode > 0 && mode <= 4095, 2, "not a mode");
    return push_made(L, tree_make(path, (mode_t)mode, &e), &e);
}

/* fs.remove(path) -> whether there was something; a file, link or empty folder */
static int fs_remove(lua_State *L) {
    error e = ERROR_INIT;
    return push_made(L, file_remove(bind_check_text(L, 1), &e), &e);
}

/* fs.remove_tree(path) -> whether there was something; follows no link, stays on its file system */
static int fs_remove_tree(lua_State *L) {
    error e = ERROR_INIT;
    return push_made(L, tree_remove(bind_check_text(L, 1), &e), &e);
}

/* fs.rename(from, to[, {replace=false}]) */
static int fs_rename(lua_State *L) {
    static const char *const valid[] = {"replace", NULL};
    const char *from = bind_check_text(L, 1);
    const char *to = bind_check_text(L, 2);
    error e = ERROR_INIT;
    bind_options(L, 3, valid, false);
    return file_rename(from, to, bind_option_bool(L, 3, "replace", false), &e) == 0
               ? 0
               : bind_raise(L, &e);
}

/* fs.sync(path): a file or folder is on disk when this returns */
static int fs_sync(lua_State *L) {
    error e = ERROR_INIT;
    return file_sync(bind_check_text(L, 1), &e) == 0 ? 0 : bind_raise(L, &e);
}

int luaopen_fs(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"open", fs_open},     {"create", fs_create}, {"read", fs_read},
        {"write", fs_write},   {"stat", fs_stat},     {"lstat", fs_lstat},
        {"list", fs_list},     {"mkdir", fs_mkdir},   {"remove", fs_remove},
        {"rename", fs_rename}, {"sync", fs_sync},     {"remove_tree", fs_remove_tree},
        {NULL, NULL},
    };
    bind_type(L, NAMES_TYPE, none, names_release);
    luaL_newlib(L, functions);
    fs_add_more(L);
    return 1;
}
