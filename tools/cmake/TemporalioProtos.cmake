# Obtains the API definitions (tools/fetch-protos, or -DTEMPORALIO_API_PROTOS=DIR), generates the messages that this
# project uses, and compiles them once: temporalio_proto (shared) and temporalio_proto_static, from the same objects.
# No stubs are generated: clients and servers here call by method name, so the two huge service files never compile.

if(TEMPORALIO_API_PROTOS)
  set(proto_root ${TEMPORALIO_API_PROTOS})
else()
  execute_process(COMMAND ${PROJECT_SOURCE_DIR}/tools/fetch-protos
    OUTPUT_VARIABLE proto_root OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE fetch_result)
  if(NOT fetch_result EQUAL 0)
    message(FATAL_ERROR "The Temporal API definitions could not be fetched (tools/fetch-protos says why above). "
      "With a copy at hand, configure with -DTEMPORALIO_API_PROTOS=DIR, where DIR holds temporal/api/.")
  endif()
endif()
if(NOT EXISTS ${proto_root}/temporal/api/workflowservice/v1/request_response.proto)
  message(FATAL_ERROR "${proto_root} holds no temporal/api/workflowservice/v1/request_response.proto: "
    "TEMPORALIO_API_PROTOS must name the folder that holds temporal/api/.")
endif()

# Only what is used: files with services and the packages that nothing here imports are left out.
file(GLOB_RECURSE proto_files RELATIVE ${proto_root} ${proto_root}/temporal/api/*.proto)
list(FILTER proto_files EXCLUDE REGEX "/service\\.proto$|/cloud/|/notificationservice/|/nexusservices/")
foreach(extra google/rpc/status.proto grpc/health/v1/health.proto nexusannotations/v1/options.proto)
  if(EXISTS ${proto_root}/${extra})
    list(APPEND proto_files ${extra})
  endif()
endforeach()
list(SORT proto_files)

set(gen ${CMAKE_CURRENT_BINARY_DIR}/gen)
set(gen_sources "")
foreach(file IN LISTS proto_files)
  string(REGEX REPLACE "\\.proto$" "" stem ${file})
  list(APPEND gen_sources ${gen}/${stem}.pb.cc)
  list(APPEND gen_headers ${gen}/${stem}.pb.h)
endforeach()
string(REPLACE ";" "\n" proto_list "${proto_files}")
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/proto_files.txt CONTENT "${proto_list}\n")

add_custom_command(OUTPUT ${gen_sources} ${gen_headers}
  COMMAND ${PROJECT_SOURCE_DIR}/tools/generate-protos $<TARGET_FILE:protobuf::protoc> ${proto_root}
    ${CMAKE_CURRENT_BINARY_DIR}/proto_files.txt ${gen}
  DEPENDS ${PROJECT_SOURCE_DIR}/tools/generate-protos ${CMAKE_CURRENT_BINARY_DIR}/proto_files.txt
  COMMENT "Generating the Temporal API messages" VERBATIM)

add_library(temporalio_proto_objects OBJECT ${gen_sources})
target_include_directories(temporalio_proto_objects SYSTEM PUBLIC ${gen})
target_link_libraries(temporalio_proto_objects PUBLIC protobuf::libprotobuf)
# Sanitizers are kept out of the generated code: it is large, not ours, and compiles three times faster without.
target_compile_options(temporalio_proto_objects PRIVATE -w -O1 -g0
  $<$<CONFIG:Release>:-O2> -fno-semantic-interposition)

add_library(temporalio_proto SHARED)
set_target_properties(temporalio_proto PROPERTIES EXPORT_NAME proto VERSION ${PROJECT_VERSION} SOVERSION 0)
target_link_libraries(temporalio_proto PRIVATE temporalio_proto_objects)
add_library(temporalio_proto_static STATIC)
target_link_libraries(temporalio_proto_static PRIVATE temporalio_proto_objects)
foreach(lib temporalio_proto temporalio_proto_static)
  add_dependencies(${lib} temporalio_proto_objects)
  target_include_directories(${lib} SYSTEM INTERFACE $<BUILD_INTERFACE:${gen}>)
  target_link_libraries(${lib} PUBLIC $<BUILD_INTERFACE:protobuf::libprotobuf>)
endforeach()
