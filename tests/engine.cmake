# tests/engine/NAME.py is ctest engine/NAME when one of its first three lines says how to run it:
#
#     # ctest: timeout=600 [lock=stack|lock=none|serial]
#
# These tests need the Engine of ENGINE_DIR (tests/stack/engine start) and root. One runs at a time,
# unless it says lock=none: they share ports, memory and the names of what they make. One that says
# serial stops that Engine: nothing at all runs beside it.
add_test(NAME engine/ready COMMAND ${PROJECT_SOURCE_DIR}/tests/stack/engine status)
set_tests_properties(engine/ready PROPERTIES
    TIMEOUT 60 LABELS engine FIXTURES_SETUP engine_ready)

file(GLOB scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/engine/*.py)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${scripts})
foreach(script IN LISTS scripts)
    file(STRINGS ${script} head LIMIT_COUNT 3)
    if(NOT head MATCHES "# ctest: ([^;]*)")
        continue()
    endif()
    set(marker ${CMAKE_MATCH_1})
    cmake_path(GET script STEM name)
    if(NOT marker MATCHES "timeout=([0-9]+)")
        message(FATAL_ERROR "${script}: the ctest line has no timeout=SECONDS")
    endif()
    add_test(NAME engine/${name} COMMAND python3 -B ${script})
    set_tests_properties(engine/${name} PROPERTIES
        TIMEOUT ${CMAKE_MATCH_1} LABELS engine FIXTURES_REQUIRED engine_ready SKIP_RETURN_CODE 77
        ENVIRONMENT "HOSSKEEP=${PROJECT_BINARY_DIR}/hosskeep")
    if(marker MATCHES "serial")
        set_tests_properties(engine/${name} PROPERTIES RUN_SERIAL ON)
    elseif(NOT marker MATCHES "lock=none")
        set_tests_properties(engine/${name} PROPERTIES RESOURCE_LOCK stack)
    endif()
endforeach()

# Single faults, a sample of them; tests/faults/run --all does 2,400, --every all that there are.
add_test(NAME engine/faults_sample
    COMMAND python3 -B ${PROJECT_SOURCE_DIR}/tests/faults/run --sample --seed 1)
set_tests_properties(engine/faults_sample PROPERTIES
    TIMEOUT 900 LABELS engine FIXTURES_REQUIRED engine_ready RESOURCE_LOCK stack
    ENVIRONMENT "HOSSKEEP=${PROJECT_BINARY_DIR}/hosskeep")
