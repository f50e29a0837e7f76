#include "modules/bind.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "modules/job.h"
#include "modules/streams.h"

#define ERROR_TYPE "error"
#define BUFFER_TYPE "buffer"

static void set_text(lua_State *L, const char *key, const char *text) {
    if (text[0] != '\0') {
        lua_pushstring(L, text);
        lua_setfield(L, -2, key);
    }
}

static void set_code(lua_State *L, const error *e) {
    if (e->kind == ERROR_SYSTEM) {
        lua_pushstring(L, error_errno_name(e->code));
    } else if (e->kind == ERROR_HTTP && e->code < 0) {
        lua_pushfstring(L, "curl:%d", (int)-e->code);
    } else if (e->code != 0) {
        lua_pushinteger(L, e->code);
    } else {
        return;
    }
    lua_setfield(L, -2, "code");
}

void bind_make_error(lua_State *L, int index) {
    index = lua_absindex(L, index);
    luaL_getmetatable(L, ERROR_TYPE);
    lua_setmetatable(L, index);
}

void bind_push_error(lua_State *L, const error *e) {
    luaL_checkstack(L, 4, "error");
    lua_createtable(L, 0, 6);
    lua_pushstring(L, error_kind_name(e->kind));
    lua_setfield(L, -2, "kind");
    set_text(L, "op", e->op);
    set_text(L, "subject", e->subject);
    set_text(L, "message", e->message);
    set_code(L, e);
    luaL_where(L, 1);
    lua_setfield(L, -2, "where");
    bind_make_error(L, -1);
}

int bind_raise(lua_State *L, const error *e) {
    bind_push_error(L, e);
    (void)lua_error(L);
    __builtin_unreachable();
}

int bind_fail(lua_State *L, enum error_kind kind, long code, const char *tried, const char *subject,
              const char *format, ...) {
    error e = ERROR_INIT;
    char message[sizeof e.message];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(message, sizeof message, format, list);
    va_end(list);
    (void)error_set(&e, kind, code, tried, subject, "%s", message);
    bind_raise(L, &e);
}

bool bind_is_error(lua_State *L, int index, const char *kind) {
    bool is = false;
    index = lua_absindex(L, index);
    if (lua_istable(L, index) && lua_getmetatable(L, index)) {
        luaL_getmetatable(L, ERROR_TYPE);
        is = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
    }
    if (is && kind) {
        lua_pushstring(L, "kind");
        lua_rawget(L, index);
        const char *have = lua_tostring(L, -1);
        is = have && strcmp(have, kind) == 0;
        lua_pop(L, 1);
    }
    return is;
}

/* Appends " text" with the separator when the field is there. */
static void add_part(luaL_Buffer *b, lua_State *L, const char *key, const char *separator,
                     bool *first) {
    if (lua_getfield(L, 1, key) == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    luaL_tolstring(L, -1, NULL);
    lua_remove(L, -2);
    if (!*first) {
        lua_pushstring(L, separator);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    *first = false;
    luaL_addvalue(b);
}

static int error_tostring(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_Buffer b;
    bool first = true;
    luaL_buffinit(L, &b);
    add_part(&b, L, "op", " ", &first);
    add_part(&b, L, "subject", " ", &first);
    add_part(&b, L, "message", ": ", &first);
    luaL_pushresult(&b);
    return 1;
}

static int try_done(lua_State *L, int status, lua_KContext context) {
    (void)context;
    if (status == LUA_OK || status == LUA_YIELD) {
        return lua_gettop(L);
    }
    if (bind_is_error(L, -1, "interrupted")) {
        return lua_error(L);
    }
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}

int bind_try(lua_State *L) {
    luaL_checkany(L, 1);
    int status = lua_pcallk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, 0, try_done);
    return try_done(L, status, 0);
}

const char *bind_check_text(lua_State *L, int arg) {
    size_t n;
    const char *text = luaL_checklstring(L, arg, &n);
    luaL_argcheck(L, strlen(text) == n, arg, "string contains a NUL byte");
    return text;
}

/* The key is at -2. */
static int unknown_option(lua_State *L, const char *const *valid) {
    luaL_Buffer b;
    const char *key = (lua_pushvalue(L, -2), luaL_tolstring(L, -1, NULL));
    luaL_buffinit(L, &b);
    for (size_t i = 0; valid[i]; i++) {
        luaL_addstring(&b, i ? ", " : "");
        luaL_addstring(&b, valid[i]);
    }
    luaL_pushresult(&b);
    return luaL_error(L, "unknown option \"%s\" (valid: %s)", key, lua_tostring(L, -1));
}

static bool is_valid(const char *key, const char *const *valid) {
    for (size_t i = 0; valid[i]; i++) {
        if (strcmp(key, valid[i]) == 0) {
            return true;
        }
    }
    return false;
}

void bind_options(lua_State *L, int arg, const char *const *valid, bool list) {
    if (lua_isnoneornil(L, arg)) {
        return;
    }
    luaL_checktype(L, arg, LUA_TTABLE);
    lua_pushnil(L);
    while (lua_next(L, arg)) {
        bool fine = lua_type(L, -2) == LUA_TSTRING ? is_valid(lua_tostring(L, -2), valid)
                                                   : list && lua_isinteger(L, -2);
        if (!fine) {
            unknown_option(L, valid);
        }
        lua_pop(L, 1);
    }
}

static int bad_option(lua_State *L, const char *key, const char *wanted) {
    return luaL_error(L, "option \"%s\": %s expected, got %s", key, wanted, luaL_typename(L, -1));
}

int bind_option_push(lua_State *L, int arg, const char *key, int type) {
    if (!lua_istable(L, arg)) {
        lua_pushnil(L);
        return LUA_TNIL;
    }
    int have = lua_getfield(L, arg, key);
    if (have != LUA_TNIL && type != LUA_TNONE && have != type) {
        bad_option(L, key, lua_typename(L, type));
    }
    return have;
}

bool bind_option_bool(lua_State *L, int arg, const char *key, bool def) {
    bool value =
        bind_option_push(L, arg, key, LUA_TBOOLEAN) == LUA_TNIL ? def : lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

lua_Integer bind_option_integer(lua_State *L, int arg, const char *key, lua_Integer def,
                                lua_Integer min, lua_Integer max) {
    lua_Integer value = def;
    if (bind_option_push(L, arg, key, LUA_TNUMBER) != LUA_TNIL) {
        int fine;
        value = lua_tointegerx(L, -1, &fine);
        if (!fine) {
            luaL_error(L, "option \"%s\": integer expected, got %s", key,
                       luaL_tolstring(L, -1, NULL));
        }
        if (value < min || value > max) {
            luaL_error(L, "option \"%s\": %I is not between %I and %I", key, (LUAI_UACINT)value,
                       (LUAI_UACINT)min, (LUAI_UACINT)max);
        }
    }
    lua_pop(L, 1);
    return value;
}

double bind_option_number(lua_State *L, int arg, const char *key, double def) {
    double value = def;
    if (bind_option_push(L, arg, key, LUA_TNUMBER) != LUA_TNIL) {
        value = lua_tonumber(L, -1);
        if (!isfinite(value) || value < 0) {
            luaL_error(L, "option \"%s\": a number of 0 or more expected", key);
        }
    }
    lua_pop(L, 1);
    return value;
}

const char *bind_option_bytes(lua_State *L, int arg, const char *key, size_t *n) {
    const char *value = NULL;
    *n = 0;
    if (bind_option_push(L, arg, key, LUA_TSTRING) != LUA_TNIL) {
        value = lua_tolstring(L, -1, n);
    }
    lua_pop(L, 1);
    return value;
}

const char *bind_option_string(lua_State *L, int arg, const char *key, const char *def) {
    size_t n;
    const char *value = bind_option_bytes(L, arg, key, &n);
    if (value && strlen(value) != n) {
        luaL_error(L, "option \"%s\": string contains a NUL byte", key);
    }
    return value ? value : def;
}

void bind_type(lua_State *L, const char *type, const luaL_Reg *methods, lua_CFunction release) {
    if (!luaL_newmetatable(L, type)) {
        lua_pop(L, 1);
        return;
    }
    lua_newtable(L);
    lua_pushcfunction(L, release);
    lua_setfield(L, -2, "close");
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, release);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, release);
    lua_setfield(L, -2, "__close");
    lua_pop(L, 1);
}

void *bind_new_handle(lua_State *L, size_t size, const char *type) {
    void *handle = lua_newuserdatauv(L, size, 1);
    memset(handle, 0, size);
    luaL_setmetatable(L, type);
    return handle;
}

int bind_closed(lua_State *L, const char *type) {
    bind_fail(L, ERROR_STATE, 0, type, "", "the %s is closed", type);
}

void bind_keep(lua_State *L, int handle, int value) {
    handle = lua_absindex(L, handle);
    lua_pushvalue(L, value);
    lua_setiuservalue(L, handle, 1);
}

int bind_iterator(lua_State *L, lua_CFunction next, int state, int closing) {
    state = lua_absindex(L, state);
    closing = closing ? lua_absindex(L, closing) : 0;
    lua_pushcfunction(L, next);
    lua_pushvalue(L, state);
    lua_pushnil(L);
    if (closing) {
        lua_pushvalue(L, closing);
    } else {
        lua_pushnil(L);
    }
    return 4;
}

static int buffer_release(lua_State *L) {
    buffer_free(luaL_checkudata(L, 1, BUFFER_TYPE));
    return 0;
}

buffer *bind_buffer(lua_State *L, size_t max) {
    buffer *b = bind_new_handle(L, sizeof *b, BUFFER_TYPE);
    b->max = max;
    return b;
}

void bind_install(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    luaL_newmetatable(L, ERROR_TYPE);
    lua_pushcfunction(L, error_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pop(L, 1);
    bind_type(L, BUFFER_TYPE, none, buffer_release);
    streams_install(L);
    job_install(L);
}
