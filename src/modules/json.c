/* json: decode, encode, null, array, object. Trees and texts under way belong to userdata, because
 * anything of Lua may raise meanwhile. */
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "json/json_guard.h"
#include "modules/bind.h"
#include "modules/modules.h"

#define TREE_TYPE "json tree"
#define ARRAY_TYPE "json array"
#define OBJECT_TYPE "json object"
#define TEXT_MAX ((size_t)256 * 1024 * 1024)

/* json.null is the address of this. */
static const char null_value;

static int tree_release(lua_State *L) {
    cJSON **tree = luaL_checkudata(L, 1, TREE_TYPE);
    cJSON_Delete(*tree);
    *tree = NULL;
    return 0;
}

static void push_number(lua_State *L, const cJSON *item) {
    long long integer;
    if (json_integer(item, &integer)) {
        lua_pushinteger(L, integer);
    } else {
        lua_pushnumber(L, item->valuedouble);
    }
}

static void push_item(lua_State *L, const cJSON *item);

static void push_array(lua_State *L, const cJSON *item) {
    lua_Integer i = 0;
    lua_createtable(L, cJSON_GetArraySize(item), 0);
    luaL_setmetatable(L, ARRAY_TYPE);
    for (const cJSON *child = item->child; child; child = child->next) {
        push_item(L, child);
        lua_rawseti(L, -2, ++i);
    }
}

static void push_object(lua_State *L, const cJSON *item) {
    lua_createtable(L, 0, cJSON_GetArraySize(item));
    for (const cJSON *child = item->child; child; child = child->next) {
        lua_pushstring(L, child->string);
        push_item(L, child);
        lua_rawset(L, -3);
    }
}

/* The tree's depth is limited by json_parse. */
static void push_item(lua_State *L, const cJSON *item) {
    luaL_checkstack(L, 6, "json");
    if (cJSON_IsObject(item)) {
        push_object(L, item);
    } else if (cJSON_IsArray(item)) {
        push_array(L, item);
    } else if (cJSON_IsString(item)) {
        lua_pushstring(L, item->valuestring);
    } else if (cJSON_IsNumber(item)) {
        push_number(L, item);
    } else if (cJSON_IsBool(item)) {
        lua_pushboolean(L, cJSON_IsTrue(item));
    } else {
        lua_pushlightuserdata(L, (void *)(size_t)&null_value);
    }
}

/* json.decode(s) -> value; kind "json" for what RFC 8259 does not allow */
static int json_decode(lua_State *L) {
    size_t n;
    const char *text = luaL_checklstring(L, 1, &n);
    error e = ERROR_INIT;
    cJSON **tree = bind_new_handle(L, sizeof *tree, TREE_TYPE);
    *tree = json_parse(text, n, &e);
    if (!*tree) {
        return bind_raise(L, &e);
    }
    push_item(L, *tree);
    cJSON_Delete(*tree);
    *tree = NULL;
    return 1;
}

/* ---- encode ---- */

typedef struct encoder {
    lua_State *L;
    buffer *out;
    bool indent;
    int depth;
    char path[256]; /* of the value at hand: ".a[3].b" */
} encoder;

static int refuse(encoder *c, const char *why) {
    return bind_fail(c->L, ERROR_JSON, 0, "encode", c->path[0] ? c->path : "value", "%s", why);
}

static void check(encoder *c, int result, const error *e) {
    if (result != 0) {
        refuse(c, e->message);
    }
}

static void put(encoder *c, const char *text) {
    error e = ERROR_INIT;
    check(c, buffer_append_text(c->out, text, &e), &e);
}

static void put_break(encoder *c) {
    if (c->indent) {
        put(c, "\n");
        for (int i = 0; i < c->depth; i++) {
            put(c, "  ");
        }
    }
}

static void put_string(encoder *c, int index) {
    size_t n;
    error e = ERROR_INIT;
    const char *text = lua_tolstring(c->L, index, &n);
    check(c, json_print_string(text, n, c->out, &e), &e);
}

/* Integral floats print as integers: what asks for an integer takes them, and Lua's 1 == 1.0. */
static void put_number(encoder *c, int index) {
    char text[64];
    if (lua_isinteger(c->L, index)) {
        (void)snprintf(text, sizeof text, "%lld", (long long)lua_tointeger(c->L, index));
        put(c, text);
        return;
    }
    double value = lua_tonumber(c->L, index);
    if (!isfinite(value)) {
        refuse(c, "a number that is not finite");
    }
    if (fabs(value) < (double)JSON_SAFE_INTEGER && fabs(value - trunc(value)) <= 0) {
        (void)snprintf(text, sizeof text, "%.0f", value);
    } else {
        for (int digits = 15; digits <= 17; digits++) {
            (void)snprintf(text, sizeof text, "%.*g", digits, value);
            if (fabs(strtod(text, NULL) - value) <= 0) {
                break;
            }
        }
    }
    put(c, text);
}

static void put_value(encoder *c, int index);

/* Puts the value on top behind a longer path, and pops it. */
static void put_child(encoder *c, const char *key, lua_Integer i) {
    size_t n = strlen(c->path);
    if (key) {
        (void)snprintf(c->path + n, sizeof c->path - n, ".%s", key);
    } else {
        (void)snprintf(c->path + n, sizeof c->path - n, "[%lld]", (long long)i);
    }
    put_value(c, lua_gettop(c->L));
    c->path[n] = '\0';
    lua_pop(c->L, 1);
}

static void put_array(encoder *c, int index, lua_Integer n) {
    put(c, "[");
    c->depth++;
    for (lua_Integer i = 1; i <= n; i++) {
        put(c, i > 1 ? "," : "");
        put_break(c);
        lua_rawgeti(c->L, index, i);
        put_child(c, NULL, i);
    }
    c->depth--;
    if (n > 0) {
        put_break(c);
    }
    put(c, "]");
}

static int compare_keys(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Keys in byte order, so that the same value always gives the same text. */
static void put_object(encoder *c, int index, size_t n) {
    lua_State *L = c->L;
    const char **keys = lua_newuserdatauv(L, (n + 1) * sizeof *keys, 0);
    size_t count = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        keys[count] = lua_tostring(L, -2); /* the table keeps it alive */
        if (strlen(keys[count++]) != lua_rawlen(L, -2)) {
            refuse(c, "a name with a NUL byte");
        }
    }
    qsort(keys, n, sizeof *keys, compare_keys);
    put(c, "{");
    c->depth++;
    for (size_t i = 0; i < n; i++) {
        put(c, i > 0 ? "," : "");
        put_break(c);
        lua_pushstring(L, keys[i]);
        put_string(c, -1);
        put(c, c->indent ? ": " : ":");
        lua_rawget(L, index);
        put_child(c, keys[i], 0);
    }
    c->depth--;
    if (n > 0) {
        put_break(c);
    }
    put(c, "}");
    lua_pop(L, 1);
}

static bool has_meta(lua_State *L, int index, const char *type) {
    bool is = false;
    if (lua_getmetatable(L, index)) {
        luaL_getmetatable(L, type);
        is = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
    }
    return is;
}

/* Decides by the keys; an empty table by its mark, {} without one. */
static void put_table(encoder *c, int index) {
    lua_State *L = c->L;
    size_t strings = 0;
    lua_Integer integers = 0, most = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            strings++;
        } else if (lua_isinteger(L, -2) && lua_tointeger(L, -2) > 0) {
            integers++;
            most = lua_tointeger(L, -2) > most ? lua_tointeger(L, -2) : most;
        } else {
            refuse(c, "a key that is neither a string nor a position");
        }
    }
    bool marked = has_meta(L, index, ARRAY_TYPE);
    if (strings > 0 && (integers > 0 || marked)) {
        refuse(c, "a table with both positions and names");
    }
    if (integers != most) {
        refuse(c, "a list with holes");
    }
    if (integers > 0 || marked) {
        if (has_meta(L, index, OBJECT_TYPE)) {
            refuse(c, "an object with positions");
        }
        put_array(c, index, integers);
    } else {
        put_object(c, index, strings);
    }
}

static void put_value(encoder *c, int index) {
    luaL_checkstack(c->L, 12, "json");
    if (c->depth > JSON_MAX_DEPTH) {
        refuse(c, "nested too deeply, or a cycle");
    }
    switch (lua_type(c->L, index)) {
    case LUA_TSTRING:
        put_string(c, index);
        break;
    case LUA_TNUMBER:
        put_number(c, index);
        break;
    case LUA_TBOOLEAN:
        put(c, lua_toboolean(c->L, index) ? "true" : "false");
        break;
    case LUA_TTABLE:
        put_table(c, index);
        break;
    case LUA_TLIGHTUSERDATA:
        if (lua_touserdata(c->L, index) == (const void *)&null_value) {
            put(c, "null");
            break;
        }
        /* fall through */
    default:
        lua_pushfstring(c->L, "a %s cannot be told in JSON", luaL_typename(c->L, index));
        refuse(c, lua_tostring(c->L, -1));
    }
}

/* json.encode(v[, {indent=false}]) -> text, keys sorted */
static int json_encode(lua_State *L) {
    static const char *const valid[] = {"indent", NULL};
    luaL_checkany(L, 1);
    bind_options(L, 2, valid, false);
    encoder c = {.L = L, .indent = bind_option_bool(L, 2, "indent", false)};
    c.out = bind_buffer(L, TEXT_MAX);
    put_value(&c, 1);
    lua_pushlstring(L, c.out->data, c.out->length);
    buffer_free(c.out);
    return 1;
}

static int mark(lua_State *L, const char *type) {
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    luaL_setmetatable(L, type);
    return 1;
}

/* json.array([t]) -> t, marked: empty it prints as [] */
static int json_array(lua_State *L) {
    return mark(L, ARRAY_TYPE);
}

/* json.object([t]) -> t, marked: prints as {} */
static int json_object(lua_State *L) {
    return mark(L, OBJECT_TYPE);
}

int luaopen_json(lua_State *L) {
    static const luaL_Reg none[] = {{NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"decode", json_decode},
        {"encode", json_encode},
        {"array", json_array},
        {"object", json_object},
        {NULL, NULL},
    };
    bind_type(L, TREE_TYPE, none, tree_release);
    luaL_newmetatable(L, ARRAY_TYPE);
    luaL_newmetatable(L, OBJECT_TYPE);
    lua_pop(L, 2);
    luaL_newlib(L, functions);
    lua_pushlightuserdata(L, (void *)(size_t)&null_value);
    lua_setfield(L, -2, "null");
    return 1;
}
