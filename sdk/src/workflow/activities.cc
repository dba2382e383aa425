// workflow::start_activity and execute_activity.
#include <stdexcept>

#include "sdk/src/machines/activity.h"
#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/run_state.h"
#include "temporalio/workflow.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types

namespace {

machines::ActivityInput input_of(ActivityCancellationType type) {
  switch (type) {
    case ActivityCancellationType::try_cancel:
      return machines::ActivityInput::cancel_try;
    case ActivityCancellationType::wait_cancellation_completed:
      return machines::ActivityInput::cancel_wait;
    case ActivityCancellationType::abandon:
      return machines::ActivityInput::cancel_abandon;
  }
  return machines::ActivityInput::cancel_try;
}

class ActivityOperation final : public RunOperation {
 public:
  ActivityOperation(RunState& run, std::uint32_t sequence, SourceLocation location, std::string_view type,
                    const ActivityOptions& options)
      : RunOperation(run, location),
        machine_(sequence, type, options.activity_id, input_of(options.cancellation_type)) {}

  machines::ActivityMachine& machine() override { return machine_; }
  std::string title() const override { return "activity " + machine_.type(); }
  int python_turns(const coro::Completion&) const override { return 2; }

  // Its result or failure is read when asked for.
  void on_closed(const machines::HistoryEvent& event) override { outcome_ = &event; }
  void detach() override {
    if (outcome_ == nullptr || owned_outcome_) return;
    owned_outcome_ = std::make_unique<machines::HistoryEvent>(*outcome_);
    outcome_ = owned_outcome_.get();
  }

  bool has_failed() const override {
    return outcome_ == nullptr || outcome_->event_type() != EVENT_TYPE_ACTIVITY_TASK_COMPLETED;
  }
  void take() override {
    if (has_failed()) throw_failure();
  }
  PayloadView result() const override {
    const auto& payloads = outcome_->activity_task_completed_event_attributes().result();
    if (payloads.payloads_size() == 0) return PayloadView(kEncodingNull, std::string_view());
    return payload::view(payloads.payloads(0));
  }

 private:
  [[noreturn]] void throw_failure();

  machines::ActivityMachine machine_;
  const machines::HistoryEvent* outcome_ = nullptr;  // null: cancelled by workflow code
  std::unique_ptr<machines::HistoryEvent> owned_outcome_;
  std::exception_ptr failure_;
};

void ActivityOperation::throw_failure() {
  if (failure_) std::rethrow_exception(failure_);
  ActivityErrorInfo about;
  about.activity_type = machine_.type();
  about.activity_id = machine_.id();
  about.scheduled_event_id = machine_.initiated_event_id();
  std::string message = "Activity cancelled";
  FailurePtr cause;
  const auto fill_in = [&](const auto& attributes) {
    about.started_event_id = attributes.started_event_id();
    if constexpr (requires { attributes.identity(); }) about.identity = attributes.identity();
    if constexpr (requires { attributes.retry_state(); }) {
      about.retry_state = static_cast<temporalio::RetryState>(attributes.retry_state());
      cause = payload::from_proto(attributes.failure());
    }
  };
  if (outcome_ == nullptr) {
    about.retry_state = RetryState::cancel_requested;
    cause = std::make_shared<CancelledError>("Activity cancelled");
  } else if (outcome_->event_type() == EVENT_TYPE_ACTIVITY_TASK_FAILED) {
    message = "Activity task failed";
    fill_in(outcome_->activity_task_failed_event_attributes());
  } else if (outcome_->event_type() == EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT) {
    message = "Activity task timed out";
    fill_in(outcome_->activity_task_timed_out_event_attributes());
  } else {
    const auto& attributes = outcome_->activity_task_canceled_event_attributes();
    fill_in(attributes);
    about.retry_state = RetryState::cancel_requested;
    cause = std::make_shared<CancelledError>("Activity cancelled", payload::from_proto(attributes.details()));
  }
  failure_ = std::make_exception_ptr(ActivityError(std::move(message), std::move(about), std::move(cause)));
  std::rethrow_exception(failure_);
}

class ScheduleActivity final : public OutboundCall {
 public:
  ScheduleActivity(std::string_view type, const ActivityOptions& options, Payload* arguments, std::size_t size,
                   SourceLocation location)
      : OutboundCall("start_activity", location), type_(type), options_(options), arguments_(arguments), size_(size) {}

  coro::Ref<Operation> operation;

  void issue(RunState& run) override {
    const coro::Ref<ActivityOperation> activity(new ActivityOperation(
        run, run.next_sequence(machines::CommandKind::schedule_activity), location(), type_, options_));
    QueuedCommand& command =
        run.issue(machines::CommandKind::schedule_activity, coro::Ref<RunOperation>(activity.get()));
    if (CommandMessage* message = run.message_of(command)) build(activity->machine(), run.info(), *message);
    operation = coro::Ref<Operation>(activity.get());
  }

 private:
  void build(const machines::ActivityMachine& machine, const Info& info, CommandMessage& message) const;

  std::string_view type_;
  const ActivityOptions& options_;
  Payload* arguments_;
  std::size_t size_;
};

void ScheduleActivity::build(const machines::ActivityMachine& machine, const Info& info,
                             CommandMessage& message) const {
  auto& attributes = *message.mutable_schedule_activity_task_command_attributes();
  attributes.set_activity_id(machine.id());
  attributes.mutable_activity_type()->set_name(machine.type());
  attributes.mutable_task_queue()->set_name(options_.task_queue.empty() ? info.task_queue
                                                                        : std::string(options_.task_queue));
  for (std::size_t i = 0; i < size_; ++i) {
    payload::append_payload(*attributes.mutable_input(), std::move(arguments_[i]));
  }
  if (const auto& timeout = options_.schedule_to_close_timeout) {
    payload::to_proto(*timeout, *attributes.mutable_schedule_to_close_timeout());
  }
  if (const auto& timeout = options_.schedule_to_start_timeout) {
    payload::to_proto(*timeout, *attributes.mutable_schedule_to_start_timeout());
  }
  if (const auto& timeout = options_.start_to_close_timeout) {
    payload::to_proto(*timeout, *attributes.mutable_start_to_close_timeout());
  }
  if (const auto& timeout = options_.heartbeat_timeout) {
    payload::to_proto(*timeout, *attributes.mutable_heartbeat_timeout());
  }
  if (options_.retry_policy) payload::to_proto(*options_.retry_policy, *attributes.mutable_retry_policy());
  set_summary(message, options_.summary);
}

}  // namespace

namespace detail {

coro::Ref<Operation> schedule_activity(std::string_view type, const ActivityOptions& options, Payload* arguments,
                                       std::size_t size, SourceLocation location) {
  RunState& run = RunState::current_for_write();
  if (!options.schedule_to_close_timeout && !options.start_to_close_timeout) {
    throw std::invalid_argument("activity " + std::string(type) +
                                ": start_to_close_timeout or schedule_to_close_timeout is required");
  }
  ScheduleActivity call(type, options, arguments, size, location);
  run.outbound().call(call);
  return std::move(call.operation);
}

}  // namespace detail

}  // namespace temporalio::workflow
