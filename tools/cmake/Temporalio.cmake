# Settings and functions that every folder's CMakeLists.txt uses.

# What all of our own code is compiled with (never the generated code, never a user's).
add_library(temporalio_options INTERFACE)
target_compile_options(temporalio_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fno-semantic-interposition)

# What a precompiled header and the sources that use it are compiled with alike. -fpch-preprocess is for ccache. g++ 12
# warns wrongly of std::string's own copying (GCC bug 105651), and from a precompiled header that counts as our code.
set(temporalio_precompile_options -pthread $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds> $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)

# temporalio_precompile(TARGET...): compiles their sources with a precompiled header. All libraries share one, and all
# test programs another: a program's code is compiled differently (-fPIE), and theirs includes GoogleTest.
function(temporalio_precompile)
  if(NOT TEMPORALIO_PRECOMPILE_HEADERS)
    return()
  endif()
  foreach(target IN LISTS ARGN)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "EXECUTABLE")
      temporalio_precompiled_header(temporalio_test_headers test GTest::gtest GTest::gmock)
      target_precompile_headers(${target} REUSE_FROM temporalio_test_headers)
    else()
      temporalio_precompiled_header(temporalio_library_headers library)
      target_precompile_headers(${target} REUSE_FROM temporalio_library_headers)
    endif()
    # Found by the include path: what CMake writes of it is the same in every clone.
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tools/cmake/precompiled)
    target_compile_options(${target} PRIVATE ${temporalio_precompile_options})
  endforeach()
endfunction()

# temporalio_precompiled_header(TARGET NAME LIBS...): the target that owns precompiled/NAME.h.
function(temporalio_precompiled_header target name)
  if(TARGET ${target})
    return()
  endif()
  set(folder ${PROJECT_SOURCE_DIR}/tools/cmake/precompiled)
  if(name STREQUAL "test")
    add_executable(${target} EXCLUDE_FROM_ALL ${folder}/test.cc)
  else()
    add_library(${target} OBJECT EXCLUDE_FROM_ALL ${folder}/library.cc)
  endif()
  target_link_libraries(${target} PRIVATE
    temporalio_options temporalio_proto nlohmann_json::nlohmann_json Threads::Threads ${ARGN})
  target_compile_options(${target} PRIVATE ${temporalio_precompile_options})
  target_include_directories(${target} PRIVATE ${folder})
  target_precompile_headers(${target} PRIVATE <precompiled_${name}.h>)
endfunction()

# temporalio_add_test(NAME [NO_PRECOMPILED_HEADER] SOURCES... LIBS...): one GoogleTest binary, its cases known to ctest.
function(temporalio_add_test name)
  cmake_parse_arguments(arg "NO_PRECOMPILED_HEADER" "" "SOURCES;LIBS;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE temporalio_options ${arg_LIBS} GTest::gtest GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  if(NOT arg_NO_PRECOMPILED_HEADER)
    temporalio_precompile(${name})
  endif()
  include(GoogleTest)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 300 LABELS "${arg_LABELS}")
endfunction()
