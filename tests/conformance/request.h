// Builds the request of a step: its own fields, then defaults for what the script leaves out.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "tests/conformance/scenario.h"

namespace conformance {

// The RPC that a verb stands for; a verb that is no alias is the name of an RPC.
std::string method_of(const std::string& verb);

// Responses that steps have kept, by name; `task` and `activity` are the last ones polled.
using Kept = std::map<std::string, std::shared_ptr<google::protobuf::Message>>;

struct RequestContext {
  const Kept& kept;
  const std::string& unique;              // makes workflow ids and task queues this scenario's own
  std::function<std::string()> new_uuid;  // for request ids
  const std::string& name_space;          // of requests that name none
  bool skips_by_request;                  // ask for time skipping in each request that starts a workflow
};

// Throws std::runtime_error when the body does not fit the request.
std::shared_ptr<google::protobuf::Message> build_request(const Step& step, const RequestContext& context);

std::string get_string(const google::protobuf::Message& message, const std::string& field);

}  // namespace conformance
