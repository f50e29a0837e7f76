/* run.h: calls a script, tells its error, and makes an exit code of either. */
#ifndef HOST_RUN_H
#define HOST_RUN_H

#include <lua.h>

/* Calls the function below its `n` arguments with a handler that keeps the traceback; results stay.
 * Lua's status. */
int run_call(lua_State *L, int n, int results);

/* The line (and with -v the traceback) of the error on top of the stack, which is popped. Returns
 * the exit code. */
int run_report(lua_State *L, int status);

/* The exit code for a script's result at `index`. */
int run_code(lua_State *L, int index);

/* The last traceback, pushed (nil: none); for :bt. */
void run_push_trace(lua_State *L);

#endif
