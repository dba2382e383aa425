// The one table of what the protocol knows: the kinds of commands and the types of events, what they are called, which
// event records which command, which events are about what a command has started, what closes a run. It is checked at
// compile time; whoever needs to know a kind asks here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "temporal/api/enums/v1/command_type.pb.h"
#include "temporal/api/enums/v1/event_type.pb.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::machines {

using EventType = temporal::api::enums::v1::EventType;
using CommandType = temporal::api::enums::v1::CommandType;

enum class CommandKind : std::uint8_t {
  none,
  schedule_activity,
  request_cancel_activity,
  start_timer,
  cancel_timer,
  patch_marker,
  start_child_workflow,
  signal_external,
  request_cancel_external,
  accept_update,
  complete_update,
  complete_workflow,
  fail_workflow,
  cancel_workflow,
  continue_as_new
};

inline constexpr std::size_t kCommandKinds = static_cast<std::size_t>(CommandKind::continue_as_new) + 1;

// What a run does with an event.
enum class EventRole : std::uint8_t {
  unhandled,  // this SDK cannot go on: it does not know what the event means for workflow code
  ignored,    // means nothing for workflow code
  command,    // was written for a command of the workflow task before it
  about,      // says what became of something that a command has started
  run,        // concerns the run as a whole: its start, its tasks, signals, cancellation, its end
};

struct CommandRow {
  CommandKind kind;
  CommandType type;
  EventType recorded_by;
  const char* name;     // "StartTimer"
  const char* machine;  // "Timer": the machine's name in messages
  bool is_closing = false;
};

struct EventRow {
  EventType type;
  const char* name;  // "TimerStarted"
  EventRole role;
  bool is_closing = false;  // nothing follows it
  // For EventRole::about: the command that began what the event is about, and the event that recorded that command.
  CommandKind about = CommandKind::none;
  std::int64_t (*initiated_event_id)(const temporal::api::history::v1::HistoryEvent& event) = nullptr;
};

// The tables, each in the order of its enum; catalogue.cc.
extern const CommandRow* const kCommandRows;
extern const EventRow* const kEventRows;

inline const CommandRow& row_of(CommandKind kind) { return kCommandRows[static_cast<std::size_t>(kind)]; }
// The row of EVENT_TYPE_UNSPECIFIED where the type is not known.
inline const EventRow& row_of(EventType type) {
  const auto index = static_cast<std::size_t>(type);
  return kEventRows[index <= static_cast<std::size_t>(temporal::api::enums::v1::EventType_MAX) ? index : 0];
}

inline const char* command_name(CommandKind kind) { return row_of(kind).name; }
inline bool is_command_event(EventType type) { return row_of(type).role == EventRole::command; }
inline bool is_closing_event(EventType type) { return row_of(type).is_closing; }

// An event of a kind that is newer than this SDK, which the server says workers may skip.
inline bool is_unknown_and_ignorable(const temporal::api::history::v1::HistoryEvent& event) {
  return event.worker_may_ignore() &&
         row_of(event.event_type()).type == temporal::api::enums::v1::EVENT_TYPE_UNSPECIFIED;
}
// Whether the event carries the attributes of its type, and not another's or none.
bool has_its_attributes(const temporal::api::history::v1::HistoryEvent& event);

// "TimerStarted" for EVENT_TYPE_TIMER_STARTED; "event type 4711" where the type is not known.
std::string event_type_name(int type);
// "event 5 (TimerStarted)".
std::string event_name(const temporal::api::history::v1::HistoryEvent& event);
// "HistoryEvent(id: 5, TimerStarted)": the form in which SDKs that rest on Core quote an event of a nondeterminism
// error.
std::string quoted_event(const temporal::api::history::v1::HistoryEvent& event);

}  // namespace temporalio::machines
