#include "sdk/src/machines/child_workflow.h"

#include "temporal/api/command/v1/message.pb.h"

namespace temporalio::machines {
namespace {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types
using S = ChildState;
using I = ChildInput;
using E = ChildEffect;

constexpr ChildTransition kTransitions[] = {
    {S::created, I::initiated, S::initiated, E::none},
    {S::created, I::cancel_wait, S::dropped, E::drop_and_resolve_cancelled},
    {S::created, I::cancel_try, S::dropped, E::drop_and_resolve_cancelled},
    {S::created, I::abandon, S::dropped, E::drop_and_resolve_cancelled},
    {S::initiated, I::started, S::started, E::resolve_started},
    {S::initiated, I::start_failed, S::closed, E::resolve_outcome},
    {S::initiated, I::cancel_wait, S::cancel_later, E::none},
    {S::initiated, I::cancel_try, S::cancel_later, E::none},
    {S::initiated, I::abandon, S::detached, E::resolve_cancelled},
    {S::cancel_later, I::started, S::started, E::resolve_started},
    {S::cancel_later, I::start_failed, S::closed, E::resolve_outcome},
    {S::cancel_later, I::cancel_wait, S::cancel_later, E::none},
    {S::cancel_later, I::cancel_try, S::cancel_later, E::none},
    {S::started, I::close, S::closed, E::resolve_outcome},
    {S::started, I::cancel_wait, S::cancelling, E::request_cancel},
    {S::started, I::cancel_try, S::detached, E::request_cancel_and_resolve_cancelled},
    {S::started, I::abandon, S::detached, E::resolve_cancelled},
    {S::cancelling, I::close, S::closed, E::resolve_outcome},
    {S::cancelling, I::give_up, S::detached, E::resolve_cancelled},
    {S::cancelling, I::cancel_wait, S::cancelling, E::none},
    {S::detached, I::started, S::detached, E::resolve_started},
    {S::detached, I::start_failed, S::closed, E::none},
    {S::detached, I::close, S::closed, E::none},
    {S::detached, I::cancel_wait, S::detached, E::none},
    {S::detached, I::cancel_try, S::detached, E::none},
    {S::detached, I::abandon, S::detached, E::none},
    {S::closed, I::give_up, S::closed, E::none},
    {S::closed, I::cancel_wait, S::closed, E::none},
    {S::closed, I::cancel_try, S::closed, E::none},
    {S::closed, I::abandon, S::closed, E::none},
    {S::dropped, I::cancel_wait, S::dropped, E::none},
    {S::dropped, I::cancel_try, S::dropped, E::none},
    {S::dropped, I::abandon, S::dropped, E::none},
};
constexpr TransitionTable<S, I, E, 8, 8> kTable(kTransitions);

Step differs(const char* what, const std::string& recorded, const std::string& issued) {
  return Step::diverge(std::string("Child workflow ") + what + " of scheduled event " + in_quotes(recorded) +
                       " does not match child workflow " + what + " of command " + in_quotes(issued));
}

}  // namespace

std::span<const ChildTransition> child_transitions() { return kTransitions; }
std::optional<ChildEffect> apply(ChildState& state, ChildInput input) { return kTable.apply(state, input); }

CancelEffect ChildMachine::cancel() {
  const auto effect = machines::apply(state_, cancel_input_);
  if (!effect) return {};
  switch (*effect) {
    case E::none:
      is_cancel_due_ = is_cancel_due_ || state_ == S::cancel_later;
      return {};
    case E::request_cancel:
      is_cancel_due_ = false;
      return {CommandKind::request_cancel_external, false};
    case E::request_cancel_and_resolve_cancelled:
      is_cancel_due_ = false;
      return {CommandKind::request_cancel_external, true};
    case E::drop_and_resolve_cancelled:
    case E::resolve_cancelled:
      return {std::nullopt, true};
    case E::resolve_started:
    case E::resolve_outcome:
      return {};
  }
  return {};
}

bool ChildMachine::on_cancel_requested() { return machines::apply(state_, I::give_up) == E::resolve_cancelled; }

Step ChildMachine::record(CommandKind, const HistoryEvent& event, const Recording& recording) {
  const auto& recorded = event.start_child_workflow_execution_initiated_event_attributes();
  if (recorded.workflow_type().name() != type_) return differs("type", recorded.workflow_type().name(), type_);
  if (recorded.workflow_id() != id_) {
    if (!is_generated_id_ || recording.is_own) return differs("id", recorded.workflow_id(), id_);
    id_ = recorded.workflow_id();  // another SDK's random number
  }
  if (!machines::apply(state_, I::initiated)) return not_allowed(event);
  set_initiated_event_id(event.event_id());
  return Step::accept(Effect::opened);
}

Step ChildMachine::apply(const HistoryEvent& event, const Recording&) {
  if (event.event_type() == EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED) {
    if (!machines::apply(state_, I::started)) return not_allowed(event);
    const auto& attributes = event.child_workflow_execution_started_event_attributes();
    run_id_ = attributes.workflow_execution().run_id();
    started_event_id_ = event.event_id();
    return Step::accept(Effect::started);
  }
  const bool has_started = event.event_type() != EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED;
  if (has_started && started_event_id_ == 0) {
    return Step::bad_history(event_name(event) + " ends the child workflow of event " +
                             std::to_string(initiated_event_id()) + " without ChildWorkflowExecutionStarted before it");
  }
  if (!machines::apply(state_, has_started ? I::close : I::start_failed)) return not_allowed(event);
  return Step::accept(Effect::closed);
}

std::string ChildMachine::describe(CommandKind kind) const {
  return std::string(command_name(kind)) + " (child workflow type " + in_quotes(type_) + ", id " + in_quotes(id_) + ")";
}

}  // namespace temporalio::machines
