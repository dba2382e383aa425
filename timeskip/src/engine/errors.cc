// Builds statuses with details: a google.rpc.Status whose one Any is a message of temporal.api.errordetails.v1.
#include "timeskip/src/engine/errors.h"

#include <google/protobuf/any.pb.h>

#include <utility>

#include "google/rpc/status.pb.h"
#include "temporal/api/errordetails/v1/message.pb.h"

namespace temporalio::timeskip::errors {
namespace {

namespace details = ::temporal::api::errordetails::v1;

RpcStatus with_detail(int code, std::string message, const google::protobuf::Message& detail) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  status.add_details()->PackFrom(detail);
  return {code, std::move(message), status.SerializeAsString()};
}

}  // namespace

RpcStatus not_found(std::string message) {
  return with_detail(kNotFound, std::move(message), details::NotFoundFailure());
}

RpcStatus namespace_not_found(std::string_view name) {
  details::NamespaceNotFoundFailure detail;
  detail.set_namespace_(std::string(name));
  return with_detail(kNotFound, "Namespace " + std::string(name) + " is not found.", detail);
}

RpcStatus namespace_already_exists(std::string_view name) {
  return with_detail(kAlreadyExists, "Namespace " + std::string(name) + " already exists.",
                     details::NamespaceAlreadyExistsFailure());
}

RpcStatus already_started(std::string message, const std::string& start_request_id, const std::string& run_id,
                          const std::string& first_run_id) {
  details::WorkflowExecutionAlreadyStartedFailure detail;
  detail.set_start_request_id(start_request_id);
  detail.set_run_id(run_id);
  detail.set_first_execution_run_id(first_run_id);
  return with_detail(kAlreadyExists, std::move(message), detail);
}

RpcStatus query_failed(std::string message, const failurepb::Failure* failure) {
  details::QueryFailedFailure detail;
  if (failure != nullptr) *detail.mutable_failure() = *failure;
  return with_detail(kInvalidArgument, std::move(message), detail);
}

RpcStatus workflow_not_ready(std::string message) {
  return with_detail(kFailedPrecondition, std::move(message), details::WorkflowNotReadyFailure());
}

RpcStatus busy_workflow(std::string message) {
  details::ResourceExhaustedFailure detail;
  detail.set_cause(enums::RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW);
  detail.set_scope(enums::RESOURCE_EXHAUSTED_SCOPE_NAMESPACE);
  return with_detail(kResourceExhausted, std::move(message), detail);
}

}  // namespace temporalio::timeskip::errors
