#include "sdk/src/machines/commands.h"

#include <array>
#include <cctype>
#include <vector>

#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::machines {
namespace {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): a table of enum values

struct KindNames {
  EventType event;
  const char* machine;
  const char* command;
  bool is_closing;
};

constexpr KindNames kKinds[] = {
    {EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, "Activity", "ScheduleActivityTask", false},
    {EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED, "Activity", "RequestCancelActivityTask", false},
    {EVENT_TYPE_TIMER_STARTED, "Timer", "StartTimer", false},
    {EVENT_TYPE_TIMER_CANCELED, "Timer", "CancelTimer", false},
    {EVENT_TYPE_MARKER_RECORDED, "Patch", "RecordMarker", false},
    {EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, "Complete workflow", "CompleteWorkflowExecution", true},
    {EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, "Fail workflow", "FailWorkflowExecution", true},
    {EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED, "Cancel workflow", "CancelWorkflowExecution", true},
    {EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, "Continue as new workflow", "ContinueAsNewWorkflowExecution",
     true},
};

const KindNames& names_of(CommandKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

}  // namespace

EventType event_type_of(CommandKind kind) { return names_of(kind).event; }
const char* machine_name(CommandKind kind) { return names_of(kind).machine; }
const char* command_name(CommandKind kind) { return names_of(kind).command; }
bool is_closing(CommandKind kind) { return names_of(kind).is_closing; }

bool is_command_event(EventType type) {
  switch (type) {
    case EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
    case EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED:
    case EVENT_TYPE_TIMER_STARTED:
    case EVENT_TYPE_TIMER_CANCELED:
    case EVENT_TYPE_MARKER_RECORDED:
    case EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
    case EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
    case EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
    case EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
    case EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED:
    case EVENT_TYPE_NEXUS_OPERATION_SCHEDULED:
    case EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
      return true;
    default:
      return false;
  }
}

bool is_closing_event(EventType type) {
  switch (type) {
    case EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
    case EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
    case EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
      return true;
    default:
      return false;
  }
}

bool is_unknown_and_ignorable(const temporal::api::history::v1::HistoryEvent& event) {
  return event.worker_may_ignore() &&
         (event.event_type() == EVENT_TYPE_UNSPECIFIED || !EventType_IsValid(event.event_type()));
}

bool has_its_attributes(const temporal::api::history::v1::HistoryEvent& event) {
  // The field of each type's attributes is called after the type.
  static const std::vector<int> fields = [] {
    std::vector<int> found(static_cast<std::size_t>(EventType_MAX) + 1, 0);
    const auto& descriptor = *temporal::api::history::v1::HistoryEvent::descriptor();
    for (int type = 0; type <= EventType_MAX; ++type) {
      if (!EventType_IsValid(type)) continue;
      std::string name = EventType_Name(static_cast<EventType>(type)).substr(sizeof("EVENT_TYPE_") - 1);
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      const auto* field = descriptor.FindFieldByName(name + "_event_attributes");
      if (field != nullptr) found[static_cast<std::size_t>(type)] = field->number();
    }
    return found;
  }();
  const auto type = static_cast<std::size_t>(event.event_type());
  return type >= fields.size() || fields[type] == 0 || static_cast<int>(event.attributes_case()) == fields[type];
}

std::string event_type_name(int type) {
  if (!EventType_IsValid(type)) return "event type " + std::to_string(type);
  const std::string& full = EventType_Name(static_cast<EventType>(type));
  std::string name;
  bool starts_word = true;
  for (std::size_t i = sizeof("EVENT_TYPE_") - 1; i < full.size(); ++i) {
    const char c = full[i];
    if (c == '_') {
      starts_word = true;
    } else {
      name.push_back(starts_word ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
      starts_word = false;
    }
  }
  return name;
}

}  // namespace temporalio::machines
