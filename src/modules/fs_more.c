#include "modules/fs.h"

#include <errno.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fs/file.h"
#include "fs/lock.h"
#include "fs/path.h"
#include "modules/bind.h"

#define LOCK_TYPE "lock"
#define STRING_TYPE "c string"

static int raise_errno(lua_State *L, const char *what, const char *path) {
    error e = ERROR_INIT;
    (void)error_errno(&e, what, path);
    return bind_raise(L, &e);
}

/* fs.chmod(path, mode) */
static int fs_chmod(lua_State *L) {
    const char *path = bind_check_text(L, 1);
    lua_Integer mode = luaL_checkinteger(L, 2);
    luaL_argcheck(L, mode >= 0 && mode <= 07777, 2, "not a mode");
    return chmod(path, (mode_t)mode) == 0 ? 0 : raise_errno(L, "chmod", path);
}

/* fs.chown(path, uid, gid): of a link itself; -1 leaves one as it is */
static int fs_chown(lua_State *L) {
    const char *path = bind_check_text(L, 1);
    lua_Integer uid = luaL_checkinteger(L, 2);
    lua_Integer gid = luaL_checkinteger(L, 3);
    luaL_argcheck(L, uid >= -1 && uid < UINT32_MAX, 2, "not an id");
    luaL_argcheck(L, gid >= -1 && gid < UINT32_MAX, 3, "not an id");
    return lchown(path, (uid_t)uid, (gid_t)gid) == 0 ? 0 : raise_errno(L, "chown", path);
}

/* fs.symlink(target, path) */
static int fs_symlink(lua_State *L) {
    const char *target = bind_check_text(L, 1);
    const char *path = bind_check_text(L, 2);
    return symlink(target, path) == 0 ? 0 : raise_errno(L, "symlink", path);
}

/* fs.readlink(path) -> target, nil when it is no link or not there */
static int fs_readlink(lua_State *L) {
    const char *path = bind_check_text(L, 1);
    char target[PATH_MAX];
    ssize_t n = readlink(path, target, sizeof target);
    if (n < 0 && errno != ENOENT && errno != EINVAL && errno != ENOTDIR) {
        return raise_errno(L, "readlink", path);
    }
    if (n < 0) {
        lua_pushnil(L);
    } else {
        lua_pushlstring(L, target, (size_t)n);
    }
    return 1;
}

/* fs.realpath(path) -> absolute path without links, nil when it is not there */
static int fs_realpath(lua_State *L) {
    const char *path = bind_check_text(L, 1);
    char target[PATH_MAX];
    if (!realpath(path, target)) {
        if (errno != ENOENT && errno != ENOTDIR) {
            return raise_errno(L, "realpath", path);
        }
        lua_pushnil(L);
        return 1;
    }
    lua_pushstring(L, target);
    return 1;
}

static int string_release(lua_State *L) {
    char **text = luaL_checkudata(L, 1, STRING_TYPE);
    free(*text);
    *text = NULL;
    return 0;
}

/* Pushes a malloc'ed string, which is freed whatever happens; `slot` was pushed before it was made.
 */
static int push_string(lua_State *L, char **slot, const error *e) {
    if (!*slot) {
        return bind_raise(L, e);
    }
    lua_pushstring(L, *slot);
    free(*slot);
    *slot = NULL;
    return 1;
}

/* fs.join(a, b, ...) -> path; an absolute part begins anew */
static int fs_join(lua_State *L) {
    int n = lua_gettop(L);
    (void)bind_check_text(L, 1);
    lua_pushvalue(L, 1);
    for (int i = 2; i <= n; i++) {
        const char *part = bind_check_text(L, i);
        error e = ERROR_INIT;
        char **slot = bind_new_handle(L, sizeof *slot, STRING_TYPE);
        *slot = path_join(lua_tostring(L, -2), part, &e);
        (void)push_string(L, slot, &e);
        lua_replace(L, n + 1);
        lua_settop(L, n + 1);
    }
    return 1;
}

static int part_of(lua_State *L, char *(*part)(const char *, error *)) {
    const char *path = bind_check_text(L, 1);
    error e = ERROR_INIT;
    char **slot = bind_new_handle(L, sizeof *slot, STRING_TYPE);
    *slot = part(path, &e);
    return push_string(L, slot, &e);
}

/* fs.dirname(path) */
static int fs_dirname(lua_State *L) {
    return part_of(L, path_dirname);
}

/* fs.basename(path) */
static int fs_basename(lua_State *L) {
    return part_of(L, path_basename);
}

/* fs.space(path) -> {free=, total=} bytes of its file system; free: for this user */
static int fs_space(lua_State *L) {
    const char *path = bind_check_text(L, 1);
    unsigned long long available, total;
    error e = ERROR_INIT;
    if (file_space(path, &available, &total, &e) != 0) {
        return bind_raise(L, &e);
    }
    lua_createtable(L, 0, 2);
    lua_pushinteger(L, (lua_Integer)available);
    lua_setfield(L, -2, "free");
    lua_pushinteger(L, (lua_Integer)total);
    lua_setfield(L, -2, "total");
    return 1;
}

/* fs.writable(path) -> bool; of a folder: files can be made in it */
static int fs_writable(lua_State *L) {
    lua_pushboolean(L, file_writable(bind_check_text(L, 1)));
    return 1;
}

static int lock_close(lua_State *L) {
    file_lock **lock = luaL_checkudata(L, 1, LOCK_TYPE);
    file_lock *held = *lock;
    *lock = NULL;
    lock_release(held);
    return 0;
}

/* fs.lock(path, text) -> lock, or nil and the holder's text */
static int fs_lock(lua_State *L) {
    const char *path = bind_check_text(L, 1);
    const char *text = bind_check_text(L, 2);
    char holder[1024] = "";
    error e = ERROR_INIT;
    file_lock **lock = bind_new_handle(L, sizeof *lock, LOCK_TYPE);
    *lock = lock_take(path, text, holder, sizeof holder, &e);
    if (*lock) {
        return 1;
    }
    if (e.kind != ERROR_STATE) {
        return bind_raise(L, &e);
    }
    lua_pushnil(L);
    lua_pushstring(L, holder);
    return 2;
}

void fs_add_more(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"chmod", fs_chmod},       {"chown", fs_chown},       {"symlink", fs_symlink},
        {"readlink", fs_readlink}, {"realpath", fs_realpath}, {"join", fs_join},
        {"dirname", fs_dirname},   {"basename", fs_basename}, {"space", fs_space},
        {"writable", fs_writable}, {"lock", fs_lock},         {NULL, NULL},
    };
    bind_type(L, LOCK_TYPE, none, lock_close);
    bind_type(L, STRING_TYPE, none, string_release);
    luaL_setfuncs(L, functions, 0);
}
