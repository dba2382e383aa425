#include "sdk/src/client/status_errors.h"

#include <google/protobuf/any.pb.h>

#include "google/rpc/status.pb.h"
#include "temporalio/errors.h"

namespace temporalio::client {

void throw_status(const rpc::Status& status, const std::string& prefix) {
  throw RPCError(static_cast<RPCStatusCode>(status.code), prefix + status.message, status.details);
}

bool find_detail(const rpc::Status& status, google::protobuf::Message& detail) {
  google::rpc::Status full;
  if (status.details.empty() || !full.ParseFromString(status.details)) return false;
  const std::string& wanted = detail.GetDescriptor()->full_name();
  for (const google::protobuf::Any& any : full.details()) {
    const std::size_t slash = any.type_url().rfind('/');
    if (slash == std::string::npos || any.type_url().compare(slash + 1, std::string::npos, wanted) != 0) continue;
    return detail.ParseFromString(any.value());
  }
  return false;
}

}  // namespace temporalio::client
