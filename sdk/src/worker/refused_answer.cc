#include "sdk/src/worker/refused_answer.h"

#include "sdk/src/base/utf8.h"
#include "sdk/src/payload/failure.h"
#include "temporalio/errors.h"

namespace temporalio::worker {
namespace {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): causes
using Kind = RefusedAnswer::Kind;

constexpr std::size_t kReducedMessageBytes = 1000;

Kind kind_of(const rpc::Status& status) {
  switch (status.refusal) {
    case rpc::Refusal::payloads_too_large:
    case rpc::Refusal::message_too_large:
      return Kind::too_large;
    case rpc::Refusal::not_utf8:
    case rpc::Refusal::too_deep:
      return Kind::unfit;
    case rpc::Refusal::none:
      break;
  }
  switch (static_cast<RPCStatusCode>(status.code)) {
    case RPCStatusCode::not_found:
      return Kind::gone;
    case RPCStatusCode::invalid_argument:
      return status.message.starts_with("UnhandledCommand") ? Kind::overtaken : Kind::unfit;
    case RPCStatusCode::permission_denied:
    case RPCStatusCode::unauthenticated:
      return Kind::forbidden;
    default:
      return Kind::undelivered;
  }
}

LogLevel level_of(Kind kind) {
  switch (kind) {
    case Kind::gone:
    case Kind::overtaken:
      return LogLevel::debug;
    case Kind::undelivered:
      return LogLevel::warning;
    default:
      return LogLevel::error;
  }
}

const char* outcome_of(Kind kind) {
  switch (kind) {
    case Kind::forbidden:
      return " (the service does not permit it; the task will time out and be given out again)";
    case Kind::undelivered:
      return " (the task will time out and be given out again)";
    default:
      return "";
  }
}

const char* type_of(const RefusedAnswer& refused) {
  if (refused.cause == WORKFLOW_TASK_FAILED_CAUSE_GRPC_MESSAGE_TOO_LARGE) return "GrpcMessageTooLarge";
  return refused.kind == Kind::too_large ? "PayloadsTooLarge" : "RefusedByService";
}

}  // namespace

RefusedAnswer judge_refusal(const std::string& answer, const rpc::Status& status) {
  RefusedAnswer refused;
  refused.kind = kind_of(status);
  refused.level = level_of(refused.kind);
  refused.text = answer + " was refused: " + status.message + outcome_of(refused.kind);
  refused.cause = status.refusal == rpc::Refusal::message_too_large ? WORKFLOW_TASK_FAILED_CAUSE_GRPC_MESSAGE_TOO_LARGE
                  : status.refusal == rpc::Refusal::payloads_too_large
                      ? WORKFLOW_TASK_FAILED_CAUSE_PAYLOADS_TOO_LARGE
                      : WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE;
  return refused;
}

temporal::api::failure::v1::Failure failure_of(const RefusedAnswer& refused) {
  temporal::api::failure::v1::Failure failure;
  payload::to_proto(ApplicationError(refused.text, {.type = type_of(refused)}), failure);
  return failure;
}

temporal::api::failure::v1::Failure reduced(const temporal::api::failure::v1::Failure& failure,
                                            const RefusedAnswer& refused) {
  temporal::api::failure::v1::Failure left;
  const std::string message = base::replace_invalid_utf8(failure.message().substr(0, kReducedMessageBytes));
  left.set_message(message + " (the rest of the failure is left out: " + refused.text + ")");
  left.set_source(payload::kFailureSource);
  auto& info = *left.mutable_application_failure_info();
  info.set_type(base::replace_invalid_utf8(failure.application_failure_info().type().substr(0, kReducedMessageBytes)));
  info.set_non_retryable(failure.application_failure_info().non_retryable());
  return left;
}

}  // namespace temporalio::worker
