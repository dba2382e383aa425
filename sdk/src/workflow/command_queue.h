// The commands that workflow code has issued and the history has not recorded yet, in call order.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <memory>
#include <span>
#include <vector>

#include "sdk/src/workflow/operation.h"
#include "temporal/api/command/v1/message.pb.h"
#include "temporal/api/protocol/v1/message.pb.h"

namespace temporalio::workflow {

using CommandMessage = temporal::api::command::v1::Command;
using ProtocolMessage = temporal::api::protocol::v1::Message;

struct QueuedCommand {
  machines::CommandKind kind{};
  machines::Machine* machine = nullptr;               // lives as long as `operation`, or as the run
  coro::Ref<RunOperation> operation;                  // null where workflow code awaits nothing
  SourceLocation location;                            // of the call that issued it
  std::unique_ptr<CommandMessage> message;            // only where it will be sent
  std::unique_ptr<CommandMessage> second_message;     // goes with it, such as a patch's search attribute
  std::unique_ptr<ProtocolMessage> protocol_message;  // goes with a command that places one
  bool has_second = false;                            // whether there is one, sent or not

  bool is_dropped() const { return machine->is_dropped(); }
  std::string describe() const { return machine->describe(kind); }
};

class CommandQueue {
 public:
  QueuedCommand& push(machines::CommandKind kind, machines::Machine& machine, SourceLocation location);
  // The next that history has to record; null: there is none. Skips what was cancelled before it was sent.
  QueuedCommand* front();
  void pop() { ++first_; }
  // All from the front on, cancelled ones included, and a pop of that many.
  std::span<QueuedCommand> pending() { return std::span(commands_).subspan(first_); }
  void pop(std::size_t count) { first_ += count; }
  void clear();

  // What is issued from now on belongs to a new activation.
  void begin_activation() { first_new_ = commands_.size(); }
  // In this activation: the closing command with something issued after it.
  bool has_commands_behind_closing() const;
  // Puts the closing command of this activation last, or drops what was issued after it.
  void move_closing_last();
  void cut_behind_closing();
  // Moves this activation's commands into `commands`, and the protocol messages that go with them into `messages`.
  void take(google::protobuf::RepeatedPtrField<CommandMessage>& commands,
            google::protobuf::RepeatedPtrField<ProtocolMessage>& messages);

 private:
  std::size_t closing() const;

  std::vector<QueuedCommand> commands_;  // those before first_ are done with
  std::size_t first_ = 0;
  std::size_t first_new_ = 0;
};

}  // namespace temporalio::workflow
