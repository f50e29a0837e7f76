#include "host/repl.h"

#include <lauxlib.h>

int repl_run(lua_State *L) {
    return luaL_error(L, "no prompt yet");
}
