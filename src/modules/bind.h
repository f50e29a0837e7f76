/* bind.h: what every binding is made of: error objects, option tables, handles, readers and
 * writers, callbacks.
 *
 * A Lua error is a longjmp: nothing of C runs on the way. So a C resource that lives across a call
 * that can raise (nearly every lua_ and luaL_ function) belongs to a userdata first. Functions that
 * never return are marked. */
#ifndef MODULES_BIND_H
#define MODULES_BIND_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/buffer.h"
#include "base/error.h"
#include "stream/stream.h"

/* ---- errors ---- */

/* Raises `e` as an error object: a table {kind, op, subject, message, code, where} with the
 * metatable "error"; tostring gives "op subject: message". Never returns (the int is for `return
 * bind_raise(L, &e);`). */
int bind_raise(lua_State *L, const error *e) __attribute__((noreturn));

/* Pushes that object without raising it. */
void bind_push_error(lua_State *L, const error *e);

/* Raises an error made here; `tried` (the op) and subject may be "". Never returns. */
int bind_fail(lua_State *L, enum error_kind kind, long code, const char *tried, const char *subject,
              const char *format, ...) __attribute__((format(printf, 6, 7), noreturn));

/* Makes the table at `index` an error object (sets the metatable). */
void bind_make_error(lua_State *L, int index);

/* True when the value at `index` is an error object; `kind` (may be NULL) must then be its kind. */
bool bind_is_error(lua_State *L, int index, const char *kind);

/* try(f, ...) -> results of f, or nil, err. Interrupts are raised again. */
int bind_try(lua_State *L);

/* ---- arguments and options ---- */

/* A string argument without NUL bytes (paths, names, header values). */
const char *bind_check_text(lua_State *L, int arg);

/* Checks that argument `arg` is a table, nil or absent, and that each string key is in `valid`
 * (NULL-ended), else raises `unknown option "x" (valid: a, b)`. With `list` true integer keys are
 * fine too. Call it before the getters; the getters take a missing table for an empty one. */
void bind_options(lua_State *L, int arg, const char *const *valid, bool list);

/* Getters: `def` when the key is absent; a wrong type or range raises and names the option. A
 * string lives as long as the table holds it, and has no NUL bytes (bind_option_bytes allows them).
 */
bool bind_option_bool(lua_State *L, int arg, const char *key, bool def);
lua_Integer bind_option_integer(lua_State *L, int arg, const char *key, lua_Integer def,
                                lua_Integer min, lua_Integer max);
double bind_option_number(lua_State *L, int arg, const char *key,
                          double def); /* finite, >= 0: seconds */
const char *bind_option_string(lua_State *L, int arg, const char *key, const char *def);
const char *bind_option_bytes(lua_State *L, int arg, const char *key,
                              size_t *n); /* NULL when absent */

/* Pushes the field (nil when there is none) and returns its type; `type` (LUA_T*) is what it must
 * be otherwise, LUA_TNONE for anything. */
int bind_option_push(lua_State *L, int arg, const char *key, int type);

/* ---- handles ---- */

/* Registers the type once: `methods` behind __index, `release` as close(), __close and __gc (it
 * must accept a handle that is closed already, and never raise from __gc). `close` in methods wins
 * over release for close(). */
void bind_type(lua_State *L, const char *type, const luaL_Reg *methods, lua_CFunction release);

/* Pushes zeroed memory of that type with one user value: a closed handle. Take the resource
 * afterwards. */
void *bind_new_handle(lua_State *L, size_t size, const char *type);

/* Raises kind "state": "the TYPE is closed". Never returns. */
int bind_closed(lua_State *L, const char *type) __attribute__((noreturn));

/* Keeps the value at `value` alive as long as the handle at `handle`. */
void bind_keep(lua_State *L, int handle, int value);

/* Pushes an iterator's four values: next, the value at `state`, nil, and the value at `closing` (0:
 * nil), which Lua closes when the loop is left. Returns 4. */
int bind_iterator(lua_State *L, lua_CFunction next, int state, int closing);

/* Pushes a userdata that owns a buffer with this ceiling; freed when collected (free it early with
 * buffer_free). */
buffer *bind_buffer(lua_State *L, size_t max);

/* ---- readers and writers ---- */

/* Pushes a reader or writer handle and moves *from into it (*from becomes NULL): safe when *from is
 * owned by a userdata meanwhile. To open straight into a handle: bind_new_reader, then *slot =
 * reader_open(...). */
void bind_push_reader(lua_State *L, reader **from);
void bind_push_writer(lua_State *L, writer **from);
reader **bind_new_reader(lua_State *L);
writer **bind_new_writer(lua_State *L);

/* The open reader or writer at `arg` for one call, still owned by the handle; a closed one raises
 * kind "state". Run no Lua code (callbacks) while it is used: lend it to an op for that (job.h). */
reader *bind_check_reader(lua_State *L, int arg);
writer *bind_check_writer(lua_State *L, int arg);

/* Ownership moves to the caller; the handle says "closed" from now on. Own it by a userdata before
 * the next raise. */
reader *bind_take_reader(lua_State *L, int arg);
writer *bind_take_writer(lua_State *L, int arg);

/* Makes a handle: luaL_testudata for both types. */
bool bind_is_reader(lua_State *L, int arg);
bool bind_is_writer(lua_State *L, int arg);

/* Registers "error", "reader", "writer", "buffer" and "job" in a new state; to be called once,
 * before any module. */
void bind_install(lua_State *L);

/* ---- callbacks ---- */

/* A Lua function called with a number of bytes from inside a C loop, at most ten times a second. */
typedef struct bind_progress {
    lua_State *L;
    int function; /* stack index, 0: none */
    int raised;   /* stack index of what it raised, 0: nothing */
    double next;
} bind_progress;

/* `function` is the stack index of a function, or 0. */
void bind_progress_init(bind_progress *p, lua_State *L, int function);

/* A stream_progress (user: the bind_progress). An error of the function, or false as its result,
 * ends the copy. */
int bind_progress_report(void *user, long long bytes, error *e);

/* Raises what the function raised, else `e`. Never returns. */
int bind_progress_raise(bind_progress *p, const error *e);

#endif
