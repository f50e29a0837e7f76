/* json_guard.h: cJSON with what it lets through closed, and numbers kept exactly.
 *
 * cJSON holds numbers as doubles. A number that is not an integer within +-2^53 keeps its token in
 * `valuestring` here (cJSON_Delete frees it), so that a 64-bit id survives reading and printing. */
#ifndef JSON_JSON_GUARD_H
#define JSON_JSON_GUARD_H

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/buffer.h"

#define JSON_MAX_DEPTH 200
#define JSON_SAFE_INTEGER 9007199254740992LL /* 2^53: up to here a double is exact */

/* The tree of exactly n bytes of text, to be freed with cJSON_Delete; NULL with kind JSON (and line
 * and column in the message) for anything that RFC 8259 does not allow, trailing bytes, \u0000,
 * invalid UTF-8, lone surrogates, numbers beyond a double, or nesting beyond JSON_MAX_DEPTH. */
cJSON *json_parse(const char *text, size_t n, error *e);

/* Appends the text of a tree; `indent` breaks lines by two spaces. Fails (kind JSON) for numbers
 * that are not finite, strings that are not UTF-8, or nesting beyond JSON_MAX_DEPTH. */
int json_print(const cJSON *item, bool indent, buffer *b, error *e);

/* Appends a quoted string of n bytes (NUL bytes are errors). */
int json_print_string(const char *text, size_t n, buffer *b, error *e);

/* True when `item` is an integer that fits; "1.0" and "1e3" are not integers. */
bool json_integer(const cJSON *item, long long *value);

/* A number that prints exactly; NULL without memory. */
cJSON *json_create_integer(long long value);

/* The member of an object with exactly that name, or NULL; also NULL for no object. */
cJSON *json_get(const cJSON *object, const char *name);

/* Its string, or NULL when it is missing or no string. Lives as long as the tree. */
const char *json_text(const cJSON *object, const char *name);

#endif
