#include "sdk/src/workflow/run_operation.h"

#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/run_state.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types

void TimerOperation::cancel() { run().cancel_timer(*this); }

void TimerOperation::take() {
  if (has_failed()) throw CancelledError("Timer cancelled");
}

void ActivityOperation::cancel() {
  if (run().scheduler().is_destroying()) return;
  run().refuse_in_query();
  machines::ActivityInput input = machines::ActivityInput::cancel_try;
  if (cancellation_type_ == ActivityCancellationType::wait_cancellation_completed) {
    input = machines::ActivityInput::cancel_wait;
  } else if (cancellation_type_ == ActivityCancellationType::abandon) {
    input = machines::ActivityInput::cancel_abandon;
  }
  const auto effect = machines::apply(state_, input);
  if (!effect) return;
  switch (*effect) {
    case machines::ActivityEffect::none:
    case machines::ActivityEffect::resolve_outcome:
      return;
    case machines::ActivityEffect::request_cancel:
      run().request_cancel_activity(*this);
      return;
    case machines::ActivityEffect::request_cancel_and_resolve_cancelled:
      run().request_cancel_activity(*this);
      break;
    case machines::ActivityEffect::resolve_cancelled:
    case machines::ActivityEffect::drop_and_resolve_cancelled:
      break;
  }
  completion().resolve();
}

bool ActivityOperation::has_failed() const {
  return outcome_ == nullptr || outcome_->event_type() != EVENT_TYPE_ACTIVITY_TASK_COMPLETED;
}

void ActivityOperation::take() {
  if (has_failed()) throw_failure();
}

PayloadView ActivityOperation::result() const {
  const auto& payloads = outcome_->activity_task_completed_event_attributes().result();
  if (payloads.payloads_size() == 0) return PayloadView(kEncodingNull, std::string_view());
  return payload::view(payloads.payloads(0));
}

void ActivityOperation::detach() {
  if (outcome_ == nullptr || owned_outcome_) return;
  owned_outcome_ = std::make_unique<Event>(*outcome_);
  outcome_ = owned_outcome_.get();
}

void ActivityOperation::throw_failure() {
  if (failure_) std::rethrow_exception(failure_);
  ActivityErrorInfo about;
  about.activity_type = type_;
  about.activity_id = id();
  about.scheduled_event_id = initiated_event_id();
  std::string message = "Activity cancelled";
  FailurePtr cause;
  if (outcome_ == nullptr) {
    about.retry_state = RetryState::cancel_requested;
    cause = std::make_shared<CancelledError>("Activity cancelled");
  } else if (outcome_->event_type() == EVENT_TYPE_ACTIVITY_TASK_FAILED) {
    const auto& attributes = outcome_->activity_task_failed_event_attributes();
    message = "Activity task failed";
    about.started_event_id = attributes.started_event_id();
    about.identity = attributes.identity();
    about.retry_state = static_cast<temporalio::RetryState>(attributes.retry_state());
    cause = payload::from_proto(attributes.failure());
  } else if (outcome_->event_type() == EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT) {
    const auto& attributes = outcome_->activity_task_timed_out_event_attributes();
    message = "Activity task timed out";
    about.started_event_id = attributes.started_event_id();
    about.retry_state = static_cast<temporalio::RetryState>(attributes.retry_state());
    cause = payload::from_proto(attributes.failure());
  } else {
    const auto& attributes = outcome_->activity_task_canceled_event_attributes();
    about.started_event_id = attributes.started_event_id();
    about.identity = attributes.identity();
    about.retry_state = RetryState::cancel_requested;
    cause = std::make_shared<CancelledError>("Activity cancelled", payload::from_proto(attributes.details()));
  }
  failure_ = std::make_exception_ptr(ActivityError(std::move(message), std::move(about), std::move(cause)));
  std::rethrow_exception(failure_);
}

}  // namespace temporalio::workflow
