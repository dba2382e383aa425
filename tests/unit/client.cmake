# The loop, the transport, the client and the worker.
temporalio_add_test(loop_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/loop_test.cc LIBS temporalio_sdk)
