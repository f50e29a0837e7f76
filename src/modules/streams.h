/* streams.h: the handles of readers and writers (their functions for bindings are in bind.h). */
#ifndef MODULES_STREAMS_H
#define MODULES_STREAMS_H

#include <lua.h>
#include <stdbool.h>
#include "stream/stream.h"

typedef struct reader_handle {
    reader *r; /* NULL: closed, taken or lent */
    bool lent;
} reader_handle;

typedef struct writer_handle {
    writer *w;
    bool lent;
} writer_handle;

/* The handle at `arg`, open or not. */
reader_handle *streams_reader(lua_State *L, int arg);
writer_handle *streams_writer(lua_State *L, int arg);

/* Registers "reader" and "writer". */
void streams_install(lua_State *L);

#endif
