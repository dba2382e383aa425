# temporal-test-server: command line, gRPC service, and the binary as SDKs launch it.
temporalio_add_test(service_command_line_test SOURCES service_command_line_test.cc
  LIBS temporalio_timeskip gRPC::grpc++_unsecure temporalio_proto_static)
temporalio_add_test(service_grpc_test SOURCES service_grpc_test.cc
  LIBS temporalio_timeskip gRPC::grpc++_unsecure temporalio_proto_static)
temporalio_add_test(service_process_test SOURCES service_process_test.cc
  LIBS gRPC::grpc++_unsecure temporalio_proto_static)
target_compile_definitions(service_process_test PRIVATE
  TEST_SERVER="$<TARGET_FILE:temporal-test-server>" TEMPORALIO_VERSION="${PROJECT_VERSION}")
add_dependencies(service_process_test temporal-test-server)
