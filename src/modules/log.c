#include "modules/log.h"

#include <stdatomic.h>
#include <string.h>
#include "base/mask.h"
#include "modules/bind.h"
#include "modules/modules.h"

#define TEXT_MAX (256 * 1024 * 1024)

static _Atomic int current = LOG_INFO;

static const char *const names[] = {"error", "warn", "info", "debug", NULL};

void log_set_level(enum log_level level) {
    current = (int)level;
}

enum log_level log_get_level(void) {
    return (enum log_level)current;
}

bool log_write(FILE *to, const char *text, size_t n) {
    buffer b = BUFFER_INIT(TEXT_MAX);
    error e = ERROR_INIT;
    bool fine =
        mask_text(&b, text, n, &e) == 0 && (b.length == 0 || fwrite(b.data, b.length, 1, to) == 1);
    buffer_free(&b);
    return fine;
}

/* Appends `text` as one line: newlines and the white space around them become "; ", other controls
 * a space. */
static int one_line(buffer *b, const char *text, error *e) {
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r\n", text[n - 1])) {
        n--;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        int failed;
        if (c == '\n') {
            i += strspn(text + i, " \t\r\n") - 1;
            failed = buffer_append_text(b, "; ", e);
        } else {
            failed = buffer_append(b, c < 32 || c == 127 ? " " : text + i, 1, e);
        }
        if (failed) {
            return -1;
        }
    }
    return buffer_append_text(b, "\n", e);
}

void log_line(enum log_level level, const char *text) {
    static const char *const prefix[] = {
        "hosskeep: ", "hosskeep: warning: ", "hosskeep: ", "hosskeep: debug: "};
    buffer b = BUFFER_INIT(TEXT_MAX);
    error e = ERROR_INIT;
    if ((int)level > current) {
        return;
    }
    (void)fflush(stdout);
    if (buffer_append_text(&b, prefix[level], &e) == 0 && one_line(&b, text, &e) == 0) {
        (void)log_write(stderr, b.data, b.length);
    }
    buffer_free(&b);
}

/* Formats like string.format when there is more than the format. */
static const char *message(lua_State *L) {
    int n = lua_gettop(L);
    if (n > 1) {
        luaL_checkstring(L, 1);
        lua_getglobal(L, "string");
        lua_getfield(L, -1, "format");
        lua_insert(L, 1);
        lua_settop(L, n + 1);
        lua_call(L, n, 1);
    }
    return luaL_tolstring(L, 1, NULL);
}

static int log_at(lua_State *L, enum log_level level) {
    luaL_checkany(L, 1);
    if ((int)level <= current) {
        log_line(level, message(L));
    }
    return 0;
}

static int log_error(lua_State *L) {
    return log_at(L, LOG_ERROR);
}

static int log_warn(lua_State *L) {
    return log_at(L, LOG_WARN);
}

static int log_info(lua_State *L) {
    return log_at(L, LOG_INFO);
}

static int log_debug(lua_State *L) {
    return log_at(L, LOG_DEBUG);
}

/* log.secret(value): masked as *** from now on */
static int log_secret(lua_State *L) {
    size_t n;
    error e = ERROR_INIT;
    const char *value = luaL_checklstring(L, 1, &n);
    return mask_add(value, n, &e) == 0 ? 0 : bind_raise(L, &e);
}

/* log.mask(s) -> s */
static int log_mask(lua_State *L) {
    size_t n;
    error e = ERROR_INIT;
    const char *text = luaL_checklstring(L, 1, &n);
    buffer *b = bind_buffer(L, TEXT_MAX);
    if (mask_text(b, text, n, &e) != 0) {
        return bind_raise(L, &e);
    }
    lua_pushlstring(L, b->data ? b->data : "", b->length);
    buffer_free(b);
    return 1;
}

/* log.out(s): to stdout, masked, as it is */
static int log_out(lua_State *L) {
    size_t n;
    const char *text = luaL_checklstring(L, 1, &n);
    if (!log_write(stdout, text, n) || fflush(stdout) != 0) {
        error e = ERROR_INIT;
        (void)error_errno(&e, "write", "standard output");
        return bind_raise(L, &e);
    }
    return 0;
}

/* log.level is a field: reading gives the name, assigning sets it. */
static int log_index(lua_State *L) {
    if (strcmp(luaL_checkstring(L, 2), "level") != 0) {
        return luaL_error(L, "log has no field \"%s\"", lua_tostring(L, 2));
    }
    lua_pushstring(L, names[current]);
    return 1;
}

static int log_newindex(lua_State *L) {
    if (strcmp(luaL_checkstring(L, 2), "level") != 0) {
        return luaL_error(L, "log has no field \"%s\"", lua_tostring(L, 2));
    }
    lua_settop(L, 3);
    current = luaL_checkoption(L, 3, NULL, names);
    return 0;
}

int luaopen_log(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"error", log_error},   {"warn", log_warn}, {"info", log_info}, {"debug", log_debug},
        {"secret", log_secret}, {"mask", log_mask}, {"out", log_out},   {NULL, NULL},
    };
    luaL_newlib(L, functions);
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, log_index);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, log_newindex);
    lua_setfield(L, -2, "__newindex");
    lua_setmetatable(L, -2);
    return 1;
}
