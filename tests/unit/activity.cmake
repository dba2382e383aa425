# Activities: names, throttled heartbeats, threads and coroutines, outcomes.
temporalio_add_test(activity_test
  SOURCES activity_definition_test.cc activity_heartbeat_test.cc activity_thread_pool_test.cc
          activity_outcome_test.cc activity_threads_test.cc activity_coroutines_test.cc
  LIBS temporalio_sdk temporalio_proto)
