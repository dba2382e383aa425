// The form of a command: one row for each type says how it is checked and how it is applied. All commands of a workflow
// task are checked before any is applied; the batch keeps account of what the commands before would change, so that the
// outcome is that of applying them one after the other. A family of commands is one file: its checks, what it writes,
// and its rows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "timeskip/src/engine/core/api.h"
#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;

// Why a workflow task fails because of a command.
struct CommandFault {
  enums::WorkflowTaskFailedCause cause = enums::WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED;
  std::string detail;  // may be empty
  bool terminates_run = false;
  // Set: the request is refused with this instead, and the task stays with its worker.
  std::optional<RpcStatus> refusal;

  // "<cause in words>: <detail>", as the worker gets it and as the history records it.
  std::string text() const;
};

using CheckResult = std::optional<CommandFault>;

// In `detail`, "on command" stands for the command's own name.
CommandFault fault(enums::WorkflowTaskFailedCause cause, std::string detail);
// The run is terminated as well.
CommandFault oversized(enums::WorkflowTaskFailedCause cause, std::string detail);
// What the real server says of a command that the run's state does not allow.
std::string not_in_this_state(const std::string& action, const std::string& id);
// The text of what is wrong with an id-like field of a command; empty when it is good.
std::string id_rule(const char* what, const std::string& value);
// A command that names another namespace than the workflow's is refused, as the real server does by default.
CheckResult namespace_rule(const Engine& engine, const Execution& execution, const std::string& name,
                           enums::WorkflowTaskFailedCause cause);

// The messages of a workflow task's completion, by id.
using MessageIndex = std::unordered_map<std::string, const protocolpb::Message*>;

// What the commands of one task that have passed their checks will have changed.
struct CommandBatch {
  // `first_event_id`: of the event that the first command will write.
  CommandBatch(const Engine& owner, const Execution& run, std::int64_t first_event_id);

  const Engine& engine;
  const Execution& execution;
  std::int64_t next_event_id;
  std::int64_t buffered;  // events that will still be buffered

  struct Activities {
    std::int64_t pending = 0;
    std::unordered_set<std::string> scheduled_ids;
    std::unordered_set<std::string> removed_ids;
    std::unordered_map<std::int64_t, std::string> scheduled;  // event id -> activity id
    std::unordered_set<std::int64_t> cancel_requested;
    std::unordered_set<std::int64_t> canceled_at_once;
  } activities;
  struct Timers {
    std::unordered_set<std::string> started;
    std::unordered_set<std::string> canceled;
  } timers;
  std::unordered_set<std::string> initiated_children;  // workflow ids
  std::int64_t pending_children = 0;
  std::int64_t pending_signals = 0;
  std::int64_t pending_cancel_requests = 0;
  MessageIndex messages;                                         // that no command has referred to yet
  std::unordered_map<std::string, Update::State> update_states;  // by update id, where a message has changed it
};

// The transaction in which the commands of one task take effect.
struct CommandTransaction {
  Engine& engine;
  Execution& execution;
  std::int64_t task_completed_event_id;
  const std::string& identity;                      // of the worker
  MessageIndex messages = {};                       // that no command has referred to yet
  std::vector<std::int64_t> eager_activities = {};  // for the worker itself; scheduled event ids
};

struct CommandRow {
  enums::CommandType type;
  // Validates the command and fills in its defaults; with a fault the batch is not used any more.
  CheckResult (*check)(commandpb::Command& command, CommandBatch& batch);
  // Writes the command's event and returns it, or null when it has none; payloads are moved from. Null where the check
  // lets nothing pass.
  historypb::HistoryEvent* (*apply)(commandpb::Command& command, CommandTransaction& transaction);
  bool closes_run = false;
};

std::span<const CommandRow> activity_commands();
std::span<const CommandRow> child_workflow_commands();
std::span<const CommandRow> close_commands();
std::span<const CommandRow> external_workflow_commands();
std::span<const CommandRow> property_commands();
std::span<const CommandRow> protocol_message_commands();
std::span<const CommandRow> timer_commands();
std::span<const CommandRow> unsupported_commands();

}  // namespace temporalio::timeskip
