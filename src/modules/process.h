/* process.h: the parts of the module process. */
#ifndef MODULES_PROCESS_H
#define MODULES_PROCESS_H

#include <lua.h>
#include "modules/process_spawn.h"

/* Fills a request from the table at 1: argv (the list of it, or `argv`), env, cwd, shell. The
 * arrays are userdata that are pushed, as all strings are kept alive by them; the number of values
 * pushed is returned. */
int process_request(lua_State *L, spawn_request *r);

/* Pushes {code=, signal=}. */
void process_push_status(lua_State *L, const spawn_status *status);

/* process.start */
int process_start(lua_State *L);

/* Registers the type of what start returns. */
void process_install_start(lua_State *L);

#endif
