// Unary calls to a Temporal server by method name, with messages made from the compiled-in API definitions.
#pragma once

#include <google/protobuf/message.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace conformance {

struct CallResult {
  int code = 0;                                                     // gRPC status code
  std::string message;                                              // its text
  std::vector<std::shared_ptr<google::protobuf::Message>> details;  // error details of known types
  std::vector<std::string> unknown_details;                         // type names of the others
  std::shared_ptr<google::protobuf::Message> response;              // set when code is 0
};

// "OK", "NOT_FOUND", ...
std::string code_name(int code);

// Thread-safe.
class Caller {
 public:
  explicit Caller(const std::string& address);
  ~Caller();

  // An empty request for `method`, of WorkflowService, OperatorService or TestService; throws std::runtime_error on an
  // unknown name.
  static std::shared_ptr<google::protobuf::Message> new_request(const std::string& method);

  CallResult call(const std::string& method, const google::protobuf::Message& request,
                  std::chrono::milliseconds timeout) const;

  // Waits until the server answers at all.
  bool wait_until_ready(std::chrono::milliseconds timeout) const;

 private:
  struct Channel;
  std::unique_ptr<Channel> channel_;
};

}  // namespace conformance
