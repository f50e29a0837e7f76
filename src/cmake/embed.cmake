# hk_embed(OUTPUT FOLDER names...)
#
# Writes a C file that holds the named files of FOLDER as embedded_scripts[] (host/embedded.h).
# The assembler reads them itself, so that a changed script costs one small compilation.
function(hk_embed output folder)
    set(names ${ARGN})
    list(SORT names COMPARE STRING)
    set(text "#include \"host/embedded.h\"\n\n")
    set(table "")
    set(files "")
    set(number 0)
    foreach(name IN LISTS names)
        string(APPEND text
            "__asm__(\".pushsection .rodata\\n\"\n"
            "        \"script_${number}: .incbin \\\"${folder}/${name}\\\"\\n\"\n"
            "        \"script_${number}_end: .byte 0\\n.popsection\\n\");\n"
            "extern const char script_${number}[] __attribute__((visibility(\"hidden\")));\n"
            "extern const char script_${number}_end[] __attribute__((visibility(\"hidden\")));\n")
        string(APPEND table "    {\"${name}\", script_${number}, script_${number}_end},\n")
        list(APPEND files ${folder}/${name})
        math(EXPR number "${number} + 1")
    endforeach()
    string(APPEND text
        "\nconst embedded_script embedded_scripts[] = {\n${table}    {0, 0, 0},\n};\n"
        "const size_t embedded_count = ${number};\n")
    file(CONFIGURE OUTPUT ${output} CONTENT "${text}" @ONLY)
    set_source_files_properties(${output} PROPERTIES OBJECT_DEPENDS "${files}")
endfunction()
