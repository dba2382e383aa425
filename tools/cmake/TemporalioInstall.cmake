# What `cmake --install` puts where: a package that can be moved, found by find_package(temporalio CONFIG) or pkg-config.
# The generated API definitions are installed as a library only; no public header needs them.
include(CMakePackageConfigHelpers)

set(libraries temporalio_proto temporalio_sdk temporalio_testing temporalio_replayer)
set(programs temporal-replay temporal-test-server)

install(TARGETS ${libraries} EXPORT temporalioTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS ${programs} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(folder sdk timeskip replayer)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.h")
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# ---- CMake ----
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/temporalio)
install(EXPORT temporalioTargets NAMESPACE temporalio:: DESTINATION ${package_dir})
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/temporalioConfig.cmake @ONLY CONTENT [=[
# Targets: temporalio::sdk, temporalio::testing, temporalio::replayer. Only what public headers need is looked for.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(nlohmann_json)
include(${CMAKE_CURRENT_LIST_DIR}/temporalioTargets.cmake)
]=])
write_basic_package_version_file(${PROJECT_BINARY_DIR}/temporalioConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/temporalioConfig.cmake ${PROJECT_BINARY_DIR}/temporalioConfigVersion.cmake
  DESTINATION ${package_dir})

# ---- pkg-config ----
# temporalio_pkg_config(NAME DESCRIPTION REQUIRES LIBRARY): the prefix follows from where the file lies.
function(temporalio_pkg_config name description requires library)
  file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name}.pc @ONLY CONTENT
"prefix=\${pcfiledir}/${up}
libdir=\${prefix}/${CMAKE_INSTALL_LIBDIR}
includedir=\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}

Name: ${name}
Description: ${description}
Version: ${PROJECT_VERSION}
Requires: ${requires}
Libs: -L\${libdir} -l${library}
Cflags: -I\${includedir} -pthread
")
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
temporalio_pkg_config(temporalio "Temporal SDK for C++" nlohmann_json temporalio_sdk)
temporalio_pkg_config(temporalio-testing "Time-skipping test environment for Temporal workflows" temporalio temporalio_testing)
temporalio_pkg_config(temporalio-replayer "Replays Temporal histories against workflow code" temporalio temporalio_replayer)

# ---- The test: a program outside the tree, against the package moved to another place ----
string(TOUPPER "CMAKE_CXX_FLAGS_${CMAKE_BUILD_TYPE}" flags_variable)
if(TEMPORALIO_BUILD_TESTS AND NOT ${flags_variable} MATCHES "-fsanitize")
  add_test(NAME consumer COMMAND ${PROJECT_SOURCE_DIR}/tests/consumer/run ${PROJECT_BINARY_DIR}
    ${CMAKE_CXX_COMPILER} $<TARGET_FILE:fixtures>)
  set_tests_properties(consumer PROPERTIES LABELS consumer TIMEOUT 300)
endif()
