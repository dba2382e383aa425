// The one table of all commands, and the three things that are done with a list of them.
#pragma once

#include <optional>
#include <string>

#include "timeskip/src/engine/commands/command.h"

namespace temporalio::timeskip {

// Null for a type that the API does not define.
const CommandRow* find_command(enums::CommandType type);

// A command list that is refused as a whole, without failing the task: an unknown type, something after a close
// command. Empty when there is no such fault.
std::string command_sequence_fault(const google::protobuf::RepeatedPtrField<commandpb::Command>& commands);

// Checks the next command; requires that its type is known.
CheckResult check_command(commandpb::Command& command, CommandBatch& batch);

// Checks a message that no command has referred to.
CheckResult check_message(const protocolpb::Message& message, CommandBatch& batch);

// Applies a command that has passed its check.
void apply_command(commandpb::Command& command, CommandTransaction& transaction);

}  // namespace temporalio::timeskip
