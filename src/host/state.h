/* state.h: the Lua state that scripts run in. */
#ifndef HOST_STATE_H
#define HOST_STATE_H

#include <limits.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include "host/options.h"
#include "host/search.h"

typedef struct host {
    host_options options;
    search search;
    size_t memory; /* bytes that Lua has */
    size_t memory_max;
    long long pending_since; /* when the hook saw a signal that nobody had reported, ms; 0: none */
    bool sticky;             /* a second one came: every instruction raises */
    const char *script;      /* command or file that runs, for hosskeep.script */
    char executable[PATH_MAX];
} host;

/* A state without libraries, bound to `h`; NULL without memory. */
lua_State *state_new(host *h);

host *state_host(lua_State *L);

/* Libraries, modules, loaders, strict globals and the interrupt hook; may raise, so call it
 * protected. */
void state_open(lua_State *L);

/* Sets the interrupt hook (anew, after a second signal has made it stick). */
void state_hook(lua_State *L);

/* loader.c: package.searchers, load and its kin for text only, and the global `hosskeep`. */
void loader_install(lua_State *L);

/* Pushes the chunk of a file (or of "embedded:NAME") with the strict globals; raises. */
void loader_push_file(lua_State *L, const char *path, bool sticky);
void loader_push_text(lua_State *L, const char *text, size_t n, const char *chunk_name);

/* Pushes what runs as command NAME; false (nothing pushed) when there is no such command. */
bool loader_push_command(lua_State *L, const char *name);

/* output.c: print, io.write and the write method of stdout and stderr mask secrets. */
void output_install(lua_State *L);

/* strict.c: pushes the globals of scripts: reading or assigning an undeclared one raises. */
void strict_install(lua_State *L);
void strict_push(lua_State *L);

#endif
