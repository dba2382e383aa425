// Delivery of signals and cancel requests from one workflow to another.
#include "timeskip/src/engine/run/external_workflow.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/errors.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/run/cancel.h"
#include "timeskip/src/engine/run/runs.h"
#include "timeskip/src/engine/run/signal.h"

namespace temporalio::timeskip {
namespace {

// How long a request waits that met a target which could take nothing at that moment.
constexpr Duration kRetryInterval = std::chrono::seconds(1);

commonpb::WorkflowExecution identify(const Execution& execution) {
  commonpb::WorkflowExecution id;
  id.set_workflow_id(execution.workflow_id);
  id.set_run_id(execution.run_id);
  return id;
}

// The run that is meant; null when there is none, or when a workflow means itself.
Execution* find_target(Engine& engine, const Execution& sender, const commonpb::WorkflowExecution& target) {
  if (target.workflow_id() == sender.workflow_id) return nullptr;
  return find_run(engine, *sender.owner, target.workflow_id(), target.run_id());
}

void finish(Engine& engine, Execution& sender, std::int64_t initiated_event_id) {
  sender.external_requests.erase(initiated_event_id);
  sender.needs_task = true;
  engine.touch(sender);
}

template <class From, class To>
void name_target(const Execution& sender, std::int64_t initiated_event_id, const From& from, To& to) {
  to.set_initiated_event_id(initiated_event_id);
  to.set_namespace_(sender.owner->name);
  to.set_namespace_id(sender.owner->id);
  *to.mutable_workflow_execution() = from.workflow_execution();
}

using Cause = enums::SignalExternalWorkflowExecutionFailedCause;

Cause cause_of(const RpcStatus& refusal) {
  return refusal.code == errors::kInvalidArgument
             ? enums::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_COUNT_LIMIT_EXCEEDED
             : enums::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND;
}

std::string describe_delivery(const void* owner) {
  return "delivery of a signal from workflow '" + static_cast<const Execution*>(owner)->workflow_id + "'";
}

void deliver_signal(Engine& engine, Execution& sender, std::int64_t initiated_event_id) {
  const auto pending = sender.external_requests.find(initiated_event_id);
  if (pending == sender.external_requests.end() || !sender.is_running()) return;
  const auto& asked =
      sender.history.event(initiated_event_id).signal_external_workflow_execution_initiated_event_attributes();
  const commonpb::WorkflowExecution self = identify(sender);
  Execution* target = find_target(engine, sender, asked.workflow_execution());
  std::optional<RpcStatus> refusal;
  if (target == nullptr) {
    refusal = errors::not_found("workflow not found");
  } else {
    refusal = signal_refusal(*target);
  }
  if (refusal.has_value() && refusal->code == errors::kResourceExhausted) {
    engine.timers.set(
        pending->second.retry, later(engine.now(), kRetryInterval),
        [&engine, &sender, initiated_event_id] { deliver_signal(engine, sender, initiated_event_id); },
        describe_delivery, &sender);
    return;
  }
  if (!refusal.has_value() && asked.child_workflow_only() && !is_child_of(*target, self)) {
    refusal = errors::not_found("workflow parent does not match");
  }
  if (refusal.has_value()) {
    auto& event = sender.history.add(enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, engine.now());
    auto& attributes = *event.mutable_signal_external_workflow_execution_failed_event_attributes();
    name_target(sender, initiated_event_id, asked, attributes);
    attributes.set_cause(cause_of(*refusal));
    attributes.set_control(asked.control());
    return finish(engine, sender, initiated_event_id);
  }
  commonpb::Payloads input = asked.input();
  Signal signal;
  signal.name = asked.signal_name();
  signal.identity = kServerIdentity;
  signal.request_id = pending->second.request_id;
  if (asked.has_input()) signal.input = &input;
  if (asked.has_header()) signal.header = &asked.header();
  signal.sender = &self;
  add_signal(engine, *target, signal);
  auto& event = sender.history.add(enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED, engine.now());
  auto& attributes = *event.mutable_external_workflow_execution_signaled_event_attributes();
  name_target(sender, initiated_event_id, asked, attributes);
  attributes.set_control(asked.control());
  finish(engine, sender, initiated_event_id);
}

void deliver_cancel(Engine& engine, Execution& sender, std::int64_t initiated_event_id) {
  const auto pending = sender.external_requests.find(initiated_event_id);
  if (pending == sender.external_requests.end() || !sender.is_running()) return;
  const auto& asked =
      sender.history.event(initiated_event_id).request_cancel_external_workflow_execution_initiated_event_attributes();
  const commonpb::WorkflowExecution self = identify(sender);
  Execution* target = find_target(engine, sender, asked.workflow_execution());
  const bool is_refused =
      target == nullptr || (target->is_running() && asked.child_workflow_only() && !is_child_of(*target, self));
  if (is_refused) {
    auto& event = sender.history.add(enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, engine.now());
    auto& attributes = *event.mutable_request_cancel_external_workflow_execution_failed_event_attributes();
    name_target(sender, initiated_event_id, asked, attributes);
    attributes.set_cause(enums::CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND);
    return finish(engine, sender, initiated_event_id);
  }
  if (target->is_running()) {  // one that has closed needs no canceling any more
    CancelRequest request;
    request.reason = asked.reason();
    request.identity = kServerIdentity;
    request.sender = &self;
    request.initiated_event_id = initiated_event_id;
    add_cancel_request(engine, *target, request);
  }
  auto& event = sender.history.add(enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED, engine.now());
  name_target(sender, initiated_event_id, asked,
              *event.mutable_external_workflow_execution_cancel_requested_event_attributes());
  finish(engine, sender, initiated_event_id);
}

}  // namespace

historypb::HistoryEvent* initiate_external_signal(Engine& engine, Execution& sender,
                                                  commandpb::SignalExternalWorkflowExecutionCommandAttributes& command,
                                                  std::int64_t task_completed_event_id) {
  auto& event = sender.history.add(enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, engine.now());
  auto& attributes = *event.mutable_signal_external_workflow_execution_initiated_event_attributes();
  attributes.set_workflow_task_completed_event_id(task_completed_event_id);
  attributes.set_namespace_(command.namespace_());
  attributes.set_namespace_id(sender.owner->id);
  *attributes.mutable_workflow_execution() = command.execution();
  attributes.set_signal_name(command.signal_name());
  if (command.has_input()) *attributes.mutable_input() = std::move(*command.mutable_input());
  attributes.set_control(command.control());
  attributes.set_child_workflow_only(command.child_workflow_only());
  if (command.has_header()) *attributes.mutable_header() = std::move(*command.mutable_header());
  const std::int64_t id = event.event_id();
  ExternalRequest& request = sender.external_requests[id];
  request.kind = ExternalRequest::Kind::kSignal;
  request.request_id = engine.ids.uuid();
  engine.after_commit([&engine, &sender, id] { deliver_signal(engine, sender, id); });
  return &event;
}

historypb::HistoryEvent* initiate_external_cancel(
    Engine& engine, Execution& sender, commandpb::RequestCancelExternalWorkflowExecutionCommandAttributes& command,
    std::int64_t task_completed_event_id) {
  auto& event =
      sender.history.add(enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, engine.now());
  auto& attributes = *event.mutable_request_cancel_external_workflow_execution_initiated_event_attributes();
  attributes.set_workflow_task_completed_event_id(task_completed_event_id);
  attributes.set_namespace_(command.namespace_());
  attributes.set_namespace_id(sender.owner->id);
  attributes.mutable_workflow_execution()->set_workflow_id(command.workflow_id());
  attributes.mutable_workflow_execution()->set_run_id(command.run_id());
  attributes.set_control(command.control());
  attributes.set_child_workflow_only(command.child_workflow_only());
  attributes.set_reason(command.reason());
  const std::int64_t id = event.event_id();
  sender.external_requests[id].kind = ExternalRequest::Kind::kCancel;
  engine.after_commit([&engine, &sender, id] { deliver_cancel(engine, sender, id); });
  return &event;
}

std::int64_t count_external_requests(const Execution& execution, ExternalRequest::Kind kind) {
  return std::count_if(execution.external_requests.begin(), execution.external_requests.end(),
                       [kind](const auto& entry) { return entry.second.kind == kind; });
}

bool is_child_of(const Execution& execution, const commonpb::WorkflowExecution& parent) {
  const auto& recorded =
      execution.history.event(1).workflow_execution_started_event_attributes().parent_workflow_execution();
  return recorded.workflow_id() == parent.workflow_id() && recorded.run_id() == parent.run_id();
}

}  // namespace temporalio::timeskip
