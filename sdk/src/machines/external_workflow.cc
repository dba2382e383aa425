#include "sdk/src/machines/external_workflow.h"

#include "temporal/api/command/v1/message.pb.h"

namespace temporalio::machines {
namespace {

using S = ExternalState;
using I = ExternalInput;
using E = ExternalEffect;

constexpr ExternalTransition kTransitions[] = {
    {S::created, I::initiated, S::initiated, E::none},
    {S::created, I::cancel, S::dropped, E::drop_and_resolve_cancelled},
    {S::initiated, I::answered, S::answered, E::resolve},
    {S::initiated, I::cancel, S::initiated, E::none},
    {S::answered, I::cancel, S::answered, E::none},
    {S::dropped, I::cancel, S::dropped, E::none},
};
constexpr TransitionTable<S, I, E, 4, 3> kTable(kTransitions);

Step differs(const char* what, const std::string& recorded, const std::string& issued) {
  return Step::diverge(std::string(what) + " of initiated event " + in_quotes(recorded) + " does not match " +
                       in_quotes(issued) + " of the command");
}

}  // namespace

std::span<const ExternalTransition> external_transitions() { return kTransitions; }
std::optional<ExternalEffect> apply(ExternalState& state, ExternalInput input) { return kTable.apply(state, input); }

CancelEffect ExternalMachine::cancel() {
  const auto effect = machines::apply(state_, I::cancel);
  return {std::nullopt, effect == E::drop_and_resolve_cancelled};
}

Step ExternalMachine::record(CommandKind kind, const HistoryEvent& event, const Recording& recording) {
  const bool is_signal = kind == CommandKind::signal_external;
  const auto& signalled = event.signal_external_workflow_execution_initiated_event_attributes();
  const auto& cancelled = event.request_cancel_external_workflow_execution_initiated_event_attributes();
  const std::string& id =
      is_signal ? signalled.workflow_execution().workflow_id() : cancelled.workflow_execution().workflow_id();
  if (id != target_.workflow_id && (!target_.is_generated_id || recording.is_own)) {
    return differs("Workflow id", id, target_.workflow_id);
  }
  if (is_signal && signalled.signal_name() != signal_) {
    return differs("Signal name", signalled.signal_name(), signal_);
  }
  if (!machines::apply(state_, I::initiated)) return not_allowed(event);
  set_initiated_event_id(event.event_id());
  return Step::accept(Effect::opened);
}

Step ExternalMachine::apply(const HistoryEvent& event, const Recording&) {
  if (!machines::apply(state_, I::answered)) return not_allowed(event);
  return Step::accept(Effect::closed);
}

std::string ExternalMachine::describe(CommandKind kind) const {
  std::string text = std::string(command_name(kind)) + " (workflow id " + in_quotes(target_.workflow_id);
  if (kind == CommandKind::signal_external) text += ", signal " + in_quotes(signal_);
  return text + ")";
}

void ExternalMachine::build_start(CommandMessage& message) const {
  if (initiator() == CommandKind::signal_external) {
    auto& attributes = *message.mutable_signal_external_workflow_execution_command_attributes();
    attributes.mutable_execution()->set_workflow_id(target_.workflow_id);
    attributes.mutable_execution()->set_run_id(target_.run_id);
    attributes.set_signal_name(signal_);
    attributes.set_child_workflow_only(target_.child_workflow_only);
  } else {
    auto& attributes = *message.mutable_request_cancel_external_workflow_execution_command_attributes();
    attributes.set_workflow_id(target_.workflow_id);
    attributes.set_run_id(target_.run_id);
    attributes.set_child_workflow_only(target_.child_workflow_only);
  }
}

}  // namespace temporalio::machines
