# Replay and loading, beside Go's replayer where its binary is given: bin/replay_bench [--go BINARY] [--runs N].
add_executable(replay_bench replay_bench.cc loop_history.cc)
target_link_libraries(replay_bench PRIVATE
  temporalio_options temporalio_fixtures temporalio_replayer temporalio_sdk temporalio_proto)
target_include_directories(replay_bench PRIVATE ${PROJECT_SOURCE_DIR})
