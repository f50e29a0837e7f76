/* archive.tar(writer): a plain tar into any writer, for instance a container's upload. */
#include <string.h>
#include "archive/name.h"
#include "archive/tar_write.h"
#include "modules/archive.h"

typedef struct tar_handle {
    writer *out;
    tar_writer *tar; /* NULL: closed */
    bool broken;     /* an entry failed: it must not be finished */
} tar_handle;

static int release(lua_State *L) {
    tar_handle *h = luaL_checkudata(L, 1, TAR_TYPE);
    tar_writer *tar = h->tar;
    writer *out = h->out;
    h->tar = NULL;
    h->out = NULL;
    tar_writer_free(tar);
    writer_free(out);
    return 0;
}

static tar_handle *check(lua_State *L, int arg) {
    tar_handle *h = luaL_checkudata(L, arg, TAR_TYPE);
    if (!h->tar) {
        bind_closed(L, TAR_TYPE);
    }
    if (h->broken) {
        bind_fail(L, ERROR_STATE, 0, TAR_TYPE, "", "an earlier entry failed");
    }
    return h;
}

int archive_tar(lua_State *L) {
    error e = ERROR_INIT;
    (void)bind_check_writer(L, 1);
    tar_handle *h = bind_new_handle(L, sizeof *h, TAR_TYPE);
    h->out = bind_take_writer(L, 1);
    h->tar = tar_writer_new(h->out, &e);
    archive_must(L, h->tar ? 0 : -1, &e);
    return 1;
}

/* Pushes the name at `arg` without slashes at its end; "." stands for the folder that the tar is
 * laid into. */
static const char *take_name(lua_State *L, int arg) {
    const char *name = bind_check_text(L, arg);
    size_t n = strlen(name);
    while (n > 1 && name[n - 1] == '/') {
        n--;
    }
    const char *why = n == 1 && name[0] == '.' ? NULL : name_fault(name, n);
    if (why) {
        luaL_argerror(L, arg, why);
    }
    return lua_pushlstring(L, name, n);
}

static void fill(entry *it, entry_type type, const char *name, long long size,
                 const pack_attributes *a) {
    memset(it, 0, sizeof *it);
    it->type = type;
    it->name = name;
    it->size = size;
    it->mode = a->mode;
    it->uid = a->uid;
    it->gid = a->gid;
    it->mtime = a->mtime;
}

static int add(tar_handle *h, const entry *it, const void *data, size_t n, error *e) {
    if (tar_writer_begin(h->tar, it, e) != 0 || tar_writer_data(h->tar, data, n, e) != 0 ||
        tar_writer_end(h->tar, e) != 0) {
        h->broken = true;
        return -1;
    }
    return 0;
}

static const char *const attributes[] = {"mode", "uid", "gid", "mtime", NULL};

/* tar:add_bytes(name, data[, {mode=, uid=, gid=, mtime=}]) */
static int add_bytes(lua_State *L) {
    size_t n;
    entry it;
    pack_attributes a;
    error e = ERROR_INIT;
    tar_handle *h = check(L, 1);
    const char *data = luaL_checklstring(L, 3, &n);
    bind_options(L, 4, attributes, false);
    archive_attributes(L, 4, 0600, &a);
    fill(&it, ENTRY_FILE, take_name(L, 2), (long long)n, &a);
    archive_must(L, add(h, &it, data, n, &e), &e);
    return 0;
}

/* tar:add_directory(name[, {mode=, uid=, gid=, mtime=}]) */
static int add_directory(lua_State *L) {
    entry it;
    pack_attributes a;
    error e = ERROR_INIT;
    tar_handle *h = check(L, 1);
    bind_options(L, 3, attributes, false);
    archive_attributes(L, 3, 0700, &a);
    fill(&it, ENTRY_FOLDER, take_name(L, 2), 0, &a);
    archive_must(L, add(h, &it, "", 0, &e), &e);
    return 0;
}

static int pump(tar_handle *h, reader *r, const entry *it, void *data, error *e) {
    ssize_t n = 0;
    if (tar_writer_begin(h->tar, it, e) != 0) {
        return -1;
    }
    while ((n = reader_read(r, data, STREAM_BUFFER, e)) > 0) {
        if (tar_writer_data(h->tar, data, (size_t)n, e) != 0) {
            return -1;
        }
    }
    return n < 0 ? -1 : tar_writer_end(h->tar, e);
}

/* tar:add_reader(name, reader, size[, {mode=, uid=, gid=, mtime=}]): exactly size bytes */
static int add_reader(lua_State *L) {
    entry it;
    pack_attributes a;
    error e = ERROR_INIT;
    tar_handle *h = check(L, 1);
    reader *r = bind_check_reader(L, 3);
    lua_Integer size = luaL_checkinteger(L, 4);
    luaL_argcheck(L, size >= 0, 4, "must not be negative");
    bind_options(L, 5, attributes, false);
    archive_attributes(L, 5, 0600, &a);
    fill(&it, ENTRY_FILE, take_name(L, 2), size, &a);
    void *data = lua_newuserdatauv(L, STREAM_BUFFER, 0);
    if (pump(h, r, &it, data, &e) != 0) {
        h->broken = true;
        return bind_raise(L, &e);
    }
    return 0;
}

/* tar:close() ends the tar and closes the writer; a second one does nothing. */
static int close_tar(lua_State *L) {
    error e = ERROR_INIT;
    const tar_handle *h = luaL_checkudata(L, 1, TAR_TYPE);
    if (!h->tar) {
        return 0;
    }
    h = check(L, 1);
    int rc = tar_writer_close(h->tar, &e) == 0 ? writer_finish(h->out, &e) : -1;
    (void)release(L);
    archive_must(L, rc, &e);
    return 0;
}

void archive_install_tar(lua_State *L) {
    static const luaL_Reg methods[] = {{"add_bytes", add_bytes},
                                       {"add_directory", add_directory},
                                       {"add_reader", add_reader},
                                       {"close", close_tar},
                                       {NULL, NULL}};
    bind_type(L, TAR_TYPE, methods, release);
}
