# What lists and counts of runs cost: bin/visibility_bench.
add_executable(visibility_bench visibility_bench.cc)
target_link_libraries(visibility_bench PRIVATE temporalio_options temporalio_timeskip temporalio_proto)
