#include "sdk/src/activity/outcome.h"

#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"

namespace temporalio::activity {
namespace {

enum class Thrown { complete_async, cancellation, failure };

Thrown classify(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const detail::CompleteAsync&) {
    return Thrown::complete_async;
  } catch (...) {
    return is_cancelled_exception(error) ? Thrown::cancellation : Thrown::failure;
  }
}

Outcome failed(const std::string& message, std::string_view type) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::failed;
  ApplicationErrorOptions options;
  options.type = type;
  payload::to_proto(ApplicationError(message, options), outcome.failure);
  return outcome;
}

Outcome cancelled(const std::exception_ptr& error) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::cancelled;
  const FailurePtr failure = payload::to_failure(error);
  if (const auto* direct = dynamic_cast<const CancelledError*>(failure.get())) {
    payload::append_payloads(outcome.payloads, std::vector<Payload>(direct->details()));
  }
  return outcome;
}

}  // namespace

Outcome make_outcome(const std::exception_ptr& error, Payload result,
                     const std::optional<CancellationDetails>& cancellation) {
  Outcome outcome;
  if (cancellation && cancellation->not_found) return outcome;
  if (!error) {
    outcome.kind = Outcome::Kind::completed;
    payload::append_payload(outcome.payloads, std::move(result));
    return outcome;
  }
  const Thrown thrown = classify(error);
  if (thrown == Thrown::complete_async) {
    outcome.kind = Outcome::Kind::completes_later;
    return outcome;
  }
  if (thrown == Thrown::cancellation && cancellation) {
    if (cancellation->cancel_requested) return cancelled(error);
    if (cancellation->paused)
      return failed("the activity was paused and let its cancellation through", "ActivityPause");
    if (cancellation->reset) return failed("the activity was reset and let its cancellation through", "ActivityReset");
    if (cancellation->worker_shutdown) return failed("the worker of the activity was shut down", "WorkerShutdown");
  }
  outcome.kind = Outcome::Kind::failed;
  payload::to_proto(error, outcome.failure);
  return outcome;
}

Outcome not_registered(const std::string& activity_type, const std::string& workflow_type,
                       const std::string& known_types) {
  std::string message = "Activity type " + activity_type + " is not registered on this worker";
  if (!workflow_type.empty()) message += " (asked for by workflow type " + workflow_type + ")";
  message += known_types.empty() ? "; no activity is" : "; registered are: " + known_types;
  return failed(message, "NotFoundError");
}

}  // namespace temporalio::activity
