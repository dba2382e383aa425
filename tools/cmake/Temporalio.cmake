# Settings and functions that every folder's CMakeLists.txt uses.

# What all of our own code is compiled with (never the generated code, never a user's).
add_library(temporalio_options INTERFACE)
target_compile_options(temporalio_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fno-semantic-interposition)

# temporalio_add_test(NAME SOURCES... LIBS...): one GoogleTest binary, its cases known to ctest.
function(temporalio_add_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE temporalio_options ${arg_LIBS} GTest::gtest GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  include(GoogleTest)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 300 LABELS "${arg_LABELS}")
endfunction()
