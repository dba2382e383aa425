# Start time and idle memory of temporal-test-server: bin/server_start bin/temporal-test-server.
add_executable(server_start server_start.cc)
target_link_libraries(server_start PRIVATE temporalio_options)
