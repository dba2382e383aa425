// SignalExternalWorkflowExecution and RequestCancelExternalWorkflowExecution.
#include <string>

#include "timeskip/src/engine/commands/command.h"
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/ids.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/run/external_workflow.h"

namespace temporalio::timeskip {
namespace {

std::string target_fault(const std::string& workflow_id, const std::string& run_id) {
  if (std::string wrong = id_rule("WorkflowId", workflow_id); !wrong.empty()) return wrong;
  return run_id.empty() || is_uuid(run_id) ? std::string() : "Invalid RunId set on command.";
}

CheckResult check_signal(commandpb::Command& command, CommandBatch& batch) {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES;
  if (!command.has_signal_external_workflow_execution_command_attributes()) {
    return fault(kCause, "SignalExternalWorkflowExecutionCommandAttributes is not set on command.");
  }
  const auto& attributes = command.signal_external_workflow_execution_command_attributes();
  if (!attributes.has_execution()) return fault(kCause, "Execution is not set on command.");
  if (CheckResult wrong = namespace_rule(batch.engine, batch.execution, attributes.namespace_(), kCause)) return wrong;
  if (std::string wrong = target_fault(attributes.execution().workflow_id(), attributes.execution().run_id());
      !wrong.empty()) {
    return fault(kCause, wrong);
  }
  if (attributes.signal_name().empty()) return fault(kCause, "SignalName is not set on command.");
  if (batch.pending_signals >= kMaxPendingSignals) {
    return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_SIGNALS_LIMIT_EXCEEDED,
                 "the number of pending signals to external workflows, " + std::to_string(batch.pending_signals) +
                     ", has reached the per-workflow limit of " + std::to_string(kMaxPendingSignals));
  }
  if (attributes.input().ByteSizeLong() > kMaxBlobBytes) {
    return oversized(kCause, "SignalExternalWorkflowExecutionCommandAttributes.Input exceeds size limit.");
  }
  ++batch.pending_signals;
  return std::nullopt;
}

historypb::HistoryEvent* apply_signal(commandpb::Command& command, CommandTransaction& transaction) {
  return initiate_external_signal(transaction.engine, transaction.execution,
                                  *command.mutable_signal_external_workflow_execution_command_attributes(),
                                  transaction.task_completed_event_id);
}

CheckResult check_cancel(commandpb::Command& command, CommandBatch& batch) {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_ATTRIBUTES;
  if (!command.has_request_cancel_external_workflow_execution_command_attributes()) {
    return fault(kCause, "RequestCancelExternalWorkflowExecutionCommandAttributes is not set on command.");
  }
  const auto& attributes = command.request_cancel_external_workflow_execution_command_attributes();
  if (CheckResult wrong = namespace_rule(batch.engine, batch.execution, attributes.namespace_(), kCause)) return wrong;
  if (std::string wrong = target_fault(attributes.workflow_id(), attributes.run_id()); !wrong.empty()) {
    return fault(kCause, wrong);
  }
  if (batch.initiated_children.count(attributes.workflow_id()) != 0) {
    return fault(kCause, "Start and RequestCancel of a child workflow are not allowed in the same workflow task.");
  }
  if (batch.pending_cancel_requests >= kMaxPendingCancelRequests) {
    return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_REQUEST_CANCEL_LIMIT_EXCEEDED,
                 "the number of pending requests to cancel external workflows, " +
                     std::to_string(batch.pending_cancel_requests) + ", has reached the per-workflow limit of " +
                     std::to_string(kMaxPendingCancelRequests));
  }
  ++batch.pending_cancel_requests;
  return std::nullopt;
}

historypb::HistoryEvent* apply_cancel(commandpb::Command& command, CommandTransaction& transaction) {
  return initiate_external_cancel(transaction.engine, transaction.execution,
                                  *command.mutable_request_cancel_external_workflow_execution_command_attributes(),
                                  transaction.task_completed_event_id);
}

constexpr CommandRow kRows[] = {
    {enums::COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION, check_signal, apply_signal},
    {enums::COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION, check_cancel, apply_cancel},
};

}  // namespace

std::span<const CommandRow> external_workflow_commands() { return kRows; }

}  // namespace temporalio::timeskip
