# The time of one in-process unit test: bin/unit_test_bench [RUNS].
add_executable(unit_test_bench unit_test_bench.cc)
target_link_libraries(unit_test_bench PRIVATE temporalio_options temporalio_testing)
