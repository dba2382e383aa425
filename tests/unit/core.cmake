temporalio_add_test(core_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/core_coroutines_test.cc ${CMAKE_CURRENT_LIST_DIR}/core_broken_frame_test.cc
    ${CMAKE_CURRENT_LIST_DIR}/core_machines_test.cc ${CMAKE_CURRENT_LIST_DIR}/core_base_test.cc
  LIBS temporalio_sdk temporalio_proto)
