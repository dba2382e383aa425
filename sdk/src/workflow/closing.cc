// How a run ends: its closing command, from what run() or a signal handler gave.
#include <algorithm>

#include "sdk/src/base/log.h"
#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/run_state.h"
#include "temporalio/workflow.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): initiators
using machines::CommandKind;

namespace {

// What workflow code throws to continue as new; only the SDK catches it.
struct ContinueAsNewRequest {
  std::shared_ptr<temporal::api::command::v1::ContinueAsNewWorkflowExecutionCommandAttributes> attributes;
  SourceLocation location;
};

class ContinueAsNew final : public OutboundCall {
 public:
  ContinueAsNew(std::string_view type, const ContinueAsNewOptions& options, Payload* arguments, std::size_t size,
                SourceLocation location)
      : OutboundCall("continue_as_new", location), type_(type), options_(options), arguments_(arguments), size_(size) {}

  [[noreturn]] void issue(RunState& run) override {
    const auto message =
        std::make_shared<temporal::api::command::v1::ContinueAsNewWorkflowExecutionCommandAttributes>();
    auto& attributes = *message;
    attributes.mutable_workflow_type()->set_name(std::string(type_));
    attributes.mutable_task_queue()->set_name(options_.task_queue.empty() ? run.info().task_queue
                                                                          : std::string(options_.task_queue));
    for (std::size_t i = 0; i < size_; ++i) {
      payload::append_payload(*attributes.mutable_input(), std::move(arguments_[i]));
    }
    if (options_.run_timeout) payload::to_proto(*options_.run_timeout, *attributes.mutable_workflow_run_timeout());
    if (options_.task_timeout) payload::to_proto(*options_.task_timeout, *attributes.mutable_workflow_task_timeout());
    // The service carries none of these over by itself.
    const auto& started = run.carried_over();
    if (options_.retry_policy) {
      payload::to_proto(*options_.retry_policy, *attributes.mutable_retry_policy());
    } else if (started.has_retry_policy()) {
      *attributes.mutable_retry_policy() = started.retry_policy();
    }
    if (started.has_memo()) *attributes.mutable_memo() = started.memo();
    if (started.has_search_attributes()) *attributes.mutable_search_attributes() = started.search_attributes();
    attributes.set_initiator(CONTINUE_AS_NEW_INITIATOR_WORKFLOW);
    throw ContinueAsNewRequest{message, location()};
  }

 private:
  std::string_view type_;
  const ContinueAsNewOptions& options_;
  Payload* arguments_;
  std::size_t size_;
};

}  // namespace

namespace detail {

void throw_continue_as_new(std::string_view type, const ContinueAsNewOptions& options, Payload* arguments,
                           std::size_t size, SourceLocation location) {
  ContinueAsNew call(type, options, arguments, size, location);
  RunState::current_for_write().outbound().call(call);
  throw std::logic_error("an interceptor has not passed continue_as_new on");
}

}  // namespace detail

CommandMessage* RunState::close(CommandKind kind, SourceLocation location) {
  is_closed_ = true;
  end_.emplace(kind);
  return message_of(issue(kind, *end_, location));
}

void RunState::on_main_finished(const std::exception_ptr& error) {
  if (is_closed_ || failure_) return;
  if (error) return on_escaped(error);
  if (CommandMessage* message = close(CommandKind::complete_workflow, {})) {
    auto& attributes = *message->mutable_complete_workflow_execution_command_attributes();
    if (!result_.encoding.empty()) payload::append_payload(*attributes.mutable_result(), std::move(result_));
  }
}

// Of run() or of a signal handler. Anything but a failure fails the workflow task, not the workflow.
void RunState::on_escaped(const std::exception_ptr& error) {
  if (is_closed_ || failure_) return;
  try {
    std::rethrow_exception(error);
  } catch (const ContinueAsNewRequest& request) {
    if (CommandMessage* message = close(CommandKind::continue_as_new, request.location)) {
      message->mutable_continue_as_new_workflow_execution_command_attributes()->Swap(request.attributes.get());
    }
  } catch (const FailureError& failure) {
    const bool is_cancelled = is_cancel_requested_ && is_cancelled_exception(failure);
    CommandMessage* message = close(is_cancelled ? CommandKind::cancel_workflow : CommandKind::fail_workflow, {});
    if (message == nullptr) return;
    if (is_cancelled) {
      message->mutable_cancel_workflow_execution_command_attributes();
    } else {
      payload::to_proto(error, *message->mutable_fail_workflow_execution_command_attributes()->mutable_failure());
    }
  } catch (...) {
    fail_with(error);
  }
}

void RunState::warn_of_unfinished_handlers() const {
  if (is_replaying_ || handlers_under_way_ == 0) return;
  std::vector<std::string> unfinished = updates_.unfinished();
  for (std::string& signal : unfinished_signals()) unfinished.push_back(std::move(signal));
  if (unfinished.empty()) return;
  std::string names;
  for (const std::string& name : unfinished) names += (names.empty() ? "" : ", ") + name;
  base::log(LogLevel::warning,
            "[TMPRL1102] workflow " + info_.workflow_id +
                " ended while handlers were under way, which are abandoned: " + names +
                ". Await `workflow::wait_condition(workflow::all_handlers_finished)` at the end of run(), or give "
                "the handler HandlerUnfinishedPolicy::abandon");
}

// A misspelt name, or a handle of another workflow's class, shows only here: the client is told that the service has
// the signal.
void RunState::warn_of_unhandled_signals() const {
  if (is_replaying_ || buffered_signals_.empty()) return;
  std::vector<std::string> unhandled;
  for (const BufferedSignal& signal : buffered_signals_) {
    if (std::find(unhandled.begin(), unhandled.end(), signal.name) == unhandled.end()) unhandled.push_back(signal.name);
  }
  std::vector<std::string> known;
  known.reserve(definition_->signals.size() + signal_handlers_.size());
  for (const Handler& handler : definition_->signals) known.push_back(handler.name);
  for (const auto& [name, handler] : signal_handlers_) known.push_back(name);
  std::sort(known.begin(), known.end());
  const auto listed = [](const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "\"" : ", \"") + name + "\"";
    return text.empty() ? std::string("none") : text;
  };
  base::log(LogLevel::warning, "workflow " + info_.workflow_id + " of type " + info_.workflow_type +
                                   " ended with signals that nothing has handled: " + listed(unhandled) +
                                   "; it handles: " + listed(known));
}

// The closing command comes last, whatever was issued after it in the same activation. Histories recorded before Core
// did so (without the flag) lost what came after.
void RunState::arrange_closing_command() {
  if (!commands_.has_commands_behind_closing()) return;
  if (use_core_flag(kCoreMoveTerminalCommands)) {
    commands_.move_closing_last();
  } else {
    commands_.cut_behind_closing();
  }
}

}  // namespace temporalio::workflow
