# The one-click purchase, in process and against temporal-test-server over a socket: one source, two environments.
temporalio_add_test(one_click_buy_test SOURCES one_click_buy_test.cc LIBS temporalio_fixtures temporalio_testing)
target_compile_definitions(one_click_buy_test PRIVATE TEST_SERVER="$<TARGET_FILE:temporal-test-server>")
add_dependencies(one_click_buy_test temporal-test-server)
