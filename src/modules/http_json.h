/* http_json.h: JSON texts from and to the wire, as the json module has it; for http and docker. */
#ifndef MODULES_HTTP_JSON_H
#define MODULES_HTTP_JSON_H

#include <lua.h>
#include <stddef.h>

/* Pushes what a JSON text stands for; raises kind "json". */
void http_push_json(lua_State *L, const char *text, size_t n);

/* Replaces the value on top of the stack by its JSON text. */
void http_encode(lua_State *L);

#endif
