# The parts of tools/demo, each as a test, and that fixtures/histories are what our own server and worker record today.
add_test(NAME demo.reminders COMMAND temporalio-demo)
add_test(NAME demo.histories_replay
  COMMAND temporal-replay replay --plugin $<TARGET_FILE:fixtures> ${PROJECT_SOURCE_DIR}/fixtures/histories)
add_test(NAME demo.changed_code_is_reported COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/demo_changed_code
  $<TARGET_FILE:temporal-replay> $<TARGET_FILE:fixtures_changed> ${PROJECT_SOURCE_DIR}/fixtures/histories)
add_test(NAME demo.histories_are_current COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/demo_recordings
  $<TARGET_FILE:record-histories> ${PROJECT_SOURCE_DIR}/fixtures/histories)
set_tests_properties(demo.reminders demo.histories_replay demo.changed_code_is_reported demo.histories_are_current
  PROPERTIES TIMEOUT 120)
