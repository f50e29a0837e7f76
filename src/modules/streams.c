#include "modules/streams.h"

#include <string.h>
#include "modules/bind.h"

#define READER_TYPE "reader"
#define WRITER_TYPE "writer"
#define READ_ALL_MAX (1 << 20)

/* What a reader keeps in its user value for lines(): bytes that were read but not handed out yet.
 */
typedef struct line_buffer {
    buffer text;
    size_t start;
    bool ended;
} line_buffer;

#define LINES_TYPE "lines"
#define LINE_MAX_BYTES (16 * 1024 * 1024)

reader_handle *streams_reader(lua_State *L, int arg) {
    return luaL_checkudata(L, arg, READER_TYPE);
}

writer_handle *streams_writer(lua_State *L, int arg) {
    return luaL_checkudata(L, arg, WRITER_TYPE);
}

static int not_open(lua_State *L, const char *type, bool lent) {
    if (lent) {
        return bind_fail(L, ERROR_STATE, 0, type, "", "the %s is in use", type);
    }
    return bind_closed(L, type);
}

reader *bind_check_reader(lua_State *L, int arg) {
    reader_handle *h = streams_reader(L, arg);
    if (!h->r) {
        not_open(L, READER_TYPE, h->lent);
    }
    return h->r;
}

writer *bind_check_writer(lua_State *L, int arg) {
    writer_handle *h = streams_writer(L, arg);
    if (!h->w) {
        not_open(L, WRITER_TYPE, h->lent);
    }
    return h->w;
}

/* The lines' buffer of the reader at `arg`, or NULL. */
static line_buffer *lines_of(lua_State *L, int arg) {
    lua_getiuservalue(L, arg, 1);
    line_buffer *lines = luaL_testudata(L, -1, LINES_TYPE);
    lua_pop(L, 1);
    return lines;
}

reader *bind_take_reader(lua_State *L, int arg) {
    reader *r = bind_check_reader(L, arg);
    const line_buffer *lines = lines_of(L, arg);
    if (lines && lines->start < lines->text.length) {
        bind_fail(L, ERROR_STATE, 0, READER_TYPE, "", "a loop over lines() has read ahead in it");
    }
    streams_reader(L, arg)->r = NULL;
    return r;
}

writer *bind_take_writer(lua_State *L, int arg) {
    writer *w = bind_check_writer(L, arg);
    streams_writer(L, arg)->w = NULL;
    return w;
}

bool bind_is_reader(lua_State *L, int arg) {
    return luaL_testudata(L, arg, READER_TYPE) != NULL;
}

bool bind_is_writer(lua_State *L, int arg) {
    return luaL_testudata(L, arg, WRITER_TYPE) != NULL;
}

reader **bind_new_reader(lua_State *L) {
    reader_handle *h = bind_new_handle(L, sizeof *h, READER_TYPE);
    return &h->r;
}

writer **bind_new_writer(lua_State *L) {
    writer_handle *h = bind_new_handle(L, sizeof *h, WRITER_TYPE);
    return &h->w;
}

void bind_push_reader(lua_State *L, reader **from) {
    reader **slot = bind_new_reader(L);
    *slot = *from;
    *from = NULL;
}

void bind_push_writer(lua_State *L, writer **from) {
    writer **slot = bind_new_writer(L);
    *slot = *from;
    *from = NULL;
}

/* ---- reader methods ---- */

static int reader_release(lua_State *L) {
    reader_handle *h = streams_reader(L, 1);
    reader *r = h->r;
    h->r = NULL;
    reader_free(r);
    return 0;
}

/* reader:close(): a second one is fine; one that a running operation uses is not. */
static int reader_close(lua_State *L) {
    reader_handle *h = streams_reader(L, 1);
    if (h->lent) {
        return not_open(L, READER_TYPE, true);
    }
    return reader_release(L);
}

static int reader_tostring(lua_State *L) {
    const reader_handle *h = streams_reader(L, 1);
    lua_pushfstring(L, "reader (%s)", h->r ? "open" : h->lent ? "in use" : "closed");
    return 1;
}

/* Bytes left over by lines() come first. */
static size_t take_left_over(line_buffer *lines, char *data, size_t n) {
    if (!lines || lines->start >= lines->text.length) {
        return 0;
    }
    size_t have = lines->text.length - lines->start;
    size_t take = have < n ? have : n;
    memcpy(data, lines->text.data + lines->start, take);
    lines->start += take;
    return take;
}

/* reader:read([n]) -> up to n bytes (65536), nil at the end */
static int reader_read_method(lua_State *L) {
    reader *r = bind_check_reader(L, 1);
    lua_Integer n = luaL_optinteger(L, 2, 65536);
    luaL_argcheck(L, n >= 1 && n <= 64 * 1024 * 1024, 2, "must be between 1 and 67108864");
    luaL_Buffer b;
    error e = ERROR_INIT;
    line_buffer *lines = lines_of(L, 1);
    char *data = luaL_buffinitsize(L, &b, (size_t)n);
    ssize_t got = (ssize_t)take_left_over(lines, data, (size_t)n);
    if (got == 0) {
        got = reader_read(r, data, (size_t)n, &e);
    }
    if (got < 0) {
        return bind_raise(L, &e);
    }
    luaL_pushresultsize(&b, (size_t)got);
    if (got == 0) {
        lua_pushnil(L);
    }
    return 1;
}

/* reader:read_all([max]) -> string; more than max (1 MiB) raises */
static int reader_read_all(lua_State *L) {
    reader *r = bind_check_reader(L, 1);
    lua_Integer max = luaL_optinteger(L, 2, READ_ALL_MAX);
    luaL_argcheck(L, max >= 0 && max <= 1LL << 40, 2, "must not be negative");
    line_buffer *lines = lines_of(L, 1);
    buffer *b = bind_buffer(L, (size_t)max);
    char *chunk = lua_newuserdatauv(L, 65536, 0);
    error e = ERROR_INIT;
    for (;;) {
        ssize_t got = (ssize_t)take_left_over(lines, chunk, 65536);
        if (got == 0) {
            got = reader_read(r, chunk, 65536, &e);
        }
        if (got < 0 || (got > 0 && buffer_append(b, chunk, (size_t)got, &e) != 0)) {
            return bind_raise(L, &e);
        }
        if (got == 0) {
            break;
        }
    }
    lua_pushlstring(L, b->data ? b->data : "", b->length);
    buffer_free(b);
    return 1;
}

/* Reads more behind the partial line; -1 with `e`. */
static int lines_fill(reader *r, line_buffer *lines, error *e) {
    char chunk[16384];
    size_t rest = lines->text.length - lines->start;
    if (lines->start > 0 && lines->text.data) {
        memmove(lines->text.data, lines->text.data + lines->start, rest);
        lines->text.length = rest;
        lines->start = 0;
    }
    ssize_t got = reader_read(r, chunk, sizeof chunk, e);
    if (got < 0) {
        return -1;
    }
    lines->ended = got == 0;
    return got == 0 ? 0 : buffer_append(&lines->text, chunk, (size_t)got, e);
}

static int lines_next(lua_State *L) {
    reader *r = bind_check_reader(L, 1);
    line_buffer *lines = lines_of(L, 1);
    error e = ERROR_INIT;
    size_t seen =
        0; /* what was searched already, so that a long line is not searched again and again */
    if (!lines) {
        return bind_closed(L, LINES_TYPE);
    }
    for (;;) {
        size_t have = lines->text.length - lines->start;
        const char *text = lines->text.data ? lines->text.data + lines->start : "";
        const char *end = have > seen ? memchr(text + seen, '\n', have - seen) : NULL;
        if (end) {
            lua_pushlstring(L, text, (size_t)(end - text));
            lines->start += (size_t)(end - text) + 1;
            return 1;
        }
        if (lines->ended) {
            lua_pushlstring(L, text, have);
            lines->start += have;
            return have > 0 ? 1 : (lua_pushnil(L), 1);
        }
        seen = have;
        if (lines_fill(r, lines, &e) != 0) {
            return bind_raise(L, &e);
        }
    }
}

static int lines_release(lua_State *L) {
    line_buffer *lines = luaL_checkudata(L, 1, LINES_TYPE);
    buffer_free(&lines->text);
    lines->start = 0;
    return 0;
}

/* for line in reader:lines() do: the reader is closed when the loop is left */
static int reader_lines(lua_State *L) {
    bind_check_reader(L, 1);
    if (!lines_of(L, 1)) {
        line_buffer *lines = bind_new_handle(L, sizeof *lines, LINES_TYPE);
        lines->text.max = LINE_MAX_BYTES;
        bind_keep(L, 1, -1);
    }
    return bind_iterator(L, lines_next, 1, 1);
}

/* ---- writer methods ---- */

static int writer_release(lua_State *L) {
    writer_handle *h = streams_writer(L, 1);
    writer *w = h->w;
    h->w = NULL;
    writer_free(w);
    return 0;
}

static int writer_tostring(lua_State *L) {
    const writer_handle *h = streams_writer(L, 1);
    lua_pushfstring(L, "writer (%s)", h->w ? "open" : h->lent ? "in use" : "closed");
    return 1;
}

/* writer:write(s, ...) -> writer */
static int writer_write_method(lua_State *L) {
    writer *w = bind_check_writer(L, 1);
    error e = ERROR_INIT;
    for (int i = 2; i <= lua_gettop(L); i++) {
        size_t n;
        const char *data = luaL_checklstring(L, i, &n);
        if (writer_write(w, data, n, &e) != 0) {
            return bind_raise(L, &e);
        }
    }
    lua_settop(L, 1);
    return 1;
}

/* writer:close() makes it real; a second one does nothing. Whatever happens the writer is released.
 */
static int writer_close(lua_State *L) {
    writer_handle *h = streams_writer(L, 1);
    error e = ERROR_INIT;
    if (h->lent) {
        return not_open(L, WRITER_TYPE, true);
    }
    if (!h->w) {
        return 0;
    }
    writer *w = h->w;
    h->w = NULL;
    int failed = writer_finish(w, &e);
    writer_free(w);
    return failed ? bind_raise(L, &e) : 0;
}

/* writer:abort() drops what was written */
static int writer_abort(lua_State *L) {
    const writer_handle *h = streams_writer(L, 1);
    if (h->lent) {
        return not_open(L, WRITER_TYPE, true);
    }
    return writer_release(L);
}

static void set_tostring(lua_State *L, const char *type, lua_CFunction f) {
    luaL_getmetatable(L, type);
    lua_pushcfunction(L, f);
    lua_setfield(L, -2, "__tostring");
    lua_pop(L, 1);
}

void streams_install(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    static const luaL_Reg of_reader[] = {
        {"read", reader_read_method},
        {"read_all", reader_read_all},
        {"lines", reader_lines},
        {"close", reader_close},
        {NULL, NULL},
    };
    static const luaL_Reg of_writer[] = {
        {"write", writer_write_method},
        {"close", writer_close},
        {"abort", writer_abort},
        {NULL, NULL},
    };
    bind_type(L, LINES_TYPE, none, lines_release);
    bind_type(L, READER_TYPE, of_reader, reader_release);
    bind_type(L, WRITER_TYPE, of_writer, writer_release);
    set_tostring(L, READER_TYPE, reader_tostring);
    set_tostring(L, WRITER_TYPE, writer_tostring);
}
