temporalio_add_test(goldens_more_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/goldens_more_test.cc
  LIBS temporalio_replayer temporalio_sdk)
