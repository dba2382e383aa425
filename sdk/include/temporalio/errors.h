// The failure tree of Temporal as exceptions: what activities, workflows and clients throw and catch. A FailureError
// travels between processes with its causes; the client-side errors below it do not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "temporalio/duration.h"
#include "temporalio/payload.h"

namespace temporalio {

class FailureError;
using FailurePtr = std::shared_ptr<const FailureError>;

enum class TimeoutType {
  unspecified = 0,
  start_to_close = 1,
  schedule_to_start = 2,
  schedule_to_close = 3,
  heartbeat = 4
};

// Why an activity or a child workflow is not tried again.
enum class RetryState {
  unspecified = 0,
  in_progress = 1,
  non_retryable_failure = 2,
  timeout = 3,
  maximum_attempts_reached = 4,
  retry_policy_not_set = 5,
  internal_server_error = 6,
  cancel_requested = 7,
};

enum class ApplicationErrorCategory { unspecified = 0, benign = 1 };  // benign: expected, logged at debug level

std::string_view to_string(TimeoutType type);
std::string_view to_string(RetryState state);

// What every exception of this library that carries a cause derives from.
class TemporalError : public std::exception {
 public:
  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& message() const noexcept { return message_; }
  // The failure that led to this one; null where there is none.
  const FailurePtr& cause() const noexcept { return cause_; }

 protected:
  explicit TemporalError(std::string message, FailurePtr cause = nullptr)
      : message_(std::move(message)), cause_(std::move(cause)) {}

  std::string message_;
  FailurePtr cause_;
};

// The base of the failures that Temporal records in histories. Also thrown itself, for a kind this library does not
// know.
class FailureError : public TemporalError {
 public:
  explicit FailureError(std::string message, FailurePtr cause = nullptr)
      : TemporalError(std::move(message), std::move(cause)) {}

  // Where it was thrown, as the throwing SDK prints it; may be empty.
  const std::string& stack_trace() const noexcept { return stack_trace_; }
  // The SDK it comes from ("GoSDK"); empty for one that was made in this process.
  const std::string& source() const noexcept { return source_; }

  // Throws a copy of the most derived object.
  [[noreturn]] virtual void raise() const { throw *this; }
  // A copy that owns its memory.
  virtual FailurePtr copy() const { return std::make_shared<FailureError>(*this); }

  void set_cause(FailurePtr cause) { cause_ = std::move(cause); }
  void set_stack_trace(std::string stack_trace) { stack_trace_ = std::move(stack_trace); }

  // What came over the wire and has no member of its own; kept, so that passing a failure on loses nothing.
  struct Wire {
    Wire() = default;
    std::optional<Payload> encoded_attributes;
    std::string unknown_failure;  // the serialised failure of a kind this library does not know
  };
  const Wire* wire() const noexcept { return wire_.get(); }
  void set_wire(std::string source, std::shared_ptr<const Wire> wire) {
    source_ = std::move(source);
    wire_ = std::move(wire);
  }

 private:
  std::string stack_trace_;
  std::string source_;
  std::shared_ptr<const Wire> wire_;
};

namespace detail {
// Derives from `Base` and fills in what every concrete failure needs.
template <class Derived, class Base = FailureError>
class Failure : public Base {
 public:
  using Base::Base;
  [[noreturn]] void raise() const override { throw static_cast<const Derived&>(*this); }
  FailurePtr copy() const override { return std::make_shared<Derived>(static_cast<const Derived&>(*this)); }
};

// A list of encoded values with typed access.
class Details {
 public:
  Details() = default;
  explicit Details(std::vector<Payload> payloads)
      : payloads_(payloads.empty() ? nullptr : std::make_shared<const std::vector<Payload>>(std::move(payloads))) {}

  const std::vector<Payload>& payloads() const;
  template <class T>
  T get(std::size_t index) const {
    return decode_argument<T>(payloads(), index);
  }

 private:
  std::shared_ptr<const std::vector<Payload>> payloads_;  // null: none
};
}  // namespace detail

// Options of an ApplicationError; views are copied.
struct ApplicationErrorOptions {
  std::string_view type = {};  // what retry policies and callers tell errors apart by; empty: none
  bool non_retryable = false;  // true: not tried again, whatever the retry policy says
  std::optional<Duration> next_retry_delay = std::nullopt;  // instead of the retry policy's next interval
  ApplicationErrorCategory category = ApplicationErrorCategory::unspecified;
};
static_assert(std::is_aggregate_v<ApplicationErrorOptions> &&
              std::is_trivially_destructible_v<ApplicationErrorOptions>);

// What user code throws to fail an activity or a workflow:
//   throw ApplicationError("card refused", {.type = "CardError", .non_retryable = true}, card_id);
// To keep the exception being handled as its cause, use std::throw_with_nested or set_cause.
class ApplicationError : public detail::Failure<ApplicationError> {
 public:
  template <class... DetailTypes>
    requires(!(std::is_same_v<DetailTypes, detail::Details> || ...))
  explicit ApplicationError(std::string message, const ApplicationErrorOptions& options = {},
                            const DetailTypes&... details)
      : ApplicationError(std::move(message), options, detail::Details(to_payloads(details...))) {}
  // With details that are encoded already.
  ApplicationError(std::string message, const ApplicationErrorOptions& options, detail::Details details,
                   FailurePtr cause = nullptr);

  const std::string& type() const noexcept { return type_; }
  bool non_retryable() const noexcept { return non_retryable_; }
  const std::optional<Duration>& next_retry_delay() const noexcept { return next_retry_delay_; }
  ApplicationErrorCategory category() const noexcept { return category_; }
  const std::vector<Payload>& details() const { return details_.payloads(); }
  // Detail number `index`, from 0. Throws PayloadDecodeError.
  template <class T>
  T details(std::size_t index) const {
    return details_.get<T>(index);
  }

 private:
  std::string type_;
  bool non_retryable_;
  std::optional<Duration> next_retry_delay_;
  ApplicationErrorCategory category_;
  detail::Details details_;
};

// Work was cancelled. Thrown into workflow code that waits, and by activities that obey a cancellation.
class CancelledError : public detail::Failure<CancelledError> {
 public:
  explicit CancelledError(std::string message = "Cancelled", std::vector<Payload> details = std::vector<Payload>(),
                          FailurePtr cause = nullptr)
      : Failure(std::move(message), std::move(cause)), details_(std::move(details)) {}

  const std::vector<Payload>& details() const { return details_.payloads(); }
  template <class T>
  T details(std::size_t index) const {
    return details_.get<T>(index);
  }

 private:
  detail::Details details_;
};

// A workflow was terminated.
class TerminatedError : public detail::Failure<TerminatedError> {
 public:
  using Failure::Failure;
};

// Something did not happen in time.
class TimeoutError : public detail::Failure<TimeoutError> {
 public:
  explicit TimeoutError(std::string message, TimeoutType type = TimeoutType::unspecified,
                        std::vector<Payload> last_heartbeat_details = std::vector<Payload>(),
                        FailurePtr cause = nullptr)
      : Failure(std::move(message), std::move(cause)), type_(type), details_(std::move(last_heartbeat_details)) {}

  TimeoutType type() const noexcept { return type_; }
  // What the activity that timed out had last recorded by activity::heartbeat.
  const std::vector<Payload>& last_heartbeat_details() const { return details_.payloads(); }
  template <class T>
  T last_heartbeat_details(std::size_t index) const {
    return details_.get<T>(index);
  }

 private:
  TimeoutType type_;
  detail::Details details_;
};

// The server itself failed.
class ServerError : public detail::Failure<ServerError> {
 public:
  explicit ServerError(std::string message, bool non_retryable = false, FailurePtr cause = nullptr)
      : Failure(std::move(message), std::move(cause)), non_retryable_(non_retryable) {}

  bool non_retryable() const noexcept { return non_retryable_; }

 private:
  bool non_retryable_;
};

// What is known of the activity behind an ActivityError. Owns its strings; not an aggregate, see Payload.
struct ActivityErrorInfo {
  ActivityErrorInfo() = default;
  std::int64_t scheduled_event_id = 0;
  std::int64_t started_event_id = 0;
  std::string identity;
  std::string activity_type;
  std::string activity_id;
  RetryState retry_state = RetryState::unspecified;
};

// An activity failed; cause() says how.
class ActivityError : public detail::Failure<ActivityError> {
 public:
  explicit ActivityError(std::string message, ActivityErrorInfo info = ActivityErrorInfo(), FailurePtr cause = nullptr)
      : Failure(std::move(message), std::move(cause)), info_(std::move(info)) {}

  const ActivityErrorInfo& info() const noexcept { return info_; }
  const std::string& activity_type() const noexcept { return info_.activity_type; }
  const std::string& activity_id() const noexcept { return info_.activity_id; }
  const std::string& identity() const noexcept { return info_.identity; }
  std::int64_t scheduled_event_id() const noexcept { return info_.scheduled_event_id; }
  std::int64_t started_event_id() const noexcept { return info_.started_event_id; }
  RetryState retry_state() const noexcept { return info_.retry_state; }

 private:
  ActivityErrorInfo info_;
};

// What is known of the child behind a ChildWorkflowError.
struct ChildWorkflowErrorInfo {
  ChildWorkflowErrorInfo() = default;
  std::string namespace_;
  std::string workflow_id;
  std::string run_id;
  std::string workflow_type;
  std::int64_t initiated_event_id = 0;
  std::int64_t started_event_id = 0;
  RetryState retry_state = RetryState::unspecified;
};

// A child workflow failed; cause() says how.
class ChildWorkflowError : public detail::Failure<ChildWorkflowError> {
 public:
  explicit ChildWorkflowError(std::string message, ChildWorkflowErrorInfo info = ChildWorkflowErrorInfo(),
                              FailurePtr cause = nullptr)
      : Failure(std::move(message), std::move(cause)), info_(std::move(info)) {}

  const ChildWorkflowErrorInfo& info() const noexcept { return info_; }
  const std::string& workflow_id() const noexcept { return info_.workflow_id; }
  const std::string& run_id() const noexcept { return info_.run_id; }
  const std::string& workflow_type() const noexcept { return info_.workflow_type; }
  RetryState retry_state() const noexcept { return info_.retry_state; }

 private:
  ChildWorkflowErrorInfo info_;
};

// A workflow with this id is running already, or ran and its id may not be used again.
class WorkflowAlreadyStartedError : public detail::Failure<WorkflowAlreadyStartedError> {
 public:
  explicit WorkflowAlreadyStartedError(std::string workflow_id, std::string workflow_type,
                                       std::string run_id = std::string())
      : Failure("Workflow execution already started"),
        workflow_id_(std::move(workflow_id)),
        workflow_type_(std::move(workflow_type)),
        run_id_(std::move(run_id)) {}

  const std::string& workflow_id() const noexcept { return workflow_id_; }
  const std::string& workflow_type() const noexcept { return workflow_type_; }
  const std::string& run_id() const noexcept { return run_id_; }

 private:
  std::string workflow_id_;
  std::string workflow_type_;
  std::string run_id_;
};

// Is it a cancellation: a CancelledError, or an activity or child workflow that failed because of one?
bool is_cancelled_exception(const std::exception& error) noexcept;
bool is_cancelled_exception(const std::exception_ptr& error) noexcept;

// The failure and its causes, one a line.
std::string describe_failure(const std::exception& error);
std::string describe_failure(const std::exception_ptr& error);

// The codes of gRPC, with gRPC's numbers.
enum class RPCStatusCode {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};
std::string_view to_string(RPCStatusCode code);

// A call to the service failed.
class RPCError : public TemporalError {
 public:
  // `raw_status`: the serialised google.rpc.Status that came with it, or empty.
  RPCError(RPCStatusCode status, const std::string& message, std::string raw_status = std::string());

  RPCStatusCode status() const noexcept { return status_; }
  const std::string& raw_status() const noexcept { return raw_status_; }

 private:
  RPCStatusCode status_;
  std::string raw_status_;
};

// The workflow whose result was asked for did not complete; cause() says how it ended.
class WorkflowFailureError : public TemporalError {
 public:
  explicit WorkflowFailureError(FailurePtr cause) : TemporalError("Workflow execution failed", std::move(cause)) {}
};

// The run whose result was asked for continued as a new run, and the caller did not want to follow.
class WorkflowContinuedAsNewError : public TemporalError {
 public:
  explicit WorkflowContinuedAsNewError(std::string new_run_id)
      : TemporalError("Workflow execution continued as new"), new_run_id_(std::move(new_run_id)) {}

  const std::string& new_run_id() const noexcept { return new_run_id_; }

 private:
  std::string new_run_id_;
};

// The workflow's query handler failed, or there is none of that name.
class WorkflowQueryFailedError : public TemporalError {
 public:
  explicit WorkflowQueryFailedError(std::string message, FailurePtr cause = nullptr)
      : TemporalError(std::move(message), std::move(cause)) {}
};

// The update that was waited for was rejected, or failed; cause() says why.
class WorkflowUpdateFailedError : public TemporalError {
 public:
  explicit WorkflowUpdateFailedError(FailurePtr cause) : TemporalError("Workflow update failed", std::move(cause)) {}
};

// A call for an update was given up, because its time was over or because it was cancelled. The update itself goes on.
class WorkflowUpdateRPCTimeoutOrCancelledError : public TemporalError {
 public:
  explicit WorkflowUpdateRPCTimeoutOrCancelledError(const std::string& why)
      : TemporalError("Timeout or cancellation waiting for update: " + why) {}
};

// What an execution is doing, or how it ended.
enum class WorkflowExecutionStatus {
  unspecified = 0,
  running = 1,
  completed = 2,
  failed = 3,
  canceled = 4,
  terminated = 5,
  continued_as_new = 6,
  timed_out = 7,
  paused = 8,
};
std::string_view to_string(WorkflowExecutionStatus status);

// The query was refused because of the state the workflow is in.
class WorkflowQueryRejectedError : public TemporalError {
 public:
  explicit WorkflowQueryRejectedError(WorkflowExecutionStatus status)
      : TemporalError("Query rejected, workflow execution status " + std::string(to_string(status))), status_(status) {}

  WorkflowExecutionStatus status() const noexcept { return status_; }

 private:
  WorkflowExecutionStatus status_;
};

}  // namespace temporalio
