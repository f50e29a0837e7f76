# hk_library(ROOM SOURCES a.c b.c ... [LINK hk_other PkgConfig::X ...])
#
# Makes the static library hk_ROOM of the calling folder. Headers are included as "ROOM/name.h".
# What is in LINK is passed on to whoever links the room.
function(hk_library room)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "hk_library(${room}): unknown ${arg_UNPARSED_ARGUMENTS}")
    endif()
    add_library(hk_${room} STATIC ${arg_SOURCES})
    cmake_path(GET CMAKE_CURRENT_SOURCE_DIR PARENT_PATH above)
    target_include_directories(hk_${room} PUBLIC ${above})
    target_link_libraries(hk_${room} PRIVATE hk_options PUBLIC ${arg_LINK})
endfunction()

# hk_test(NAME [SOURCES more.c ...] [LINK hk_room ...] [ARGS ...] [LABELS ...] [TIMEOUT seconds]
#         [ENVIRONMENT K=V ...] [THREADS])
#
# Builds NAME.c of the calling folder, which lies below tests/src, with tests/support/check.h and
# registers it with ctest under its folder's name: libs/fs/path_test. THREADS: it is also worth
# running under the thread sanitizer.
function(hk_test name)
    set(lists SOURCES LINK ARGS LABELS ENVIRONMENT)
    cmake_parse_arguments(PARSE_ARGV 1 arg "THREADS" "TIMEOUT" "${lists}")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "hk_test(${name}): unknown ${arg_UNPARSED_ARGUMENTS}")
    endif()
    cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR
        BASE_DIRECTORY ${PROJECT_SOURCE_DIR}/tests/src OUTPUT_VARIABLE folder)
    string(MAKE_C_IDENTIFIER "${folder}" prefix)
    set(target ${prefix}_${name})
    add_executable(${target} ${name}.c ${arg_SOURCES})
    target_link_libraries(${target} PRIVATE hk_options hk_check ${arg_LINK})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    if(arg_THREADS)
        set_property(GLOBAL APPEND PROPERTY HK_THREAD_TESTS ${target})
    endif()
    hk_add_test(${folder}/${name} ${arg_TIMEOUT} "unit;${arg_LABELS}" "${arg_ENVIRONMENT}"
        ${CMAKE_CURRENT_BINARY_DIR}/${target} ${arg_ARGS})
    if(arg_THREADS AND THREAD_SANITIZED)
        # Address space randomisation as newer kernels do it leaves the sanitizer no room.
        set(in_its_build ${CMAKE_CURRENT_BINARY_DIR}/${target})
        hk_move(in_its_build ${THREAD_SANITIZED})
        add_test(NAME tsan/${folder}/${name} COMMAND setarch -R ${in_its_build} ${arg_ARGS})
        set_tests_properties(tsan/${folder}/${name} PROPERTIES
            TIMEOUT 300 LABELS "unit;sanitized" ENVIRONMENT "${arg_ENVIRONMENT}")
    endif()
endfunction()

# hk_move(VARIABLE build): the same paths in another build folder.
function(hk_move variable build)
    string(REPLACE "${PROJECT_BINARY_DIR}" "${build}" moved "${${variable}}")
    set(${variable} "${moved}" PARENT_SCOPE)
endfunction()

# hk_add_test(NAME TIMEOUT LABELS ENVIRONMENT command...): one ctest; with -DSANITIZED=FOLDER, where
# the same tree lies built with sanitizers, also asan/NAME with that build's files, unless it is
# labelled slow or bench.
function(hk_add_test name timeout labels environment)
    add_test(NAME ${name} COMMAND ${ARGN})
    set_tests_properties(${name} PROPERTIES
        TIMEOUT ${timeout} LABELS "${labels}" ENVIRONMENT "${environment}" SKIP_RETURN_CODE 77)
    if(SANITIZED AND NOT labels MATCHES "slow|bench")
        set(command ${ARGN})
        hk_move(command ${SANITIZED})
        hk_move(environment ${SANITIZED})
        math(EXPR timeout "${timeout} * 3")
        add_test(NAME asan/${name} COMMAND ${command})
        set_tests_properties(asan/${name} PROPERTIES TIMEOUT ${timeout}
            LABELS "${labels};sanitized" ENVIRONMENT "${environment}" SKIP_RETURN_CODE 77)
    endif()
endfunction()
