# The loop, the transport, the client and the worker.
temporalio_add_test(loop_test SOURCES loop_test.cc LIBS temporalio_sdk)
temporalio_add_test(rpc_retry_test SOURCES rpc_retry_test.cc LIBS temporalio_sdk temporalio_proto)
temporalio_add_test(rpc_grpc_test SOURCES rpc_grpc_test.cc LIBS temporalio_sdk temporalio_proto gRPC::grpc++)
find_program(OPENSSL_PROGRAM openssl)  # makes the certificates
if(OPENSSL_PROGRAM)
  temporalio_add_test(client_tls_test SOURCES client_tls_test.cc LIBS temporalio_sdk temporalio_proto gRPC::grpc++)
  target_compile_definitions(client_tls_test PRIVATE OPENSSL_PROGRAM="${OPENSSL_PROGRAM}")
else()
  message(STATUS "client_tls_test left out: the openssl command is missing")
endif()
temporalio_add_test(client_test SOURCES client_test.cc LIBS temporalio_sdk temporalio_proto)
temporalio_add_test(worker_test SOURCES worker_test.cc worker_deadlock_test.cc LIBS temporalio_testing temporalio_proto)
