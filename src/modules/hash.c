#include "hash/sha256.h"

#include <lauxlib.h>
#include "fs/file.h"
#include "modules/bind.h"
#include "modules/job.h"
#include "modules/modules.h"

/* hash.sha256(s) -> hex */
static int hash_sha256_text(lua_State *L) {
    size_t n;
    const char *text = luaL_checklstring(L, 1, &n);
    char hex[SHA256_HEX_SIZE];
    error e = ERROR_INIT;
    if (hash_sha256_of(text, n, hex, &e) != 0) {
        return bind_raise(L, &e);
    }
    lua_pushstring(L, hex);
    return 1;
}

typedef struct file_op {
    op base;
    const char *path;
    char hex[SHA256_HEX_SIZE];
} file_op;

static int file_run(op *o, error *e) {
    file_op *f = (file_op *)o;
    reader *r = file_reader(f->path, e);
    if (!r) {
        return -1;
    }
    int result = hash_sha256_reader(r, f->hex, &o->bytes, e);
    reader_free(r);
    return result;
}

static int file_push(lua_State *L, op *o) {
    lua_pushstring(L, ((file_op *)o)->hex);
    return 1;
}

/* hash.file(path[, {background=}]) -> hex of the file's content */
static int hash_file(lua_State *L) {
    static const op_type type = {"hash", file_run, file_push, NULL};
    static const char *const valid[] = {"background", NULL};
    bind_options(L, 2, valid, false);
    file_op *f = op_new(L, sizeof *f, &type);
    f->path = op_text(L, &f->base, 1);
    luaL_argcheck(L, f->path != NULL, 1, "path expected");
    return op_finish(L, &f->base, op_background(L, 2));
}

int luaopen_hash(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"sha256", hash_sha256_text}, {"file", hash_file}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
