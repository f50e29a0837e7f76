# hk_library(ROOM SOURCES a.c b.c ... [LINK hk_other PkgConfig::X ...])
#
# Makes the static library hk_ROOM of the calling folder. Headers are included as "ROOM/name.h".
# What is in LINK is passed on to whoever links the room.
function(hk_library room)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "hk_library(${room}): unknown ${arg_UNPARSED_ARGUMENTS}")
    endif()
    hk_present(sources ${arg_SOURCES})
    if(NOT sources)
        return()
    endif()
    add_library(hk_${room} STATIC ${sources})
    cmake_path(GET CMAKE_CURRENT_SOURCE_DIR PARENT_PATH above)
    target_include_directories(hk_${room} PUBLIC ${above})
    target_link_libraries(hk_${room} PRIVATE hk_options PUBLIC ${arg_LINK})
endfunction()

# hk_test(NAME [SOURCES more.c ...] [LINK hk_room ...] [ARGS ...] [LABELS ...] [TIMEOUT seconds]
#         [ENVIRONMENT K=V ...])
#
# Builds NAME.c of the calling folder, which lies below tests/src, with tests/support/check.h and
# registers it with ctest under its folder's name: libs/fs/path_test.
function(hk_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;LINK;ARGS;LABELS;ENVIRONMENT")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "hk_test(${name}): unknown ${arg_UNPARSED_ARGUMENTS}")
    endif()
    cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR
        BASE_DIRECTORY ${PROJECT_SOURCE_DIR}/tests/src OUTPUT_VARIABLE folder)
    string(MAKE_C_IDENTIFIER "${folder}" prefix)
    set(target ${prefix}_${name})
    hk_present(sources ${name}.c ${arg_SOURCES})
    if(NOT sources)
        return()
    endif()
    add_executable(${target} ${sources})
    target_link_libraries(${target} PRIVATE hk_options hk_check ${arg_LINK})
    add_test(NAME ${folder}/${name} COMMAND ${target} ${arg_ARGS})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    set_tests_properties(${folder}/${name} PROPERTIES
        TIMEOUT ${arg_TIMEOUT} LABELS "unit;${arg_LABELS}" ENVIRONMENT "${arg_ENVIRONMENT}")
    set_property(GLOBAL APPEND PROPERTY HK_TEST_TARGETS ${target})
endfunction()

# hk_present(OUT files...): those that exist; a missing one is said aloud.
function(hk_present out)
    set(found)
    foreach(file IN LISTS ARGN)
        cmake_path(ABSOLUTE_PATH file OUTPUT_VARIABLE absolute)
        get_source_file_property(generated ${absolute} GENERATED)
        if(generated OR EXISTS ${absolute})
            list(APPEND found ${file})
        else()
            message(WARNING "${absolute} is missing")
        endif()
    endforeach()
    set(${out} ${found} PARENT_SCOPE)
endfunction()
