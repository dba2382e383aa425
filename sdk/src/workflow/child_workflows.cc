// workflow::start_child_workflow and execute_child_workflow.
#include "sdk/src/machines/child_workflow.h"

#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/external_workflows.h"
#include "sdk/src/workflow/run_state.h"
#include "temporal/api/sdk/v1/user_metadata.pb.h"
#include "temporalio/child_workflow.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types, policies
using machines::CommandKind;

namespace {

using CancellationType = ChildWorkflowCancellationType;

machines::ChildInput input_of(CancellationType type) {
  switch (type) {
    case CancellationType::abandon:
      return machines::ChildInput::abandon;
    case CancellationType::try_cancel:
      return machines::ChildInput::cancel_try;
    case CancellationType::wait_cancellation_completed:
    case CancellationType::wait_cancellation_requested:
      return machines::ChildInput::cancel_wait;
  }
  return machines::ChildInput::cancel_wait;
}

// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): deleted by its own release() alone
class ChildStart;

// The child and its end.
class ChildEnd final : public RunOperation {
 public:
  ChildEnd(RunState& run, std::string_view type, std::string id, const ChildWorkflowOptions& options,
           SourceLocation location)
      : RunOperation(run, location),
        machine_(type, std::move(id), options.id.empty(), input_of(options.cancellation_type)),
        waits_for_request_(options.cancellation_type == CancellationType::wait_cancellation_requested) {}

  ChildStart* start = nullptr;  // as long as it is there; it owns a reference to this

  machines::ChildMachine& machine() override { return machine_; }
  std::string title() const override { return "child workflow " + machine_.type() + " " + machine_.id(); }
  void cancel() override;
  coro::Completion* on_started(const machines::HistoryEvent&) override { return &started_; }
  bool wants_outcome() override { return !completion().is_resolved() || !started_.is_resolved(); }
  int python_turns(const coro::Completion& what) const override { return &what == &started_ ? 1 : 2; }
  void on_closed(const machines::HistoryEvent& event) override;
  void resolve(coro::Completion& completion) override;
  void detach() override {
    if (outcome_ == nullptr || owned_outcome_) return;
    owned_outcome_ = std::make_unique<machines::HistoryEvent>(*outcome_);
    outcome_ = owned_outcome_.get();
  }

  bool has_failed() const override {
    return start_failure_ != nullptr || outcome_ == nullptr ||
           outcome_->event_type() != EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED;
  }
  void take() override;
  PayloadView result() const override {
    const auto& payloads = outcome_->child_workflow_execution_completed_event_attributes().result();
    if (payloads.payloads_size() == 0) return PayloadView(kEncodingNull, std::string_view());
    return payload::view(payloads.payloads(0));
  }

  bool has_start_failed() const { return start_failure_ != nullptr || machine_.is_dropped(); }
  void take_start();

 private:
  void resolve_start();
  void on_cancel_answered();
  // What a ChildWorkflowError says of it.
  ChildWorkflowErrorInfo about(RetryState retry_state) const;
  std::exception_ptr failure() const;

  machines::ChildMachine machine_;
  coro::Completion started_;
  const machines::HistoryEvent* outcome_ = nullptr;  // null: cancelled by workflow code
  std::unique_ptr<machines::HistoryEvent> owned_outcome_;
  std::exception_ptr start_failure_;
  std::exception_ptr failure_;
  bool waits_for_request_;
};

// The start of a child, for whoever waits for that.
class ChildStart final : public Operation {
 public:
  explicit ChildStart(ChildEnd& child) : child_(&child) { child.start = this; }

  bool on_cancel() override {
    cancel();
    return true;
  }
  void cancel() override { child_->cancel(); }
  void take() override { child_->take_start(); }
  bool has_failed() const override { return child_->has_start_failed(); }
  PayloadView result() const override { return {}; }

 protected:
  ~ChildStart() override { child_->start = nullptr; }

 private:
  coro::Ref<ChildEnd> child_;
};

void ChildEnd::cancel() {
  if (run().scheduler().is_destroying()) return;
  run().refuse_in_query();
  const machines::CancelEffect effect = machine_.cancel();
  if (effect.command) {
    std::function<void()> on_answered;
    if (waits_for_request_) on_answered = [self = coro::Ref<ChildEnd>(this)] { self->on_cancel_answered(); };
    request_cancel_workflow({machine_.id(), machine_.run_id(), true, machine_.is_generated_id()}, {}, location(),
                            std::move(on_answered));
  }
  if (!effect.resolves) return;
  if (machine_.is_dropped()) resolve_start();
  completion().resolve();
}

void ChildEnd::on_cancel_answered() {
  if (machine_.on_cancel_requested()) completion().resolve();
}

void ChildEnd::resolve_start() {
  started_.resolve();
  if (start != nullptr) start->completion().resolve();
}

void ChildEnd::resolve(coro::Completion& what) {
  if (!started_.is_resolved()) resolve_start();
  if (&what == &started_) {
    if (machine_.is_cancel_due()) cancel();
  } else {
    what.resolve();
  }
}

void ChildEnd::on_closed(const machines::HistoryEvent& event) {
  if (event.event_type() == EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED) {
    const auto cause = event.start_child_workflow_execution_failed_event_attributes().cause();
    if (cause == START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS) {
      start_failure_ = std::make_exception_ptr(WorkflowAlreadyStartedError(machine_.id(), machine_.type()));
    } else {
      start_failure_ = std::make_exception_ptr(ApplicationError(
          "the child workflow could not be started: " + StartChildWorkflowExecutionFailedCause_Name(cause),
          {.type = "StartChildWorkflowExecutionFailed"}));
    }
  } else if (!completion().is_resolved()) {
    outcome_ = &event;
  }
}

ChildWorkflowErrorInfo ChildEnd::about(RetryState retry_state) const {
  ChildWorkflowErrorInfo info;
  info.workflow_id = machine_.id();
  info.run_id = machine_.run_id();
  info.workflow_type = machine_.type();
  info.initiated_event_id = machine_.initiated_event_id();
  info.started_event_id = machine_.started_event_id();
  info.retry_state = retry_state;
  return info;
}

std::exception_ptr ChildEnd::failure() const {
  const auto made = [&](const char* message, RetryState retry_state, FailurePtr cause) {
    return std::make_exception_ptr(ChildWorkflowError(message, about(retry_state), std::move(cause)));
  };
  if (outcome_ == nullptr) {
    return made(machine_.is_dropped() ? "Child Workflow execution cancelled before scheduled"
                                      : "Child Workflow execution cancelled",
                RetryState::non_retryable_failure, std::make_shared<CancelledError>("Child workflow cancelled"));
  }
  switch (outcome_->event_type()) {
    case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED: {
      const auto& attributes = outcome_->child_workflow_execution_failed_event_attributes();
      return made("Child Workflow execution failed", static_cast<RetryState>(attributes.retry_state()),
                  payload::from_proto(attributes.failure()));
    }
    case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
      return made(
          "Child Workflow execution timed out",
          static_cast<RetryState>(outcome_->child_workflow_execution_timed_out_event_attributes().retry_state()),
          std::make_shared<TimeoutError>("Timed out", TimeoutType::start_to_close));
    case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
      return made("Child Workflow execution terminated", RetryState::non_retryable_failure,
                  std::make_shared<TerminatedError>("Terminated"));
    default:
      return made("Child Workflow execution cancelled", RetryState::non_retryable_failure,
                  std::make_shared<CancelledError>(
                      "Child workflow cancelled",
                      payload::from_proto(outcome_->child_workflow_execution_canceled_event_attributes().details())));
  }
}

void ChildEnd::take() {
  if (start_failure_) std::rethrow_exception(start_failure_);
  if (!has_failed()) return;
  if (!failure_) failure_ = failure();
  std::rethrow_exception(failure_);
}

void ChildEnd::take_start() {
  if (has_start_failed()) take();
}

class StartChildWorkflow final : public OutboundCall {
 public:
  StartChildWorkflow(std::string_view type, const ChildWorkflowOptions& options, Payload* arguments, std::size_t size,
                     SourceLocation location)
      : OutboundCall("start_child_workflow", location),
        type_(type),
        options_(options),
        arguments_(arguments),
        size_(size) {}

  detail::Child child;

  void issue(RunState& run) override {
    const coro::Ref<ChildEnd> end(
        new ChildEnd(run, type_, options_.id.empty() ? uuid4() : std::string(options_.id), options_, location()));
    QueuedCommand& command = run.issue(CommandKind::start_child_workflow, coro::Ref<RunOperation>(end.get()));
    if (CommandMessage* message = run.message_of(command)) build(end->machine(), run.info(), *message);
    child.start = coro::Ref<Operation>(new ChildStart(*end));
    child.end = coro::Ref<Operation>(end.get());
    child.id = &end->machine().id();
    child.first_execution_run_id = &end->machine().run_id();
    child.is_generated_id = options_.id.empty();
  }

 private:
  void build(const machines::ChildMachine& machine, const Info& info, CommandMessage& message) const;

  std::string_view type_;
  const ChildWorkflowOptions& options_;
  Payload* arguments_;
  std::size_t size_;
};

template <class Fields>
void set_fields(std::span<const NamedPayload> from, Fields& to) {
  for (const auto& [name, value] : from) payload::to_proto(Payload(*value), to[std::string(name)]);
}

void StartChildWorkflow::build(const machines::ChildMachine& machine, const Info& info, CommandMessage& message) const {
  auto& attributes = *message.mutable_start_child_workflow_execution_command_attributes();
  attributes.set_workflow_id(machine.id());
  attributes.mutable_workflow_type()->set_name(machine.type());
  attributes.mutable_task_queue()->set_name(options_.task_queue.empty() ? info.task_queue
                                                                        : std::string(options_.task_queue));
  for (std::size_t i = 0; i < size_; ++i) {
    payload::append_payload(*attributes.mutable_input(), std::move(arguments_[i]));
  }
  if (const auto& timeout = options_.execution_timeout) {
    payload::to_proto(*timeout, *attributes.mutable_workflow_execution_timeout());
  }
  if (const auto& timeout = options_.run_timeout) {
    payload::to_proto(*timeout, *attributes.mutable_workflow_run_timeout());
  }
  if (const auto& timeout = options_.task_timeout) {
    payload::to_proto(*timeout, *attributes.mutable_workflow_task_timeout());
  }
  attributes.set_parent_close_policy(
      static_cast<temporal::api::enums::v1::ParentClosePolicy>(options_.parent_close_policy));
  attributes.set_workflow_id_reuse_policy(static_cast<WorkflowIdReusePolicy>(options_.id_reuse_policy));
  if (options_.retry_policy) payload::to_proto(*options_.retry_policy, *attributes.mutable_retry_policy());
  attributes.set_cron_schedule(std::string(options_.cron_schedule));
  if (!options_.memo.empty()) set_fields(options_.memo, *attributes.mutable_memo()->mutable_fields());
  if (!options_.search_attributes.empty()) {
    set_fields(options_.search_attributes, *attributes.mutable_search_attributes()->mutable_indexed_fields());
  }
  set_summary(message, options_.static_summary);
  if (!options_.static_details.empty()) {
    payload::to_proto(to_payload(std::string(options_.static_details)),
                      *message.mutable_user_metadata()->mutable_details());
  }
}

}  // namespace

namespace detail {

Child start_child_workflow(std::string_view type, const ChildWorkflowOptions& options, Payload* arguments,
                           std::size_t size, SourceLocation location) {
  StartChildWorkflow call(type, options, arguments, size, location);
  RunState::current_for_write().outbound().call(call);
  return std::move(call.child);
}

coro::Ref<Operation> signal_child(const std::string& workflow_id, bool is_generated_id, std::string_view name,
                                  Payload* arguments, std::size_t size, SourceLocation location) {
  return signal_workflow({workflow_id, {}, true, is_generated_id}, name, arguments, size, location);
}

}  // namespace detail

}  // namespace temporalio::workflow
