# spec/**/NAME_spec.lua is ctest spec/**/NAME, run by hosskeep itself.
file(GLOB_RECURSE specs CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/spec
    ${PROJECT_SOURCE_DIR}/spec/*_spec.lua)
foreach(spec IN LISTS specs)
    string(REGEX REPLACE "_spec\\.lua$" "" name ${spec})
    hk_add_test(spec/${name} 120 spec "HOSSKEEP=${PROJECT_BINARY_DIR}/hosskeep"
        ${PROJECT_BINARY_DIR}/hosskeep run ${PROJECT_SOURCE_DIR}/spec/run.lua
        ${PROJECT_SOURCE_DIR}/spec/${spec})
endforeach()
