// The commands that close a run: complete, fail, cancel, continue as new.
#include <algorithm>
#include <string>
#include <utility>

#include "timeskip/src/engine/commands/command.h"
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/core/retry_policy.h"
#include "timeskip/src/engine/core/validation.h"
#include "timeskip/src/engine/run/lifecycle.h"

namespace temporalio::timeskip {
namespace {

// A run that continues itself in a tight loop is slowed down to one run a second.
constexpr Duration kMinRunInterval = std::chrono::seconds(1);

// What has come in while the task was with its worker must be seen before the run closes.
CheckResult check_buffered(const CommandBatch& batch) {
  if (batch.buffered > 0) return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND, {});
  return std::nullopt;
}

CheckResult check_complete(commandpb::Command& command, CommandBatch& batch) {
  if (CheckResult unhandled = check_buffered(batch)) return unhandled;
  if (!command.has_complete_workflow_execution_command_attributes()) {
    return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_COMPLETE_WORKFLOW_EXECUTION_ATTRIBUTES,
                 "CompleteWorkflowExecutionCommandAttributes is not set on command.");
  }
  if (command.complete_workflow_execution_command_attributes().result().ByteSizeLong() > kMaxBlobBytes) {
    return oversized(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_ACTIVITY_ATTRIBUTES,
                     "CompleteWorkflowExecutionCommandAttributes.Result exceeds size limit.");
  }
  return std::nullopt;
}

historypb::HistoryEvent* apply_complete(commandpb::Command& command, CommandTransaction& transaction) {
  auto& from = *command.mutable_complete_workflow_execution_command_attributes();
  auto& event = close_run(transaction.engine, transaction.execution, enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
                          enums::WORKFLOW_EXECUTION_STATUS_COMPLETED);
  auto& attributes = *event.mutable_workflow_execution_completed_event_attributes();
  attributes.set_workflow_task_completed_event_id(transaction.task_completed_event_id);
  if (from.has_result()) *attributes.mutable_result() = std::move(*from.mutable_result());
  return &event;
}

CheckResult check_fail(commandpb::Command& command, CommandBatch& batch) {
  if (CheckResult unhandled = check_buffered(batch)) return unhandled;
  if (!command.has_fail_workflow_execution_command_attributes() ||
      !command.fail_workflow_execution_command_attributes().has_failure()) {
    return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_FAIL_WORKFLOW_EXECUTION_ATTRIBUTES,
                 "Failure is not set on command.");
  }
  if (command.fail_workflow_execution_command_attributes().failure().ByteSizeLong() > kMaxBlobBytes) {
    return oversized(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_FAIL_WORKFLOW_EXECUTION_ATTRIBUTES,
                     "FailWorkflowExecutionCommandAttributes.Failure exceeds size limit.");
  }
  return std::nullopt;
}

historypb::HistoryEvent* apply_fail(commandpb::Command& command, CommandTransaction& transaction) {
  auto& failure = *command.mutable_fail_workflow_execution_command_attributes()->mutable_failure();
  RetryDecision decision{enums::RETRY_STATE_RETRY_POLICY_NOT_SET, {}};
  if (transaction.execution.retry_policy.has_value()) {
    decision = decide_retry(*transaction.execution.retry_policy, failure, transaction.execution.attempt,
                            transaction.engine.now(), transaction.execution.execution_expiration, RetryOf::kWorkflow);
  }
  auto& event = close_run(transaction.engine, transaction.execution, enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
                          enums::WORKFLOW_EXECUTION_STATUS_FAILED);
  auto& attributes = *event.mutable_workflow_execution_failed_event_attributes();
  attributes.set_workflow_task_completed_event_id(transaction.task_completed_event_id);
  attributes.set_retry_state(decision.state);
  *attributes.mutable_failure() = failure;
  if (decision.state == enums::RETRY_STATE_IN_PROGRESS) {
    attributes.set_new_execution_run_id(
        start_retry_run(transaction.engine, transaction.execution, failure, decision.delay));
  }
  return &event;
}

CheckResult check_cancel(commandpb::Command& command, CommandBatch& batch) {
  if (CheckResult unhandled = check_buffered(batch)) return unhandled;
  if (!command.has_cancel_workflow_execution_command_attributes()) {
    return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CANCEL_WORKFLOW_EXECUTION_ATTRIBUTES,
                 "CancelWorkflowExecutionCommandAttributes is not set on command.");
  }
  if (command.cancel_workflow_execution_command_attributes().details().ByteSizeLong() > kMaxBlobBytes) {
    return oversized(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CANCEL_WORKFLOW_EXECUTION_ATTRIBUTES,
                     "CancelWorkflowExecutionCommandAttributes.Details exceeds size limit.");
  }
  return std::nullopt;
}

historypb::HistoryEvent* apply_cancel(commandpb::Command& command, CommandTransaction& transaction) {
  auto& from = *command.mutable_cancel_workflow_execution_command_attributes();
  auto& event = close_run(transaction.engine, transaction.execution, enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
                          enums::WORKFLOW_EXECUTION_STATUS_CANCELED);
  auto& attributes = *event.mutable_workflow_execution_canceled_event_attributes();
  attributes.set_workflow_task_completed_event_id(transaction.task_completed_event_id);
  if (from.has_details()) *attributes.mutable_details() = std::move(*from.mutable_details());
  return &event;
}

CheckResult check_continue_as_new(commandpb::Command& command, CommandBatch& batch) {
  if (CheckResult unhandled = check_buffered(batch)) return unhandled;
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CONTINUE_AS_NEW_ATTRIBUTES;
  if (!command.has_continue_as_new_workflow_execution_command_attributes()) {
    return fault(kCause, "ContinueAsNewWorkflowExecutionCommandAttributes is not set on command.");
  }
  auto& attributes = *command.mutable_continue_as_new_workflow_execution_command_attributes();
  if (attributes.workflow_type().name().empty())
    attributes.mutable_workflow_type()->set_name(batch.execution.workflow_type);
  if (attributes.workflow_type().name().size() > kMaxIdLength) {
    return fault(kCause, "WorkflowType on command exceeds length limit.");
  }
  if (attributes.task_queue().name().empty()) attributes.mutable_task_queue()->set_name(batch.execution.task_queue);
  attributes.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  if (std::string wrong = task_queue_fault(attributes.task_queue().name()); !wrong.empty()) return fault(kCause, wrong);
  for (const auto* duration : {&attributes.workflow_run_timeout(), &attributes.workflow_task_timeout(),
                               &attributes.backoff_start_interval()}) {
    if (std::string wrong = duration_fault(*duration); !wrong.empty()) return fault(kCause, wrong);
  }
  if (to_duration(attributes.workflow_run_timeout()) == Duration(0)) {
    set_duration(attributes.mutable_workflow_run_timeout(), batch.execution.run_timeout);
  }
  if (to_duration(attributes.workflow_task_timeout()) == Duration(0)) {
    set_duration(attributes.mutable_workflow_task_timeout(), batch.execution.task_timeout);
  }
  if (std::string wrong = retry_policy_fault(attributes.retry_policy()); !wrong.empty()) return fault(kCause, wrong);
  if (attributes.has_search_attributes()) {
    std::string wrong = prepare_search_attributes(*batch.execution.owner, *attributes.mutable_search_attributes());
    if (!wrong.empty()) return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES, std::move(wrong));
    wrong = search_attributes_size_fault(attributes.search_attributes());
    if (!wrong.empty()) return oversized(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES, std::move(wrong));
  }
  if (attributes.input().ByteSizeLong() > kMaxBlobBytes) {
    return oversized(kCause, "ContinueAsNewWorkflowExecutionCommandAttributes.Input exceeds size limit.");
  }
  if (!memo_fault(attributes.memo()).empty()) {
    return oversized(kCause, "ContinueAsNewWorkflowExecutionCommandAttributes.Memo exceeds size limit.");
  }
  if (!attributes.cron_schedule().empty()) {
    return fault(kCause, "this server does not support cron_schedule yet");
  }
  return std::nullopt;
}

historypb::HistoryEvent* apply_continue_as_new(commandpb::Command& command, CommandTransaction& transaction) {
  const auto& from = command.continue_as_new_workflow_execution_command_attributes();
  const Duration lifetime = std::max(Duration(0), transaction.engine.now() - transaction.execution.execution_time);
  Duration backoff = to_duration(from.backoff_start_interval());
  if (lifetime + backoff < kMinRunInterval) backoff = kMinRunInterval - lifetime;
  auto& event =
      close_run(transaction.engine, transaction.execution, enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
                enums::WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW);
  auto& attributes = *event.mutable_workflow_execution_continued_as_new_event_attributes();
  attributes.set_workflow_task_completed_event_id(transaction.task_completed_event_id);
  attributes.set_new_execution_run_id(transaction.engine.ids.uuid());
  *attributes.mutable_workflow_type() = from.workflow_type();
  *attributes.mutable_task_queue() = from.task_queue();
  if (from.has_input()) *attributes.mutable_input() = from.input();
  *attributes.mutable_workflow_run_timeout() = from.workflow_run_timeout();
  *attributes.mutable_workflow_task_timeout() = from.workflow_task_timeout();
  if (from.has_backoff_start_interval()) {
    *attributes.mutable_backoff_start_interval() = from.backoff_start_interval();
  }
  attributes.set_initiator(from.initiator());
  if (from.has_last_completion_result()) *attributes.mutable_last_completion_result() = from.last_completion_result();
  if (from.has_header()) *attributes.mutable_header() = from.header();
  if (from.has_memo()) *attributes.mutable_memo() = from.memo();
  if (from.has_search_attributes()) *attributes.mutable_search_attributes() = from.search_attributes();
  start_continued_run(transaction.engine, transaction.execution, attributes.new_execution_run_id(), backoff, attributes,
                      from);
  return &event;
}

constexpr CommandRow kRows[] = {
    {enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION, check_complete, apply_complete, true},
    {enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION, check_fail, apply_fail, true},
    {enums::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION, check_cancel, apply_cancel, true},
    {enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION, check_continue_as_new, apply_continue_as_new, true},
};

}  // namespace

std::span<const CommandRow> close_commands() { return kRows; }

}  // namespace temporalio::timeskip
