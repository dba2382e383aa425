# The test environments themselves.
temporalio_add_test(testing_activity_environment_test SOURCES testing_activity_environment_test.cc
  LIBS temporalio_testing)
temporalio_add_test(testing_environment_test SOURCES testing_environment_test.cc LIBS temporalio_testing)
target_compile_definitions(testing_environment_test PRIVATE TEST_SERVER="$<TARGET_FILE:temporal-test-server>")
add_dependencies(testing_environment_test temporal-test-server)
