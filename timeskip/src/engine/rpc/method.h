// The form of an RPC: one row for each method says which messages it has and what handles it. A family of RPCs is one
// file that ends in its rows; the table of all methods is method_table.cc.
//
// A handler validates completely, then applies: it returns the answer, or nothing when it has parked the call (or
// answered it already). An error means that nothing has changed.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "timeskip/src/engine/core/call.h"
#include "timeskip/src/engine/core/call_context.h"

namespace temporalio::timeskip {

class Engine;

using Answer = std::optional<RpcStatus>;
inline constexpr std::nullopt_t kParked = std::nullopt;

struct Method {
  std::string_view path;  // "/package.Service/Name"
  const google::protobuf::Message* request;
  const google::protobuf::Message* response;
  Answer (*handle)(Engine& engine, Call& call);
};

template <class Request, class Response>
Method method(std::string_view path, Answer (*handle)(Engine&, Call&)) {
  return {path, &Request::default_instance(), &Response::default_instance(), handle};
}

// The rows of each family, in the file of that name.
std::span<const Method> activity_methods();
std::span<const Method> batch_methods();
std::span<const Method> describe_workflow_methods();
std::span<const Method> history_methods();
std::span<const Method> namespace_methods();
std::span<const Method> poll_methods();
std::span<const Method> query_methods();
std::span<const Method> search_attribute_methods();
std::span<const Method> start_workflow_methods();
std::span<const Method> test_service_methods();
std::span<const Method> visibility_methods();
std::span<const Method> update_methods();
std::span<const Method> workflow_control_methods();
std::span<const Method> workflow_task_methods();

// A row of WorkflowService or OperatorService, whose messages are named after the method. The file that uses it
// includes the service's request_response.pb.h.
#define TIMESKIP_WORKFLOW_METHOD(name, handler)                                                                      \
  method<::temporal::api::workflowservice::v1::name##Request, ::temporal::api::workflowservice::v1::name##Response>( \
      "/temporal.api.workflowservice.v1.WorkflowService/" #name, handler)
#define TIMESKIP_OPERATOR_METHOD(name, handler)                                                                      \
  method<::temporal::api::operatorservice::v1::name##Request, ::temporal::api::operatorservice::v1::name##Response>( \
      "/temporal.api.operatorservice.v1.OperatorService/" #name, handler)

}  // namespace temporalio::timeskip
