# temporal-replay as a whole: its exit codes and what it says, with good and with misbehaving plug-ins.
foreach(plugin replay_faulty_workflows replay_other_abi replay_no_entry)
  add_library(${plugin} MODULE ${plugin}.cc)
  target_link_libraries(${plugin} PRIVATE temporalio_options temporalio_replayer)
  temporalio_precompile(${plugin})
endforeach()
add_executable(replay_own_main replay_own_main.cc)
target_link_libraries(replay_own_main PRIVATE temporalio_options temporalio_fixtures temporalio_replayer)

temporalio_add_test(replay_command_test
  SOURCES replay_command_test.cc replay_bad_input_test.cc replay_report_test.cc
          replay_command.cc ../bench/loop_history.cc
  LIBS temporalio_proto nlohmann_json::nlohmann_json)
target_compile_definitions(replay_command_test PRIVATE
  TEMPORALIO_VERSION="${PROJECT_VERSION}"
  TEMPORALIO_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
  TEMPORAL_REPLAY="$<TARGET_FILE:temporal-replay>"
  OWN_MAIN="$<TARGET_FILE:replay_own_main>"
  FAULTY_PLUGIN="$<TARGET_FILE:replay_faulty_workflows>"
  OTHER_ABI_PLUGIN="$<TARGET_FILE:replay_other_abi>"
  NO_ENTRY_PLUGIN="$<TARGET_FILE:replay_no_entry>"
  FIXTURES_PLUGIN="$<TARGET_FILE:fixtures>")
add_dependencies(replay_command_test fixtures
  temporal-replay replay_own_main replay_faulty_workflows replay_other_abi replay_no_entry)
