// ProtocolMessage: says at which place among the commands a message of an update takes effect.
#include <string>

#include "timeskip/src/engine/commands/command.h"
#include "timeskip/src/engine/commands/table.h"
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/run/update.h"

namespace temporalio::timeskip {
namespace {

constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE;

CheckResult check_protocol_message(commandpb::Command& command, CommandBatch& batch) {
  --batch.next_event_id;  // the event, if there is one, is the message's
  const std::string& id = command.protocol_message_command_attributes().message_id();
  if (std::string wrong = id_rule("MessageId", id); !wrong.empty()) return fault(kCause, wrong);
  const auto found = batch.messages.find(id);
  if (found == batch.messages.end()) {
    return fault(kCause, "ProtocolMessageCommand referenced absent message ID " + id);
  }
  const protocolpb::Message& message = *found->second;
  batch.messages.erase(found);
  return check_message(message, batch);
}

historypb::HistoryEvent* apply_protocol_message(commandpb::Command& command, CommandTransaction& transaction) {
  const auto found = transaction.messages.find(command.protocol_message_command_attributes().message_id());
  const protocolpb::Message& message = *found->second;
  transaction.messages.erase(found);
  return apply_message(transaction.engine, transaction.execution, message);
}

constexpr CommandRow kRows[] = {
    {enums::COMMAND_TYPE_PROTOCOL_MESSAGE, check_protocol_message, apply_protocol_message},
};

}  // namespace

CheckResult check_message(const protocolpb::Message& message, CommandBatch& batch) {
  if (message.body().ByteSizeLong() > kMaxBlobBytes) {
    return oversized(kCause, "Message type " + message.body().type_url() + " exceeds size limit.");
  }
  const std::string& id = message.protocol_instance_id();
  auto known = batch.update_states.find(id);
  if (known == batch.update_states.end()) {
    const auto order = batch.execution.updates.order_by_id.find(id);
    if (order == batch.execution.updates.order_by_id.end()) {
      return fault(kCause, "update " + id + " wasn't found on the server.");
    }
    known = batch.update_states.emplace(id, batch.execution.updates.by_order.at(order->second)->state).first;
  }
  if (std::string wrong = message_fault(message, known->second); !wrong.empty()) return fault(kCause, wrong);
  if (known->second != Update::State::kRejected) ++batch.next_event_id;
  return std::nullopt;
}

std::span<const CommandRow> protocol_message_commands() { return kRows; }

}  // namespace temporalio::timeskip
