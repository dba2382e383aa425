# Files of one history a line: bin/lines_bench [MB...].
add_executable(lines_bench lines_bench.cc loop_history.cc)
target_link_libraries(lines_bench PRIVATE temporalio_options temporalio_replayer temporalio_proto)
target_include_directories(lines_bench PRIVATE ${PROJECT_SOURCE_DIR})
