# lint/rules is tests/lint/run; lint/self shows that each of its rules finds what it is made for;
# lint/analyzer is clang's static analyzer: one job, because it runs beside the other tests.
add_test(NAME lint/rules COMMAND ${PROJECT_SOURCE_DIR}/tests/lint/run)
add_test(NAME lint/self COMMAND python3 -B ${PROJECT_SOURCE_DIR}/tests/lint/self_test.py)
add_test(NAME lint/analyzer
    COMMAND ${PROJECT_SOURCE_DIR}/tests/lint/analyzer ${PROJECT_BINARY_DIR} 1)
set_tests_properties(lint/rules lint/self PROPERTIES TIMEOUT 600 LABELS lint)
set_tests_properties(lint/analyzer PROPERTIES TIMEOUT 1200 LABELS lint COST 1000)
