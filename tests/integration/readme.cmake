# The README's code is compiled as it stands: its four C++ blocks are a test, a struct, a worker and a plug-in.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/README.md)
set(readme_code ${CMAKE_CURRENT_BINARY_DIR}/readme)
execute_process(
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/readme_code ${PROJECT_SOURCE_DIR}/README.md ${readme_code}
  COMMAND_ERROR_IS_FATAL ANY)

# Without precompiled headers: what a block forgets to include must show.
temporalio_add_test(readme_example_test NO_PRECOMPILED_HEADER SOURCES ${readme_code}/1.cc LIBS temporalio_testing)

add_library(readme_struct OBJECT ${readme_code}/2.cc)
target_link_libraries(readme_struct PRIVATE temporalio_options temporalio_sdk)

add_executable(readme_worker ${readme_code}/3.cc)
target_link_libraries(readme_worker PRIVATE temporalio_options temporalio_sdk)

add_library(readme_plugin MODULE ${readme_code}/4.cc)
target_link_libraries(readme_plugin PRIVATE temporalio_options temporalio_replayer)
# None of these histories is a Nap: the plug-in is loaded, and every type is reported as not registered.
add_test(NAME readme_plugin_loads
  COMMAND bash -c "\"$0\" replay --plugin \"$1\" \"$2\"; [ $? -eq 3 ]"
    $<TARGET_FILE:temporal-replay> $<TARGET_FILE:readme_plugin> ${PROJECT_SOURCE_DIR}/fixtures/histories)
