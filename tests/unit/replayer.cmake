temporalio_add_test(replayer_loader_test
  SOURCES replayer_scalars_test.cc replayer_loader_test.cc replayer_corpus_test.cc
  LIBS temporalio_replayer temporalio_proto simdjson::simdjson ZLIB::ZLIB)
target_compile_definitions(replayer_loader_test PRIVATE TEMPORALIO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

temporalio_add_test(replayer_api_test
  SOURCES replayer_api_test.cc ../bench/loop_history.cc
  LIBS temporalio_fixtures temporalio_replayer temporalio_proto)
temporalio_add_test(replay_rules_test SOURCES replay_rules_test.cc
  LIBS temporalio_replayer temporalio_sdk temporalio_proto)
