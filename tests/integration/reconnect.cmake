# A worker outlives its server.
temporalio_add_test(reconnect_test SOURCES reconnect_test.cc LIBS temporalio_fixtures temporalio_sdk)
target_compile_definitions(reconnect_test PRIVATE TEST_SERVER="$<TARGET_FILE:temporal-test-server>")
add_dependencies(reconnect_test temporal-test-server)
