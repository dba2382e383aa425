// The kinds of commands, the events that record them, and which events are recorded for commands at all.
#pragma once

#include <cstdint>
#include <string>

#include "temporal/api/enums/v1/event_type.pb.h"

namespace temporal::api::history::v1 {
class HistoryEvent;
}

namespace temporalio::machines {

using EventType = temporal::api::enums::v1::EventType;

enum class CommandKind : std::uint8_t {
  schedule_activity,
  request_cancel_activity,
  start_timer,
  cancel_timer,
  patch_marker,
  complete_workflow,
  fail_workflow,
  cancel_workflow,
  continue_as_new
};

// The event type that records a command of this kind.
EventType event_type_of(CommandKind kind);
// "Timer", "Complete workflow": the machine's name in messages.
const char* machine_name(CommandKind kind);
// "StartTimer", "CompleteWorkflowExecution": the command's name in messages.
const char* command_name(CommandKind kind);
// The workflow's closing commands.
bool is_closing(CommandKind kind);

// Is an event of this type written for a command of a workflow task?
bool is_command_event(EventType type);
// Is it one after which nothing follows?
bool is_closing_event(EventType type);
// An event of a kind that is newer than this SDK, which the server says workers may skip.
bool is_unknown_and_ignorable(const temporal::api::history::v1::HistoryEvent& event);
// Whether the event carries the attributes of its type, and not another's or none.
bool has_its_attributes(const temporal::api::history::v1::HistoryEvent& event);
// "TimerStarted" for EVENT_TYPE_TIMER_STARTED; the number where the type is not known.
std::string event_type_name(int type);

}  // namespace temporalio::machines
