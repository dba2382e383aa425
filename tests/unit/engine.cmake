# The time-skipping engine, driven in process by a scripted worker.
set(engine_libs temporalio_timeskip temporalio_proto)
temporalio_add_test(engine_test
  SOURCES engine_timer_queue_test.cc engine_time_test.cc engine_time_locks_test.cc engine_workflow_test.cc
    engine_activity_test.cc engine_start_test.cc engine_history_test.cc engine_query_test.cc
    engine_limits_test.cc engine_errors_test.cc engine_random_test.cc
  LIBS ${engine_libs})
target_compile_options(engine_test PRIVATE -Wno-deprecated-declarations)
