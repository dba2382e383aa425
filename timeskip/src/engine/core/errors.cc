// Builds statuses with details: a google.rpc.Status whose one Any is a message of temporal.api.errordetails.v1.
#include "timeskip/src/engine/core/errors.h"

#include <google/protobuf/any.pb.h>

#include <utility>

#include "google/rpc/status.pb.h"
#include "temporal/api/errordetails/v1/message.pb.h"
#include "timeskip/src/engine/core/failures.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/core/text.h"

namespace temporalio::timeskip::errors {
namespace {

namespace details = ::temporal::api::errordetails::v1;

// Text and details travel as HTTP/2 trailers, of which some clients (Java, gRPC's C core) take no more than 8 KiB in
// all and otherwise see an error of the transport. There, other characters than the printable ones of ASCII take three
// bytes each, and the details, which repeat the text, four for three.
constexpr std::size_t kMaxTextBytes = 4000;
constexpr std::size_t kMaxSentBytes = 7600;
constexpr std::size_t kMaxTextWithDetail = 3000;
constexpr std::size_t kMaxTextWithFailure = 1500;
constexpr std::size_t kDetailFrame = 200;  // type URL, tags, lengths

bool travels_as_itself(char c) { return c >= 0x20 && c <= 0x7E && c != '%'; }

std::size_t sent_size(std::string_view text) {
  std::size_t size = 0;
  for (const char c : text) size += travels_as_itself(c) ? 1 : 3;
  return size;
}

void cut_sent(std::string& text, std::size_t most) {
  std::size_t sent = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    sent += travels_as_itself(text[i]) ? 1 : 3;
    if (sent > most) return cut_utf8(text, i);
  }
}

RpcStatus with_detail(int code, std::string message, const google::protobuf::Message& detail) {
  cut_sent(message, kMaxTextWithDetail);
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  status.add_details()->PackFrom(detail);
  return {code, std::move(message), status.SerializeAsString()};
}

}  // namespace

void cut_text(std::string& text) {
  cut_utf8(text, kMaxTextBytes);
  cut_sent(text, kMaxSentBytes);
}

RpcStatus not_found(std::string message) {
  return with_detail(kNotFound, std::move(message), details::NotFoundFailure());
}

RpcStatus already_completed() { return not_found("workflow execution already completed"); }

RpcStatus namespace_not_found(std::string_view name) {
  std::string shown(name);
  cut_utf8(shown, kMaxIdLength);
  details::NamespaceNotFoundFailure detail;
  detail.set_namespace_(shown);
  return with_detail(kNotFound, "Namespace " + shown + " is not found.", detail);
}

RpcStatus namespace_already_exists(std::string_view name) {
  return with_detail(kAlreadyExists, "Namespace \"" + std::string(name) + "\" already exists",
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
  if (failure != nullptr) {
    cut_sent(message, kMaxTextWithFailure);
    const std::size_t left = (kMaxSentBytes - sent_size(message)) / 4 * 3;
    *detail.mutable_failure() = *failure;
    shrink_failure(*detail.mutable_failure(), left - message.size() - kDetailFrame);
  }
  return with_detail(kInvalidArgument, std::move(message), detail);
}

RpcStatus workflow_not_ready(std::string message) {
  return with_detail(kFailedPrecondition, std::move(message), details::WorkflowNotReadyFailure());
}

RpcStatus concurrent_limit(std::string message) {
  details::ResourceExhaustedFailure detail;
  detail.set_cause(enums::RESOURCE_EXHAUSTED_CAUSE_CONCURRENT_LIMIT);
  detail.set_scope(enums::RESOURCE_EXHAUSTED_SCOPE_NAMESPACE);
  return with_detail(kResourceExhausted, std::move(message), detail);
}

RpcStatus permission_denied(std::string message, std::string reason) {
  details::PermissionDeniedFailure detail;
  detail.set_reason(std::move(reason));
  return with_detail(kPermissionDenied, std::move(message), detail);
}

RpcStatus multi_operation_aborted() {
  return with_detail(kAborted, "Operation was aborted.", failurepb::MultiOperationExecutionAborted());
}

RpcStatus multi_operation_failed(const RpcStatus& failed, const std::vector<RpcStatus>& statuses) {
  details::MultiOperationExecutionFailure detail;
  for (const RpcStatus& one : statuses) {
    auto& status = *detail.add_statuses();
    status.set_code(one.code);
    status.set_message(one.message);
    google::rpc::Status inner;
    if (inner.ParseFromString(one.details)) *status.mutable_details() = inner.details();
  }
  return with_detail(failed.code, "MultiOperation could not be executed.", detail);
}

RpcStatus busy_workflow(std::string message) {
  details::ResourceExhaustedFailure detail;
  detail.set_cause(enums::RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW);
  detail.set_scope(enums::RESOURCE_EXHAUSTED_SCOPE_NAMESPACE);
  return with_detail(kResourceExhausted, std::move(message), detail);
}

}  // namespace temporalio::timeskip::errors
