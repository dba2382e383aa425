temporalio_add_test(goldens_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/goldens_test.cc
  LIBS temporalio_fixtures temporalio_replayer temporalio_sdk)
