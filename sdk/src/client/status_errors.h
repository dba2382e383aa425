// Where a status of the service becomes an exception: once, at the client.
#pragma once

#include <optional>
#include <string>

#include "sdk/src/rpc/service.h"

namespace google::protobuf {
class Message;
}

namespace temporalio::client {

// Throws RPCError; `prefix` goes before the service's message.
[[noreturn]] void throw_status(const rpc::Status& status, const std::string& prefix = {});

// Fills `detail` from the error details that came with the status; false: there is none of that type.
bool find_detail(const rpc::Status& status, google::protobuf::Message& detail);

}  // namespace temporalio::client
