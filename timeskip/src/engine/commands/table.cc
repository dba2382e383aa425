// Puts the rows of all families together.
#include "timeskip/src/engine/commands/table.h"

#include <array>
#include <utility>

#include "timeskip/src/engine/core/engine.h"

namespace temporalio::timeskip {
namespace {

using Table = std::array<const CommandRow*, enums::CommandType_ARRAYSIZE>;

Table make_table() {
  Table table{};
  for (const auto rows :
       {activity_commands(), child_workflow_commands(), close_commands(), external_workflow_commands(),
        property_commands(), timer_commands(), unsupported_commands()}) {
    for (const CommandRow& row : rows) table[static_cast<std::size_t>(row.type)] = &row;
  }
  return table;
}

}  // namespace

const CommandRow* find_command(enums::CommandType type) {
  static const Table kTable = make_table();
  return type >= 0 && static_cast<std::size_t>(type) < kTable.size() ? kTable[static_cast<std::size_t>(type)] : nullptr;
}

std::string command_sequence_fault(const google::protobuf::RepeatedPtrField<commandpb::Command>& commands) {
  bool closed = false;
  for (const commandpb::Command& command : commands) {
    if (closed) return "invalid command sequence: a command comes after the one that closes the workflow";
    const CommandRow* row = find_command(command.command_type());
    if (row == nullptr) return "unknown command type: " + std::to_string(command.command_type());
    closed = row->closes_run;
  }
  return {};
}

CheckResult check_command(commandpb::Command& command, CommandBatch& batch) {
  CheckResult found = find_command(command.command_type())->check(command, batch);
  ++batch.next_event_id;
  return found;
}

void apply_command(commandpb::Command& command, CommandTransaction& transaction) {
  historypb::HistoryEvent* event = find_command(command.command_type())->apply(command, transaction);
  if (command.has_user_metadata()) *event->mutable_user_metadata() = std::move(*command.mutable_user_metadata());
  event->mutable_event_group_markers()->Swap(command.mutable_event_group_markers());
}

}  // namespace temporalio::timeskip
