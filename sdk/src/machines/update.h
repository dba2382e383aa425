// One update of the workflow: a request of a client, which the workflow accepts or rejects, and answers.
//
//   state              input              next               effect
//   requested          reject             rejected           send the Rejection; no command, no event
//   requested          accept             accept_created     issue ProtocolMessage with the Acceptance
//   accept_created     accept_recorded    accepted           -
//   accept_created     complete           both_created       issue ProtocolMessage with the Response
//   accepted           complete           complete_created   issue ProtocolMessage with the Response
//   both_created       accept_recorded    complete_created   -
//   complete_created   complete_recorded  completed          -
//
// WorkflowExecutionUpdateAccepted records the acceptance, and the update's id is compared;
// WorkflowExecutionUpdateCompleted records the response, of which only the type is compared.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "sdk/src/machines/machine.h"
#include "sdk/src/machines/transition_table.h"

namespace temporal::api::protocol::v1 {
class Message;
}
namespace temporal::api::update::v1 {
class Outcome;
}
namespace temporal::api::failure::v1 {
class Failure;
}

namespace temporalio::machines {

using ProtocolMessage = temporal::api::protocol::v1::Message;

enum class UpdateState : std::uint8_t {
  requested,
  rejected,
  accept_created,
  accepted,
  both_created,
  complete_created,
  completed
};
enum class UpdateInput : std::uint8_t { reject, accept, accept_recorded, complete, complete_recorded };

using UpdateTransition = Transition<UpdateState, UpdateInput, Effect>;
std::span<const UpdateTransition> update_transitions();

// What names the request towards the service.
struct UpdateRequestIds {
  std::string update_id;
  std::string message_id;                // of the message that brought the request
  std::int64_t sequencing_event_id = 0;  // the request comes behind this event
};

class UpdateMachine final : public Machine {
 public:
  explicit UpdateMachine(UpdateRequestIds ids) : Machine(CommandKind::accept_update), ids_(std::move(ids)) {}

  const UpdateRequestIds& ids() const { return ids_; }
  UpdateState state() const { return state_; }
  // Nothing of it will be sent or recorded any more.
  bool is_closed() const override { return state_ == UpdateState::rejected || state_ == UpdateState::completed; }

  // The workflow has decided. `accept` and `complete` go with a command of the kind that begins the update, or of
  // CommandKind::complete_update.
  void reject();
  void accept();
  void complete();

  Step record(CommandKind kind, const HistoryEvent& event, const Recording& recording) override;
  std::string describe(CommandKind kind) const override;
  // The command that places the message named for `kind` among the commands of the task.
  void build(CommandKind kind, CommandMessage& message) const override;

  // The messages to the service, of which `outcome` and `failure` are moved from.
  std::unique_ptr<ProtocolMessage> acceptance() const;
  std::unique_ptr<ProtocolMessage> rejection(temporal::api::failure::v1::Failure& failure) const;
  std::unique_ptr<ProtocolMessage> response(temporal::api::update::v1::Outcome& outcome) const;

 private:
  std::string message_id(const char* part) const { return ids_.message_id + part; }
  std::unique_ptr<ProtocolMessage> message(const char* part) const;
  void move(UpdateInput input);

  UpdateRequestIds ids_;
  UpdateState state_ = UpdateState::requested;
};

}  // namespace temporalio::machines
