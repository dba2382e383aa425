# Activities from the workflow's call to the worker's answer, in process and over a socket.
temporalio_add_test(activities_test SOURCES activities_test.cc LIBS temporalio_testing)
target_compile_definitions(activities_test PRIVATE TEST_SERVER="$<TARGET_FILE:temporal-test-server>")
add_dependencies(activities_test temporal-test-server)
