/* repl.h: the interactive prompt. */
#ifndef HOST_REPL_H
#define HOST_REPL_H

#include <lua.h>

/* Reads, evaluates and prints until the end of the input. Returns the exit code. May raise. */
int repl_run(lua_State *L);

/* A lua_CFunction: pushes the table `terminal` that hosskeep.repl works with. */
int repl_open(lua_State *L);

#endif
