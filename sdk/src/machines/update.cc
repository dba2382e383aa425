#include "sdk/src/machines/update.h"

#include "sdk/src/base/check.h"
#include "temporal/api/command/v1/message.pb.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/protocol/v1/message.pb.h"
#include "temporal/api/update/v1/message.pb.h"

namespace temporalio::machines {
namespace {

namespace updatepb = temporal::api::update::v1;
using S = UpdateState;
using I = UpdateInput;

constexpr UpdateTransition kTransitions[] = {
    {S::requested, I::reject, S::rejected, Effect::none},
    {S::requested, I::accept, S::accept_created, Effect::none},
    {S::accept_created, I::accept_recorded, S::accepted, Effect::none},
    {S::accept_created, I::complete, S::both_created, Effect::none},
    {S::accepted, I::complete, S::complete_created, Effect::none},
    {S::both_created, I::accept_recorded, S::complete_created, Effect::none},
    {S::complete_created, I::complete_recorded, S::completed, Effect::none},
};
constexpr TransitionTable<S, I, Effect, 7, 5> kTable(kTransitions);

constexpr const char* kAccept = "/accept";
constexpr const char* kReject = "/reject";
constexpr const char* kComplete = "/complete";

}  // namespace

std::span<const UpdateTransition> update_transitions() { return kTransitions; }

void UpdateMachine::move(UpdateInput input) {
  const auto effect = kTable.apply(state_, input);
  TEMPORALIO_CHECK(effect.has_value(), "an update is decided once");
}

void UpdateMachine::reject() { move(I::reject); }
void UpdateMachine::accept() { move(I::accept); }
void UpdateMachine::complete() { move(I::complete); }

Step UpdateMachine::record(CommandKind kind, const HistoryEvent& event, const Recording&) {
  if (kind == CommandKind::accept_update) {
    const std::string& recorded = event.workflow_execution_update_accepted_event_attributes().protocol_instance_id();
    if (recorded != ids_.update_id) {
      return Step::diverge("Update id of accepted event " + in_quotes(recorded) +
                           " does not match update id of accept command " + in_quotes(ids_.update_id));
    }
  }
  const I input = kind == CommandKind::accept_update ? I::accept_recorded : I::complete_recorded;
  const auto effect = kTable.apply(state_, input);
  return effect ? Step::accept(*effect) : not_allowed(event);
}

std::string UpdateMachine::describe(CommandKind kind) const {
  return std::string(command_name(kind)) + (kind == CommandKind::accept_update ? " (accept" : " (complete") +
         " update " + in_quotes(ids_.update_id) + ")";
}

void UpdateMachine::build(CommandKind kind, CommandMessage& message) const {
  message.mutable_protocol_message_command_attributes()->set_message_id(
      message_id(kind == CommandKind::accept_update ? kAccept : kComplete));
}

std::unique_ptr<ProtocolMessage> UpdateMachine::message(const char* part) const {
  auto made = std::make_unique<ProtocolMessage>();
  made->set_id(message_id(part));
  made->set_protocol_instance_id(ids_.update_id);
  return made;
}

std::unique_ptr<ProtocolMessage> UpdateMachine::acceptance() const {
  updatepb::Acceptance body;
  body.set_accepted_request_message_id(ids_.message_id);
  body.set_accepted_request_sequencing_event_id(ids_.sequencing_event_id);
  auto made = message(kAccept);
  made->mutable_body()->PackFrom(body);
  return made;
}

std::unique_ptr<ProtocolMessage> UpdateMachine::rejection(temporal::api::failure::v1::Failure& failure) const {
  updatepb::Rejection body;
  body.set_rejected_request_message_id(ids_.message_id);
  body.set_rejected_request_sequencing_event_id(ids_.sequencing_event_id);
  body.mutable_failure()->Swap(&failure);
  auto made = message(kReject);
  made->mutable_body()->PackFrom(body);
  return made;
}

std::unique_ptr<ProtocolMessage> UpdateMachine::response(updatepb::Outcome& outcome) const {
  updatepb::Response body;
  body.mutable_meta()->set_update_id(ids_.update_id);
  body.mutable_outcome()->Swap(&outcome);
  auto made = message(kComplete);
  made->mutable_body()->PackFrom(body);
  return made;
}

}  // namespace temporalio::machines
