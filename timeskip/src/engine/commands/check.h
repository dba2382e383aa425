// Validation of the commands of one workflow task, all of them before any is applied. The check keeps account of what
// the commands before would change, so that the outcome is that of applying them one after the other.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "timeskip/src/engine/core/api.h"
#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;

struct CommandFault {
  enums::WorkflowTaskFailedCause cause = enums::WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED;
  std::string detail;  // may be empty
  bool terminates_run = false;

  // "<cause in words>: <detail>", as the worker gets it and as the history records it.
  std::string text() const;
};

bool is_close_command(enums::CommandType type);

// A command list that is refused as a whole, without failing the task: an unknown type, something after a close
// command.
std::string command_sequence_fault(const google::protobuf::RepeatedPtrField<commandpb::Command>& commands);

class CommandCheck {
 public:
  // `first_event_id`: of the event that the first command will write.
  CommandCheck(const Execution& execution, std::int64_t first_event_id);

  // Validates `command` and fills in its defaults. A fault ends the check.
  std::optional<CommandFault> check(commandpb::Command& command);

 private:
  using Fault = std::optional<CommandFault>;

  Fault check_search_attributes(commandpb::Command& command) const;
  Fault check_properties(const commandpb::Command& command) const;
  Fault check_schedule_activity(commandpb::Command& command);
  Fault check_request_cancel_activity(const commandpb::Command& command);
  Fault check_start_timer(const commandpb::Command& command);
  Fault check_cancel_timer(const commandpb::Command& command);
  Fault check_marker(const commandpb::Command& command) const;
  Fault check_close(commandpb::Command& command) const;
  Fault check_continue_as_new(commandpb::Command& command) const;
  bool activity_is_finished(std::int64_t scheduled_event_id) const;

  const Execution& execution_;
  std::int64_t next_event_id_;
  std::int64_t buffered_;
  std::int64_t pending_activities_;
  std::unordered_set<std::string> started_timers_;
  std::unordered_set<std::string> cancelled_timers_;
  std::unordered_set<std::string> scheduled_activity_ids_;
  std::unordered_set<std::string> removed_activity_ids_;
  std::unordered_map<std::int64_t, std::string> scheduled_activities_;  // event id -> activity id
  std::unordered_set<std::int64_t> cancel_requested_;
  std::unordered_set<std::int64_t> cancelled_at_once_;
};

}  // namespace temporalio::timeskip
