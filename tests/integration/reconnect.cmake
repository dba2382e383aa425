# A worker outlives its server.
temporalio_add_test(reconnect_test SOURCES reconnect_test.cc LIBS temporalio_fixtures temporalio_sdk)
target_compile_definitions(reconnect_test PRIVATE TEST_SERVER="$<TARGET_FILE:temporal-test-server>")
add_dependencies(reconnect_test temporal-test-server)

temporalio_add_test(restart_test SOURCES restart_test.cc LIBS temporalio_testing temporalio_proto)
target_compile_definitions(restart_test PRIVATE TEST_SERVER="$<TARGET_FILE:temporal-test-server>")
add_dependencies(restart_test temporal-test-server)
