#include "sdk/src/workflow/command_queue.h"

#include <algorithm>

namespace temporalio::workflow {

QueuedCommand& CommandQueue::push(machines::CommandKind kind, machines::Machine& machine, SourceLocation location) {
  QueuedCommand& command = commands_.emplace_back();
  command.kind = kind;
  command.machine = &machine;
  command.location = location;
  return command;
}

QueuedCommand* CommandQueue::front() {
  while (first_ < commands_.size() && commands_[first_].is_dropped()) ++first_;
  return first_ < commands_.size() ? &commands_[first_] : nullptr;
}

void CommandQueue::clear() {
  commands_.clear();
  first_ = 0;
  first_new_ = 0;
}

std::size_t CommandQueue::closing() const {
  std::size_t index = first_new_;
  while (index < commands_.size() && !machines::row_of(commands_[index].kind).is_closing) ++index;
  return index;
}

bool CommandQueue::has_commands_behind_closing() const { return closing() + 1 < commands_.size(); }

void CommandQueue::move_closing_last() {
  const auto at = commands_.begin() + static_cast<std::ptrdiff_t>(closing());
  std::rotate(at, at + 1, commands_.end());
}

void CommandQueue::cut_behind_closing() {
  commands_.erase(commands_.begin() + static_cast<std::ptrdiff_t>(closing()) + 1, commands_.end());
}

void CommandQueue::take(google::protobuf::RepeatedPtrField<CommandMessage>& commands,
                        google::protobuf::RepeatedPtrField<ProtocolMessage>& messages) {
  for (std::size_t i = std::max(first_, first_new_); i < commands_.size(); ++i) {
    QueuedCommand& command = commands_[i];
    if (command.is_dropped() || !command.message) continue;
    command.message->set_command_type(machines::row_of(command.kind).type);
    commands.AddAllocated(command.message.release());
    if (command.protocol_message) messages.AddAllocated(command.protocol_message.release());
    if (command.second_message) commands.AddAllocated(command.second_message.release());
  }
}

}  // namespace temporalio::workflow
