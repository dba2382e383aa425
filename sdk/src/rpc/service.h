// The seam between the SDK's reactors and whatever carries a call: gRPC, or the in-process server. No transport type
// is named here. Decorators (retry, metadata, logging) implement the same interface around another Service.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace google::protobuf {
class Message;
}

namespace temporalio::rpc {

// Why a request was refused before it was sent, or, for its size, by the service.
enum class Refusal { none, not_utf8, too_deep, payloads_too_large, message_too_large };

// A gRPC status as a value; it becomes RPCError once, at the client.
struct Status {
  int code = 0;  // google.rpc.Code
  std::string message;
  std::string details;  // serialised google.rpc.Status (the grpc-status-details-bin trailer), or empty
  Refusal refusal = Refusal::none;

  bool is_ok() const { return code == 0; }
};

struct CallOptions {
  std::chrono::nanoseconds timeout{0};  // 0: the service's default
  bool is_long_poll = false;            // long default timeout
  // A worker's poll: repeated for ever, and when its time is up. Other long polls give up as other calls do, and their
  // callers hear that the time is up.
  bool is_worker_poll = false;
  bool is_retryable = true;
  std::vector<std::pair<std::string, std::string>> metadata;
};

using CallId = std::uint64_t;

class Service {
 public:
  virtual ~Service() = default;

  // Starts one unary call. `method` is the full path, "/temporal.api.workflowservice.v1.WorkflowService/Name", with
  // static lifetime. Both messages stay valid until `done` has run; the callee may move out of `request`.
  // `done` runs exactly once, on the loop's thread, never inside start().
  virtual CallId start(const char* method, google::protobuf::Message& request, google::protobuf::Message& response,
                       CallOptions options, std::function<void(Status)> done) = 0;

  // Asks to end a call early; its `done` still runs, with CANCELLED unless the answer came first.
  virtual void cancel(CallId call) = 0;
};

}  // namespace temporalio::rpc
