// Failures from the wire: every one becomes an exception, and the exception becomes a failure that reads as the same.
#include <google/protobuf/stubs/logging.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "sdk/src/payload/failure.h"
#include "temporal/api/failure/v1/message.pb.h"

// Messages about text that is not UTF-8 would drown everything else.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using temporal::api::failure::v1::Failure;
  Failure message;
  if (!message.ParseFromArray(data, static_cast<int>(size))) return 0;
  Failure once;
  temporalio::payload::to_proto(temporalio::payload::to_exception(message), once);
  Failure twice;
  temporalio::payload::to_proto(temporalio::payload::to_exception(once), twice);
  const std::string description = temporalio::describe_failure(temporalio::payload::to_exception(message));
  if (description.empty() || once.ByteSizeLong() != twice.ByteSizeLong()) std::abort();
  return 0;
}
