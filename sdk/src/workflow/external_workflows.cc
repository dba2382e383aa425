// workflow::get_external_workflow_handle.
#include "sdk/src/workflow/external_workflows.h"

#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/run_state.h"
#include "temporalio/external_workflow.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types, causes
using machines::CommandKind;

namespace {

// Why the service could not pass it on, in Core's words, and the type of the failure.
std::pair<const char*, const char*> reason_of(SignalExternalWorkflowExecutionFailedCause cause) {
  switch (cause) {
    case SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND:
      return {"it was not found", "ExternalWorkflowExecutionNotFound"};
    case SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND:
      return {"it was not found", "NamespaceNotFound"};
    case SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_COUNT_LIMIT_EXCEEDED:
      return {"The per-workflow signal limit was exceeded", "SignalCountLimitExceeded"};
    default:
      return {"unknown", "Unspecified"};
  }
}

std::pair<const char*, const char*> reason_of(CancelExternalWorkflowExecutionFailedCause cause) {
  switch (cause) {
    case CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND:
      return {"not found", "ExternalWorkflowExecutionNotFound"};
    case CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND:
      return {"not found", "NamespaceNotFound"};
    default:
      return {"unknown", "Unspecified"};
  }
}

class ExternalOperation final : public RunOperation {
 public:
  ExternalOperation(RunState& run, CommandKind kind, machines::ExternalTarget target, std::string_view signal,
                    SourceLocation location)
      : RunOperation(run, location), machine_(kind, std::move(target), signal) {}

  std::function<void()> on_answered;

  machines::ExternalMachine& machine() override { return machine_; }
  std::string title() const override { return machine_.describe(machine_.initiator()); }
  void on_closed(const machines::HistoryEvent& event) override;
  void resolve(coro::Completion& completion) override {
    RunOperation::resolve(completion);
    if (on_answered) std::exchange(on_answered, nullptr)();
  }

  bool has_failed() const override { return failure_ != nullptr || machine_.is_dropped(); }
  void take() override {
    if (failure_) std::rethrow_exception(failure_);
    if (machine_.is_dropped()) throw CancelledError("Signal was cancelled before being sent");
  }
  PayloadView result() const override { return {}; }

 private:
  void fail(const char* what, std::pair<const char*, const char*> reason) {
    failure_ = std::make_exception_ptr(ApplicationError(
        std::string("Unable to ") + what + " external workflow because " + reason.first, {.type = reason.second}));
  }

  machines::ExternalMachine machine_;
  std::exception_ptr failure_;
};

void ExternalOperation::on_closed(const machines::HistoryEvent& event) {
  if (event.event_type() == EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED) {
    fail("signal", reason_of(event.signal_external_workflow_execution_failed_event_attributes().cause()));
  } else if (event.event_type() == EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED) {
    fail("cancel", reason_of(event.request_cancel_external_workflow_execution_failed_event_attributes().cause()));
  }
}

class SignalWorkflow final : public OutboundCall {
 public:
  SignalWorkflow(machines::ExternalTarget target, std::string_view name, Payload* arguments, std::size_t size,
                 SourceLocation location)
      : OutboundCall("signal_external_workflow", location),
        target_(std::move(target)),
        name_(name),
        arguments_(arguments),
        size_(size) {}

  coro::Ref<Operation> operation;

  void issue(RunState& run) override {
    const coro::Ref<ExternalOperation> signal(
        new ExternalOperation(run, CommandKind::signal_external, target_, name_, location()));
    QueuedCommand& command = run.issue(CommandKind::signal_external, coro::Ref<RunOperation>(signal.get()));
    if (CommandMessage* message = run.message_of(command)) {
      signal->machine().build_start(*message);
      auto& attributes = *message->mutable_signal_external_workflow_execution_command_attributes();
      for (std::size_t i = 0; i < size_; ++i) {
        payload::append_payload(*attributes.mutable_input(), std::move(arguments_[i]));
      }
    }
    operation = coro::Ref<Operation>(signal.get());
  }

 private:
  machines::ExternalTarget target_;
  std::string_view name_;
  Payload* arguments_;
  std::size_t size_;
};

class RequestCancelWorkflow final : public OutboundCall {
 public:
  RequestCancelWorkflow(machines::ExternalTarget target, std::string_view reason, std::function<void()> on_answered,
                        SourceLocation location)
      : OutboundCall("cancel_external_workflow", location),
        target_(std::move(target)),
        reason_(reason),
        on_answered_(std::move(on_answered)) {}

  coro::Ref<Operation> operation;

  void issue(RunState& run) override {
    const coro::Ref<ExternalOperation> request(
        new ExternalOperation(run, CommandKind::request_cancel_external, target_, {}, location()));
    request->on_answered = std::move(on_answered_);
    QueuedCommand& command = run.issue(CommandKind::request_cancel_external, coro::Ref<RunOperation>(request.get()));
    if (CommandMessage* message = run.message_of(command)) {
      request->machine().build_start(*message);
      message->mutable_request_cancel_external_workflow_execution_command_attributes()->set_reason(
          std::string(reason_));
    }
    operation = coro::Ref<Operation>(request.get());
  }

 private:
  machines::ExternalTarget target_;
  std::string_view reason_;
  std::function<void()> on_answered_;
};

}  // namespace

coro::Ref<Operation> signal_workflow(machines::ExternalTarget target, std::string_view name, Payload* arguments,
                                     std::size_t size, SourceLocation location) {
  SignalWorkflow call(std::move(target), name, arguments, size, location);
  RunState::current_for_write().outbound().call(call);
  return std::move(call.operation);
}

coro::Ref<Operation> request_cancel_workflow(machines::ExternalTarget target, std::string_view reason,
                                             SourceLocation location, std::function<void()> on_answered) {
  RequestCancelWorkflow call(std::move(target), reason, std::move(on_answered), location);
  RunState::current_for_write().outbound().call(call);
  return std::move(call.operation);
}

namespace detail {

coro::Ref<Operation> signal_external(const std::string& workflow_id, const std::string& run_id, std::string_view name,
                                     Payload* arguments, std::size_t size, SourceLocation location) {
  return signal_workflow({workflow_id, run_id}, name, arguments, size, location);
}

coro::Ref<Operation> cancel_external(const std::string& workflow_id, const std::string& run_id, std::string_view reason,
                                     SourceLocation location) {
  return request_cancel_workflow({workflow_id, run_id}, reason, location);
}

}  // namespace detail

}  // namespace temporalio::workflow
