// StartChildWorkflowExecution.
#include <algorithm>
#include <string>

#include "timeskip/src/engine/commands/command.h"
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/core/priority.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/core/retry_policy.h"
#include "timeskip/src/engine/core/validation.h"
#include "timeskip/src/engine/run/child_workflow.h"

namespace temporalio::timeskip {
namespace {

using Attributes = commandpb::StartChildWorkflowExecutionCommandAttributes;

constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_START_CHILD_EXECUTION_ATTRIBUTES;

// The text of what is wrong with the fields that stand for themselves; empty when all is well.
std::string field_fault(const Attributes& attributes) {
  if (std::string wrong = id_rule("WorkflowId", attributes.workflow_id()); !wrong.empty()) return wrong;
  if (std::string wrong = id_rule("WorkflowType", attributes.workflow_type().name()); !wrong.empty()) return wrong;
  for (const auto* duration : {&attributes.workflow_execution_timeout(), &attributes.workflow_run_timeout(),
                               &attributes.workflow_task_timeout()}) {
    if (std::string wrong = duration_fault(*duration); !wrong.empty()) {
      return "an invalid timeout is set on command: " + wrong;
    }
  }
  if (attributes.has_retry_policy()) {
    if (std::string wrong = retry_policy_fault(attributes.retry_policy()); !wrong.empty()) return wrong;
  }
  if (!attributes.cron_schedule().empty()) return "this server does not support cron_schedule yet";
  if (attributes.has_versioning_override()) return "this server does not support versioning_override yet";
  return {};
}

void fill_in_defaults(const Execution& parent, Attributes& attributes) {
  auto& queue = *attributes.mutable_task_queue();
  if (queue.name().empty()) queue.set_name(parent.task_queue);
  queue.set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  if (attributes.has_retry_policy()) complete_retry_policy(*attributes.mutable_retry_policy());
  constexpr Duration kNone{0};
  const Duration execution = to_duration(attributes.workflow_execution_timeout());
  Duration run = to_duration(attributes.workflow_run_timeout());
  if (run == kNone || (execution > kNone && execution < run)) run = execution;
  Duration task = to_duration(attributes.workflow_task_timeout());
  if (task == kNone) task = kDefaultTaskTimeout;
  task = std::min(task, kMaxTaskTimeout);
  if (run > kNone) task = std::min(task, run);
  set_duration(attributes.mutable_workflow_run_timeout(), run);
  set_duration(attributes.mutable_workflow_task_timeout(), task);
  if (attributes.parent_close_policy() == enums::PARENT_CLOSE_POLICY_UNSPECIFIED) {
    attributes.set_parent_close_policy(enums::PARENT_CLOSE_POLICY_TERMINATE);
  }
  if (attributes.workflow_id_reuse_policy() == enums::WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED) {
    attributes.set_workflow_id_reuse_policy(enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE);
  }
}

CheckResult check_sizes(const Attributes& attributes) {
  if (attributes.input().ByteSizeLong() > kMaxBlobBytes) {
    return oversized(kCause, "StartChildWorkflowExecutionCommandAttributes.Input exceeds size limit.");
  }
  if (!memo_fault(attributes.memo()).empty()) {
    return oversized(kCause, "StartChildWorkflowExecutionCommandAttributes.Memo exceeds size limit.");
  }
  std::string wrong = search_attributes_size_fault(attributes.search_attributes());
  if (!wrong.empty()) return oversized(kCause, std::move(wrong));
  return std::nullopt;
}

CheckResult check_start_child(commandpb::Command& command, CommandBatch& batch) {
  if (!command.has_start_child_workflow_execution_command_attributes()) {
    return fault(kCause, "StartChildWorkflowExecutionCommandAttributes is not set on command.");
  }
  auto& attributes = *command.mutable_start_child_workflow_execution_command_attributes();
  if (CheckResult wrong = namespace_rule(batch.engine, batch.execution, attributes.namespace_(), kCause)) return wrong;
  if (std::string wrong = field_fault(attributes); !wrong.empty()) return fault(kCause, wrong);
  if (attributes.has_search_attributes()) {
    std::string wrong = prepare_search_attributes(*batch.execution.owner, *attributes.mutable_search_attributes());
    if (!wrong.empty()) return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES, std::move(wrong));
  }
  if (std::string wrong = priority_fault(attributes.priority()); !wrong.empty()) return fault(kCause, wrong);
  fill_in_defaults(batch.execution, attributes);
  if (std::string wrong = task_queue_fault(attributes.task_queue().name()); !wrong.empty()) return fault(kCause, wrong);
  if (CheckResult wrong = check_sizes(attributes)) return wrong;
  if (batch.pending_children >= kMaxPendingChildren) {
    return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_CHILD_WORKFLOWS_LIMIT_EXCEEDED,
                 "the number of pending child workflow executions, " + std::to_string(batch.pending_children) +
                     ", has reached the per-workflow limit of " + std::to_string(kMaxPendingChildren));
  }
  ++batch.pending_children;
  batch.initiated_children.insert(attributes.workflow_id());
  return std::nullopt;
}

historypb::HistoryEvent* apply_start_child(commandpb::Command& command, CommandTransaction& transaction) {
  return initiate_child(transaction.engine, transaction.execution,
                        *command.mutable_start_child_workflow_execution_command_attributes(),
                        transaction.task_completed_event_id);
}

constexpr CommandRow kRows[] = {
    {enums::COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION, check_start_child, apply_start_child},
};

}  // namespace

std::span<const CommandRow> child_workflow_commands() { return kRows; }

}  // namespace temporalio::timeskip
