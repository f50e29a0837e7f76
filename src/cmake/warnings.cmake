# hk_options: what every room and every test is compiled with.
include(CheckCCompilerFlag)
add_library(hk_options INTERFACE)

set(warnings
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla
    -Wformat=2 -Wformat-signedness -Wcast-qual -Wwrite-strings -Wpointer-arith -Wundef
    -Wnull-dereference -Wredundant-decls -Wfloat-equal -Winit-self -Wimplicit-fallthrough
    # of gcc only
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op)
foreach(flag IN LISTS warnings)
    string(MAKE_C_IDENTIFIER "HAS${flag}" known)
    check_c_compiler_flag(${flag} ${known})
    if(${known})
        target_compile_options(hk_options INTERFACE ${flag})
    endif()
endforeach()
if(WERROR)
    target_compile_options(hk_options INTERFACE -Werror)
endif()

target_compile_definitions(hk_options INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64)
target_compile_options(hk_options INTERFACE -fstack-protector-strong -fno-omit-frame-pointer)
target_link_options(hk_options INTERFACE -Wl,-z,relro -Wl,-z,now)

if(SANITIZE)
    # gcc sees null dereferences in what a sanitizer adds.
    target_compile_options(hk_options INTERFACE
        -fsanitize=${SANITIZE} -fno-sanitize-recover=all -Wno-null-dereference)
    target_link_options(hk_options INTERFACE -fsanitize=${SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT COVERAGE)
    target_compile_definitions(hk_options INTERFACE _FORTIFY_SOURCE=2)
endif()
if(COVERAGE)
    target_compile_options(hk_options INTERFACE --coverage -O0 -fprofile-update=atomic)
    target_link_options(hk_options INTERFACE --coverage)
endif()
if(FUZZ)
    if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
        message(FATAL_ERROR "FUZZ needs clang: -DCMAKE_C_COMPILER=clang")
    endif()
    target_compile_options(hk_options INTERFACE -fsanitize=fuzzer-no-link,address,undefined)
    target_link_options(hk_options INTERFACE -fsanitize=address,undefined)
endif()
