# Settings and functions that every folder's CMakeLists.txt uses.

# What all of our own code is compiled with (never the generated code, never a user's).
add_library(temporalio_options INTERFACE)
target_compile_options(temporalio_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fno-semantic-interposition)

# temporalio_precompile(TARGET): precompiles the headers that most sources of a library read.
function(temporalio_precompile target)
  if(TEMPORALIO_PRECOMPILE_HEADERS)
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tools/cmake/precompiled/library.h)
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)  # for ccache
  endif()
endfunction()

# temporalio_precompile_test(TARGET): the same for a test binary; all of them share one precompiled header.
function(temporalio_precompile_test target)
  if(NOT TEMPORALIO_PRECOMPILE_HEADERS)
    return()
  endif()
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  if(NOT TARGET temporalio_test_headers)
    add_executable(temporalio_test_headers EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/tools/cmake/precompiled/test.cc)
    target_link_libraries(temporalio_test_headers PRIVATE
      temporalio_options temporalio_proto nlohmann_json::nlohmann_json Threads::Threads GTest::gtest GTest::gmock)
    target_compile_options(temporalio_test_headers PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
    target_precompile_headers(temporalio_test_headers PRIVATE ${PROJECT_SOURCE_DIR}/tools/cmake/precompiled/test.h)
  endif()
  target_precompile_headers(${target} REUSE_FROM temporalio_test_headers)
endfunction()

# temporalio_add_test(NAME SOURCES... LIBS...): one GoogleTest binary, its cases known to ctest.
function(temporalio_add_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE temporalio_options ${arg_LIBS} GTest::gtest GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  temporalio_precompile_test(${name})
  include(GoogleTest)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 300 LABELS "${arg_LABELS}")
endfunction()
