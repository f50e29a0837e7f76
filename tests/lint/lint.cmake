# lint/rules is tests/lint/run; lint/self shows that each of its rules finds what it is made for.
add_test(NAME lint/rules COMMAND ${PROJECT_SOURCE_DIR}/tests/lint/run)
add_test(NAME lint/self COMMAND python3 -B ${PROJECT_SOURCE_DIR}/tests/lint/self_test.py)
set_tests_properties(lint/rules lint/self PROPERTIES TIMEOUT 120 LABELS lint)
