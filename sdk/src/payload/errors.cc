// What of temporalio/errors.h needs no template and no message: names, constructors, the printed tree.
#include "temporalio/errors.h"

#include <array>

namespace temporalio {
namespace {

template <std::size_t N, class Enum>
std::string_view name_of(const std::array<std::string_view, N>& names, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : std::string_view("unknown");
}

std::string rpc_message(RPCStatusCode status, const std::string& message) {
  return std::string(to_string(status)) + ": " + message;
}

void add_line(std::string& text, int depth, std::string_view kind, std::string_view message) {
  if (depth > 0) {
    text += '\n';
    text.append(static_cast<std::size_t>(depth) * 2, ' ');
    text += "caused by ";
  }
  text += kind;
  if (!message.empty()) {
    text += ": ";
    text += message;
  }
}

// "ApplicationError(CardError)" and the like.
std::string kind_of(const TemporalError& error) {
  if (const auto* application = dynamic_cast<const ApplicationError*>(&error)) {
    return "ApplicationError" + (application->type().empty() ? "" : "(" + application->type() + ")");
  }
  if (const auto* activity = dynamic_cast<const ActivityError*>(&error)) {
    return "ActivityError(" + activity->activity_type() + " id " + activity->activity_id() + ", retry state " +
           std::string(to_string(activity->retry_state())) + ")";
  }
  if (const auto* child = dynamic_cast<const ChildWorkflowError*>(&error)) {
    return "ChildWorkflowError(" + child->workflow_type() + " id " + child->workflow_id() + ", retry state " +
           std::string(to_string(child->retry_state())) + ")";
  }
  if (const auto* timeout = dynamic_cast<const TimeoutError*>(&error)) {
    return "TimeoutError(" + std::string(to_string(timeout->type())) + ")";
  }
  if (dynamic_cast<const CancelledError*>(&error) != nullptr) return "CancelledError";
  if (dynamic_cast<const TerminatedError*>(&error) != nullptr) return "TerminatedError";
  if (dynamic_cast<const ServerError*>(&error) != nullptr) return "ServerError";
  if (dynamic_cast<const RPCError*>(&error) != nullptr) return "RPCError";
  return "Error";
}

}  // namespace

std::string_view to_string(TimeoutType type) {
  static constexpr std::array<std::string_view, 5> kNames = {"unspecified", "start_to_close", "schedule_to_start",
                                                             "schedule_to_close", "heartbeat"};
  return name_of(kNames, type);
}

std::string_view to_string(RetryState state) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "unspecified",          "in_progress",           "non_retryable_failure", "timeout", "maximum_attempts_reached",
      "retry_policy_not_set", "internal_server_error", "cancel_requested"};
  return name_of(kNames, state);
}

std::string_view to_string(RPCStatusCode code) {
  static constexpr std::array<std::string_view, 17> kNames = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  return name_of(kNames, code);
}

const std::vector<Payload>& detail::Details::payloads() const {
  static const std::vector<Payload> none;
  return payloads_ ? *payloads_ : none;
}

ApplicationError::ApplicationError(std::string message, const ApplicationErrorOptions& options, detail::Details details,
                                   FailurePtr cause)
    : Failure(std::move(message), std::move(cause)),
      type_(options.type),
      non_retryable_(options.non_retryable),
      next_retry_delay_(options.next_retry_delay),
      category_(options.category),
      details_(std::move(details)) {}

RPCError::RPCError(RPCStatusCode status, const std::string& message, std::string raw_status)
    : TemporalError(rpc_message(status, message)), status_(status), raw_status_(std::move(raw_status)) {}

bool is_cancelled_exception(const std::exception& error) noexcept {
  if (dynamic_cast<const CancelledError*>(&error) != nullptr) return true;
  const auto* failure = dynamic_cast<const FailureError*>(&error);
  if (failure == nullptr || failure->cause() == nullptr) return false;
  if (dynamic_cast<const ActivityError*>(failure) == nullptr &&
      dynamic_cast<const ChildWorkflowError*>(failure) == nullptr) {
    return false;
  }
  return dynamic_cast<const CancelledError*>(failure->cause().get()) != nullptr;
}

bool is_cancelled_exception(const std::exception_ptr& error) noexcept {
  if (!error) return false;
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    return is_cancelled_exception(exception);
  } catch (...) {
    return false;
  }
}

std::string describe_failure(const std::exception& error) {
  std::string text;
  const auto* temporal = dynamic_cast<const TemporalError*>(&error);
  if (temporal == nullptr) return error.what();
  int depth = 0;
  for (const TemporalError* level = temporal; level != nullptr; level = level->cause().get()) {
    add_line(text, depth++, kind_of(*level), level->message());
  }
  return text;
}

std::string describe_failure(const std::exception_ptr& error) {
  if (!error) return "no error";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    return describe_failure(exception);
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

std::string_view to_string(WorkflowExecutionStatus status) {
  switch (status) {
    case WorkflowExecutionStatus::unspecified:
      return "unspecified";
    case WorkflowExecutionStatus::running:
      return "running";
    case WorkflowExecutionStatus::completed:
      return "completed";
    case WorkflowExecutionStatus::failed:
      return "failed";
    case WorkflowExecutionStatus::canceled:
      return "canceled";
    case WorkflowExecutionStatus::terminated:
      return "terminated";
    case WorkflowExecutionStatus::continued_as_new:
      return "continued_as_new";
    case WorkflowExecutionStatus::timed_out:
      return "timed_out";
    case WorkflowExecutionStatus::paused:
      return "paused";
  }
  return "unknown";
}

}  // namespace temporalio
