/* modules.h: what scripts can require, and have as globals. */
#ifndef MODULES_MODULES_H
#define MODULES_MODULES_H

#include <lua.h>

int luaopen_stream(lua_State *L);
int luaopen_fs(lua_State *L);
int luaopen_json(lua_State *L);
int luaopen_hash(lua_State *L);
int luaopen_time(lua_State *L);
int luaopen_process(lua_State *L);
int luaopen_log(lua_State *L);
int luaopen_env(lua_State *L);
int luaopen_http(lua_State *L);
int luaopen_docker(lua_State *L);
int luaopen_archive(lua_State *L);

/* Puts every module into package.loaded and the globals of a state that has the standard libraries,
 * and `try`. */
void modules_install(lua_State *L);

#endif
