temporalio_add_test(goldens_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/goldens_test.cc
  LIBS temporalio_fixtures temporalio_replayer temporalio_sdk)
# Beside the project on the machines that build it, absent from a clone elsewhere.
target_compile_definitions(goldens_test PRIVATE RECORDED_HISTORIES="${PROJECT_SOURCE_DIR}/../shared/histories")
