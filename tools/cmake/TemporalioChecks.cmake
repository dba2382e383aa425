# The target temporalio_header_checks (not part of `all`): every header compiles as the only thing a file includes, the
# public ones with a user's include paths and without the generated messages.
file(GLOB public_headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} */include/temporalio/*.h)
file(GLOB_RECURSE internal_headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
  sdk/src/*.h timeskip/src/*.h replayer/src/*/*.h)

function(temporalio_check_headers name)
  set(sources "")
  foreach(header IN LISTS ARGN)
    string(REGEX REPLACE "^.*/include/" "" spelled ${header})
    string(REPLACE "/" "_" stem ${spelled})
    set(source ${PROJECT_BINARY_DIR}/header_checks/${stem}.cc)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${spelled}\"\n#include \"${spelled}\"\n")
    list(APPEND sources ${source})
  endforeach()
  if(sources)
    add_library(${name} OBJECT EXCLUDE_FROM_ALL ${sources})
    target_compile_options(${name} PRIVATE $<TARGET_PROPERTY:temporalio_options,INTERFACE_COMPILE_OPTIONS>)
    target_include_directories(${name} PRIVATE
      ${PROJECT_SOURCE_DIR}/sdk/include ${PROJECT_SOURCE_DIR}/timeskip/include ${PROJECT_SOURCE_DIR}/replayer/include)
    target_link_libraries(${name} PRIVATE nlohmann_json::nlohmann_json)
    add_dependencies(temporalio_header_checks ${name})
  endif()
endfunction()

add_custom_target(temporalio_header_checks)
temporalio_check_headers(temporalio_public_header_checks ${public_headers})
temporalio_check_headers(temporalio_internal_header_checks ${internal_headers})
target_include_directories(temporalio_internal_header_checks PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(temporalio_internal_header_checks PRIVATE temporalio_proto gRPC::grpc++ simdjson::simdjson)
