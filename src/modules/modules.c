#include "modules/modules.h"

#include <lauxlib.h>
#include <stddef.h>
#include "modules/bind.h"

void modules_install(lua_State *L) {
    static const luaL_Reg modules[] = {
        {"stream", luaopen_stream}, {"hash", luaopen_hash},       {"time", luaopen_time},
        {"log", luaopen_log},       {"env", luaopen_env},         {"fs", luaopen_fs},
        {"json", luaopen_json},     {"process", luaopen_process}, {"http", luaopen_http},
        {"docker", luaopen_docker}, {"archive", luaopen_archive},
    };
    bind_install(L);
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        luaL_requiref(L, modules[i].name, modules[i].func, 1);
        lua_pop(L, 1);
    }
    lua_register(L, "try", bind_try);
}
