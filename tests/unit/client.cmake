# The loop, the transport, the client and the worker.
temporalio_add_test(loop_test SOURCES loop_test.cc LIBS temporalio_sdk)
temporalio_add_test(rpc_retry_test SOURCES rpc_retry_test.cc LIBS temporalio_sdk temporalio_proto)
temporalio_add_test(rpc_grpc_test SOURCES rpc_grpc_test.cc LIBS temporalio_sdk temporalio_proto gRPC::grpc++)
temporalio_add_test(client_test SOURCES client_test.cc LIBS temporalio_sdk temporalio_proto)
temporalio_add_test(worker_test SOURCES worker_test.cc LIBS temporalio_testing temporalio_proto)
