# Values as payloads and back.
temporalio_add_test(payload_test
  SOURCES payload_conversion_test.cc payload_errors_test.cc payload_proto_test.cc
  LIBS temporalio_sdk temporalio_proto)
