// Puts the rows of all families together.
#include "timeskip/src/engine/commands/table.h"

#include <array>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>

#include "timeskip/src/engine/core/engine.h"

namespace temporalio::timeskip {
namespace {

using Table = std::array<const CommandRow*, enums::CommandType_ARRAYSIZE>;

Table make_table() {
  Table table{};
  for (const auto rows :
       {activity_commands(), child_workflow_commands(), close_commands(), external_workflow_commands(),
        property_commands(), protocol_message_commands(), timer_commands(), unsupported_commands()}) {
    for (const CommandRow& row : rows) table[static_cast<std::size_t>(row.type)] = &row;
  }
  return table;
}

// "StartTimer" for COMMAND_TYPE_START_TIMER.
std::string type_name(enums::CommandType type) {
  constexpr std::string_view kPrefix = "COMMAND_TYPE_";
  if (!enums::CommandType_IsValid(type)) return std::to_string(static_cast<int>(type));
  std::string name;
  bool is_first = true;
  for (const char c : enums::CommandType_Name(type).substr(kPrefix.size())) {
    if (c != '_') name += is_first ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    is_first = c == '_';
  }
  return name;
}

// "... is not set on StartTimerCommand."
void name_command(std::string& detail, enums::CommandType type) {
  constexpr std::string_view kPlace = " on command";
  const auto found = detail.find(kPlace);
  if (found != std::string::npos) detail.replace(found, kPlace.size(), " on " + type_name(type) + "Command");
}

std::string type_list(const google::protobuf::RepeatedPtrField<commandpb::Command>& commands) {
  std::string list;
  for (const commandpb::Command& command : commands) {
    list += (list.empty() ? "" : ", ") + type_name(command.command_type());
  }
  return "[" + list + "]";
}

}  // namespace

const CommandRow* find_command(enums::CommandType type) {
  static const Table kTable = make_table();
  return type >= 0 && static_cast<std::size_t>(type) < kTable.size() ? kTable[static_cast<std::size_t>(type)] : nullptr;
}

std::string command_sequence_fault(const google::protobuf::RepeatedPtrField<commandpb::Command>& commands) {
  const commandpb::Command* closing = nullptr;
  for (const commandpb::Command& command : commands) {
    if (closing != nullptr) {
      return "invalid command sequence: " + type_list(commands) + ", command " + type_name(closing->command_type()) +
             " must be the last command.";
    }
    const CommandRow* row = find_command(command.command_type());
    if (row == nullptr) return "unknown command type: " + type_name(command.command_type());
    if (row->closes_run) closing = &command;
  }
  return {};
}

CheckResult check_command(commandpb::Command& command, CommandBatch& batch) {
  CheckResult found = find_command(command.command_type())->check(command, batch);
  ++batch.next_event_id;
  if (found.has_value()) name_command(found->detail, command.command_type());
  return found;
}

void apply_command(commandpb::Command& command, CommandTransaction& transaction) {
  historypb::HistoryEvent* event = find_command(command.command_type())->apply(command, transaction);
  if (event == nullptr) return;
  if (command.has_user_metadata()) *event->mutable_user_metadata() = std::move(*command.mutable_user_metadata());
  event->mutable_event_group_markers()->Swap(command.mutable_event_group_markers());
}

}  // namespace temporalio::timeskip
