# The failure tree as exceptions and as messages.
temporalio_add_test(errors_test
  SOURCES errors_failure_test.cc errors_exception_test.cc errors_corpus_test.cc
  LIBS temporalio_sdk temporalio_replayer temporalio_proto)
target_compile_definitions(errors_test PRIVATE TEMPORALIO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
