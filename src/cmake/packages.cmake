# The libraries that hosskeep stands on; each is used by the rooms that name its target.
#   PkgConfig::LUA  PkgConfig::CJSON  PkgConfig::ISAL  PkgConfig::ZSTD
#   CURL::libcurl  LibArchive::LibArchive  OpenSSL::Crypto  Threads::Threads
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(CURL REQUIRED)
find_package(LibArchive REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
pkg_check_modules(LUA REQUIRED IMPORTED_TARGET lua5.4)
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)

# A distribution's lua5.4.pc may point anywhere: ask the header itself.
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_LIBRARIES PkgConfig::LUA)
check_c_source_compiles("
#include <lua.h>
#if LUA_VERSION_NUM != 504
#error \"not Lua 5.4\"
#endif
int main(void) { return 0; }" LUA_IS_504)
unset(CMAKE_REQUIRED_LIBRARIES)
if(NOT LUA_IS_504)
    message(FATAL_ERROR "lua.h is not that of Lua 5.4")
endif()
