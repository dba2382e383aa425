// Starting children, reporting their end to the parent, and ending them with it.
#include "timeskip/src/engine/run/child_workflow.h"

#include <utility>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/core/nil_payload.h"
#include "timeskip/src/engine/core/priority.h"
#include "timeskip/src/engine/run/cancel.h"
#include "timeskip/src/engine/run/external_workflow.h"
#include "timeskip/src/engine/run/lifecycle.h"
#include "timeskip/src/engine/run/runs.h"
#include "timeskip/src/engine/run/start_policy.h"

namespace temporalio::timeskip {
namespace {

using Initiated = historypb::StartChildWorkflowExecutionInitiatedEventAttributes;

commonpb::WorkflowExecution identify(const Execution& execution) {
  commonpb::WorkflowExecution id;
  id.set_workflow_id(execution.workflow_id);
  id.set_run_id(execution.run_id);
  return id;
}

const historypb::WorkflowExecutionStartedEventAttributes& started_attributes(const Execution& execution) {
  return execution.history.event(1).workflow_execution_started_event_attributes();
}

void write_start_failed(Engine& engine, Execution& parent, const Initiated& asked, std::int64_t initiated_event_id) {
  auto& event = parent.history.add(enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED, engine.now());
  auto& attributes = *event.mutable_start_child_workflow_execution_failed_event_attributes();
  attributes.set_namespace_(asked.namespace_());
  attributes.set_namespace_id(asked.namespace_id());
  attributes.set_workflow_id(asked.workflow_id());
  *attributes.mutable_workflow_type() = asked.workflow_type();
  attributes.set_cause(enums::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS);
  attributes.set_control(asked.control());
  attributes.set_initiated_event_id(initiated_event_id);
}

void write_started(Engine& engine, Execution& parent, const Initiated& asked, const Child& child) {
  auto& event = parent.history.add(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED, engine.now());
  auto& attributes = *event.mutable_child_workflow_execution_started_event_attributes();
  attributes.set_namespace_(asked.namespace_());
  attributes.set_namespace_id(asked.namespace_id());
  attributes.set_initiated_event_id(child.initiated_event_id);
  attributes.mutable_workflow_execution()->set_workflow_id(child.workflow_id);
  attributes.mutable_workflow_execution()->set_run_id(child.run_id);
  *attributes.mutable_workflow_type() = asked.workflow_type();
  if (asked.has_header()) *attributes.mutable_header() = asked.header();
}

NewRun new_child_run(Engine& engine, const Execution& parent, const Initiated& asked, std::int64_t initiated_event_id) {
  NewRun run;
  run.workflow_id = asked.workflow_id();
  run.run_id = engine.ids.uuid();
  run.request_id = parent.run_id + ":" + std::to_string(initiated_event_id) + ":0";  // as the real server does
  const auto& initiated = parent.history.event(initiated_event_id);
  if (initiated.has_user_metadata()) run.user_metadata = &initiated.user_metadata();
  auto& attributes = run.attributes;
  *attributes.mutable_workflow_type() = asked.workflow_type();
  attributes.set_parent_workflow_namespace(parent.owner->name);
  attributes.set_parent_workflow_namespace_id(parent.owner->id);
  *attributes.mutable_parent_workflow_execution() = identify(parent);
  attributes.set_parent_initiated_event_id(initiated_event_id);
  *attributes.mutable_root_workflow_execution() = root_of(parent);
  *attributes.mutable_task_queue() = asked.task_queue();
  if (asked.has_input()) *attributes.mutable_input() = asked.input();
  if (asked.has_workflow_execution_timeout()) {
    *attributes.mutable_workflow_execution_timeout() = asked.workflow_execution_timeout();
  }
  *attributes.mutable_workflow_run_timeout() = asked.workflow_run_timeout();
  *attributes.mutable_workflow_task_timeout() = asked.workflow_task_timeout();
  if (asked.has_retry_policy()) *attributes.mutable_retry_policy() = asked.retry_policy();
  if (asked.has_memo()) *attributes.mutable_memo() = asked.memo();
  if (asked.has_search_attributes()) *attributes.mutable_search_attributes() = asked.search_attributes();
  if (asked.has_header()) *attributes.mutable_header() = asked.header();
  const auto& of_parent = started_attributes(parent);
  if (asked.has_priority() || of_parent.has_priority()) {
    commonpb::Priority& priority = *attributes.mutable_priority();
    priority = asked.priority();
    inherit_priority(of_parent.priority(), priority);
  }
  return run;
}

void start_child(Engine& engine, Execution& parent, std::int64_t initiated_event_id) {
  const auto found = parent.children.find(initiated_event_id);
  if (found == parent.children.end() || !parent.is_running()) return;
  Child& child = found->second;
  const Initiated& asked =
      parent.history.event(initiated_event_id).start_child_workflow_execution_initiated_event_attributes();
  const IdPolicies policies =
      resolve_policies(asked.workflow_id_reuse_policy(), enums::WORKFLOW_ID_CONFLICT_POLICY_UNSPECIFIED,
                       enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL);
  parent.needs_task = true;
  engine.touch(parent);
  const IdDecision decision = decide_id(engine, *parent.owner, child.workflow_id, {}, policies);
  if (decision.refusal.has_value()) {
    write_start_failed(engine, parent, asked, initiated_event_id);
    parent.children.erase(found);
    return;
  }
  NewRun run = new_child_run(engine, parent, asked, initiated_event_id);
  child.run_id = run.run_id;
  if (decision.open != nullptr) terminate_existing(engine, *decision.open, run.run_id);
  start_run(engine, *parent.owner, run, [&](Execution& started) {
    started.history.end_batch();
    write_started(engine, parent, asked, child);
  });
}

template <class Attributes>
Attributes& name_child(const Execution& parent, const Child& child, const Execution& closed, Attributes& attributes) {
  attributes.set_namespace_(parent.owner->name);
  attributes.set_namespace_id(parent.owner->id);
  *attributes.mutable_workflow_execution() = identify(closed);
  attributes.mutable_workflow_type()->set_name(child.workflow_type);
  attributes.set_initiated_event_id(child.initiated_event_id);
  return attributes;
}

// Writes the event of the parent that says how its child has closed; the started event's id follows when it is flushed.
void write_closed(Engine& engine, Execution& parent, const Child& child, const Execution& closed) {
  const auto& last = closed.history.event(closed.history.last_event_id());
  const auto add = [&](enums::EventType type) -> historypb::HistoryEvent& {
    return parent.history.add(type, engine.now());
  };
  switch (last.event_type()) {
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: {
      const auto& from = last.workflow_execution_completed_event_attributes();
      auto& event = add(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED);
      auto& to =
          name_child(parent, child, closed, *event.mutable_child_workflow_execution_completed_event_attributes());
      if (from.has_result()) *to.mutable_result() = from.result();
      return;
    }
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: {
      const auto& from = last.workflow_execution_failed_event_attributes();
      auto& event = add(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED);
      auto& to = name_child(parent, child, closed, *event.mutable_child_workflow_execution_failed_event_attributes());
      *to.mutable_failure() = from.failure();
      to.set_retry_state(from.retry_state());
      return;
    }
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: {
      const auto& from = last.workflow_execution_canceled_event_attributes();
      auto& event = add(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED);
      auto& to = name_child(parent, child, closed, *event.mutable_child_workflow_execution_canceled_event_attributes());
      if (from.has_details()) *to.mutable_details() = from.details();
      return;
    }
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: {
      auto& event = add(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT);
      auto& to =
          name_child(parent, child, closed, *event.mutable_child_workflow_execution_timed_out_event_attributes());
      to.set_retry_state(last.workflow_execution_timed_out_event_attributes().retry_state());
      return;
    }
    default: {
      auto& event = add(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED);
      name_child(parent, child, closed, *event.mutable_child_workflow_execution_terminated_event_attributes());
      return;
    }
  }
}

// The running run of the child's chain, if it is still this parent's.
Execution* find_open_child(Engine& engine, const Execution& parent, const Child& child) {
  Execution* open = find_run(engine, *parent.owner, child.workflow_id, {});
  if (open == nullptr || !open->is_running() || !is_child_of(*open, identify(parent))) return nullptr;
  return child.run_id.empty() || open->first_run_id == child.run_id ? open : nullptr;
}

}  // namespace

historypb::HistoryEvent* initiate_child(Engine& engine, Execution& parent,
                                        commandpb::StartChildWorkflowExecutionCommandAttributes& command,
                                        std::int64_t task_completed_event_id) {
  auto& event = parent.history.add(enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED, engine.now());
  auto& attributes = *event.mutable_start_child_workflow_execution_initiated_event_attributes();
  attributes.set_workflow_task_completed_event_id(task_completed_event_id);
  attributes.set_namespace_(parent.owner->name);
  attributes.set_namespace_id(parent.owner->id);
  attributes.set_workflow_id(command.workflow_id());
  *attributes.mutable_workflow_type() = command.workflow_type();
  *attributes.mutable_task_queue() = command.task_queue();
  if (command.has_header()) *attributes.mutable_header() = std::move(*command.mutable_header());
  if (command.has_input()) *attributes.mutable_input() = std::move(*command.mutable_input());
  if (command.has_workflow_execution_timeout()) {
    *attributes.mutable_workflow_execution_timeout() = command.workflow_execution_timeout();
  }
  *attributes.mutable_workflow_run_timeout() = command.workflow_run_timeout();
  *attributes.mutable_workflow_task_timeout() = command.workflow_task_timeout();
  attributes.set_control(command.control());
  attributes.set_workflow_id_reuse_policy(command.workflow_id_reuse_policy());
  attributes.set_parent_close_policy(command.parent_close_policy());
  if (command.has_retry_policy()) *attributes.mutable_retry_policy() = command.retry_policy();
  if (command.has_memo()) *attributes.mutable_memo() = std::move(*command.mutable_memo());
  drop_nil_fields(*attributes.mutable_memo()->mutable_fields());
  if (attributes.memo().fields().empty()) attributes.clear_memo();
  if (command.has_search_attributes()) {
    *attributes.mutable_search_attributes() = std::move(*command.mutable_search_attributes());
  }
  drop_nil_fields(*attributes.mutable_search_attributes()->mutable_indexed_fields());
  if (attributes.search_attributes().indexed_fields().empty()) attributes.clear_search_attributes();
  attributes.set_inherit_build_id(command.inherit_build_id());
  if (command.has_priority()) *attributes.mutable_priority() = command.priority();

  const std::int64_t id = event.event_id();
  Child& child = parent.children[id];
  child.initiated_event_id = id;
  child.workflow_id = command.workflow_id();
  child.workflow_type = command.workflow_type().name();
  child.parent_close_policy = command.parent_close_policy();
  engine.after_commit([&engine, &parent, id] { start_child(engine, parent, id); });
  return &event;
}

void report_close_to_parent(Engine& engine, Execution& closed) {
  const auto& attributes = started_attributes(closed);
  if (!attributes.has_parent_workflow_execution() || !closed.successor_run_id.empty()) return;
  const auto& name = attributes.parent_workflow_execution();
  Execution* parent = find_run(engine, *closed.owner, name.workflow_id(), name.run_id());
  if (parent == nullptr || !parent->is_running()) return;
  const auto found = parent->children.find(attributes.parent_initiated_event_id());
  if (found == parent->children.end() || found->second.run_id != closed.first_run_id) return;
  write_closed(engine, *parent, found->second, closed);
  parent->children.erase(found);
  parent->needs_task = true;
  engine.touch(*parent);
}

void apply_parent_close_policies(Engine& engine, Execution& closed) {
  const commonpb::WorkflowExecution self = identify(closed);
  for (const auto& [id, child] : closed.children) {
    if (child.parent_close_policy == enums::PARENT_CLOSE_POLICY_ABANDON) continue;
    Execution* open = find_open_child(engine, closed, child);
    if (open == nullptr) continue;
    if (child.parent_close_policy == enums::PARENT_CLOSE_POLICY_TERMINATE) {
      terminate_run(engine, *open, "by parent close policy", nullptr, kServerIdentity);
      continue;
    }
    CancelRequest request;
    request.identity = kServerIdentity;
    request.sender = &self;
    add_cancel_request(engine, *open, request);
  }
}

}  // namespace temporalio::timeskip
