#include "sdk/src/machines/catalogue.h"

#include <cctype>
#include <iterator>
#include <vector>

namespace temporalio::machines {
namespace {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): a table of enum values
using Event = temporal::api::history::v1::HistoryEvent;
using Kind = CommandKind;
using Role = EventRole;

// In the order of CommandKind.
constexpr CommandRow kCommands[] = {
    {Kind::none, COMMAND_TYPE_UNSPECIFIED, EVENT_TYPE_UNSPECIFIED, "", ""},
    {Kind::schedule_activity, COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK, EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
     "ScheduleActivityTask", "Activity"},
    {Kind::request_cancel_activity, COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK,
     EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED, "RequestCancelActivityTask", "Activity"},
    {Kind::start_timer, COMMAND_TYPE_START_TIMER, EVENT_TYPE_TIMER_STARTED, "StartTimer", "Timer"},
    {Kind::cancel_timer, COMMAND_TYPE_CANCEL_TIMER, EVENT_TYPE_TIMER_CANCELED, "CancelTimer", "Timer"},
    {Kind::patch_marker, COMMAND_TYPE_RECORD_MARKER, EVENT_TYPE_MARKER_RECORDED, "RecordMarker", "Patch"},
    {Kind::start_child_workflow, COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION,
     EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED, "StartChildWorkflowExecution", "Child workflow"},
    {Kind::signal_external, COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
     EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, "SignalExternalWorkflowExecution", "Signal external"},
    {Kind::request_cancel_external, COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION,
     EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, "RequestCancelExternalWorkflowExecution",
     "Cancel external"},
    {Kind::accept_update, COMMAND_TYPE_PROTOCOL_MESSAGE, EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
     "ProtocolMessage", "Update"},
    {Kind::complete_update, COMMAND_TYPE_PROTOCOL_MESSAGE, EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED,
     "ProtocolMessage", "Update"},
    {Kind::complete_workflow, COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION, EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
     "CompleteWorkflowExecution", "Complete workflow", true},
    {Kind::fail_workflow, COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION, EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
     "FailWorkflowExecution", "Fail workflow", true},
    {Kind::cancel_workflow, COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION, EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
     "CancelWorkflowExecution", "Cancel workflow", true},
    {Kind::continue_as_new, COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION,
     EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, "ContinueAsNewWorkflowExecution", "Continue as new workflow",
     true},
};

// A row of an event that is about what a command has started: the field names the event that recorded the command.
#define ABOUT(type, name, kind, attributes, field) \
  {type, name, Role::about, false, kind, [](const Event& event) -> std::int64_t {     \
      return event.attributes().field(); }}

// In the order of the types' numbers.
constexpr EventRow kEvents[] = {
    {EVENT_TYPE_UNSPECIFIED, "Unspecified", Role::unhandled},
    {EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, "WorkflowExecutionStarted", Role::run},
    {EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, "WorkflowExecutionCompleted", Role::command, true},
    {EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, "WorkflowExecutionFailed", Role::command, true},
    {EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT, "WorkflowExecutionTimedOut", Role::run, true},
    {EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, "WorkflowTaskScheduled", Role::run},
    {EVENT_TYPE_WORKFLOW_TASK_STARTED, "WorkflowTaskStarted", Role::run},
    {EVENT_TYPE_WORKFLOW_TASK_COMPLETED, "WorkflowTaskCompleted", Role::run},
    {EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, "WorkflowTaskTimedOut", Role::run},
    {EVENT_TYPE_WORKFLOW_TASK_FAILED, "WorkflowTaskFailed", Role::run},
    {EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, "ActivityTaskScheduled", Role::command},
    ABOUT(EVENT_TYPE_ACTIVITY_TASK_STARTED, "ActivityTaskStarted", Kind::schedule_activity,
          activity_task_started_event_attributes, scheduled_event_id),
    ABOUT(EVENT_TYPE_ACTIVITY_TASK_COMPLETED, "ActivityTaskCompleted", Kind::schedule_activity,
          activity_task_completed_event_attributes, scheduled_event_id),
    ABOUT(EVENT_TYPE_ACTIVITY_TASK_FAILED, "ActivityTaskFailed", Kind::schedule_activity,
          activity_task_failed_event_attributes, scheduled_event_id),
    ABOUT(EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT, "ActivityTaskTimedOut", Kind::schedule_activity,
          activity_task_timed_out_event_attributes, scheduled_event_id),
    {EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED, "ActivityTaskCancelRequested", Role::command},
    ABOUT(EVENT_TYPE_ACTIVITY_TASK_CANCELED, "ActivityTaskCanceled", Kind::schedule_activity,
          activity_task_canceled_event_attributes, scheduled_event_id),
    {EVENT_TYPE_TIMER_STARTED, "TimerStarted", Role::command},
    ABOUT(EVENT_TYPE_TIMER_FIRED, "TimerFired", Kind::start_timer, timer_fired_event_attributes, started_event_id),
    {EVENT_TYPE_TIMER_CANCELED, "TimerCanceled", Role::command},
    {EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED, "WorkflowExecutionCancelRequested", Role::run},
    {EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED, "WorkflowExecutionCanceled", Role::command, true},
    {EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, "RequestCancelExternalWorkflowExecutionInitiated",
     Role::command},
    ABOUT(EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, "RequestCancelExternalWorkflowExecutionFailed",
          Kind::request_cancel_external, request_cancel_external_workflow_execution_failed_event_attributes,
          initiated_event_id),
    ABOUT(EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED, "ExternalWorkflowExecutionCancelRequested",
          Kind::request_cancel_external, external_workflow_execution_cancel_requested_event_attributes,
          initiated_event_id),
    {EVENT_TYPE_MARKER_RECORDED, "MarkerRecorded", Role::command},
    {EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, "WorkflowExecutionSignaled", Role::run},
    {EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED, "WorkflowExecutionTerminated", Role::run, true},
    {EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, "WorkflowExecutionContinuedAsNew", Role::command, true},
    {EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED, "StartChildWorkflowExecutionInitiated", Role::command},
    ABOUT(EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED, "StartChildWorkflowExecutionFailed",
          Kind::start_child_workflow, start_child_workflow_execution_failed_event_attributes, initiated_event_id),
    ABOUT(EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED, "ChildWorkflowExecutionStarted", Kind::start_child_workflow,
          child_workflow_execution_started_event_attributes, initiated_event_id),
    ABOUT(EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED, "ChildWorkflowExecutionCompleted", Kind::start_child_workflow,
          child_workflow_execution_completed_event_attributes, initiated_event_id),
    ABOUT(EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED, "ChildWorkflowExecutionFailed", Kind::start_child_workflow,
          child_workflow_execution_failed_event_attributes, initiated_event_id),
    ABOUT(EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED, "ChildWorkflowExecutionCanceled", Kind::start_child_workflow,
          child_workflow_execution_canceled_event_attributes, initiated_event_id),
    ABOUT(EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT, "ChildWorkflowExecutionTimedOut", Kind::start_child_workflow,
          child_workflow_execution_timed_out_event_attributes, initiated_event_id),
    ABOUT(EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED, "ChildWorkflowExecutionTerminated",
          Kind::start_child_workflow, child_workflow_execution_terminated_event_attributes, initiated_event_id),
    {EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, "SignalExternalWorkflowExecutionInitiated",
     Role::command},
    ABOUT(EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, "SignalExternalWorkflowExecutionFailed",
          Kind::signal_external, signal_external_workflow_execution_failed_event_attributes, initiated_event_id),
    ABOUT(EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED, "ExternalWorkflowExecutionSignaled", Kind::signal_external,
          external_workflow_execution_signaled_event_attributes, initiated_event_id),
    {EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, "UpsertWorkflowSearchAttributes", Role::command},
    {EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, "WorkflowExecutionUpdateAccepted", Role::command},
    {EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_REJECTED, "WorkflowExecutionUpdateRejected", Role::unhandled},
    {EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED, "WorkflowExecutionUpdateCompleted", Role::command},
    {EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED_EXTERNALLY, "WorkflowPropertiesModifiedExternally", Role::ignored},
    {EVENT_TYPE_ACTIVITY_PROPERTIES_MODIFIED_EXTERNALLY, "ActivityPropertiesModifiedExternally", Role::ignored},
    {EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED, "WorkflowPropertiesModified", Role::command},
    {EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED, "WorkflowExecutionUpdateAdmitted", Role::run},
    {EVENT_TYPE_NEXUS_OPERATION_SCHEDULED, "NexusOperationScheduled", Role::command},
    {EVENT_TYPE_NEXUS_OPERATION_STARTED, "NexusOperationStarted", Role::unhandled},
    {EVENT_TYPE_NEXUS_OPERATION_COMPLETED, "NexusOperationCompleted", Role::unhandled},
    {EVENT_TYPE_NEXUS_OPERATION_FAILED, "NexusOperationFailed", Role::unhandled},
    {EVENT_TYPE_NEXUS_OPERATION_CANCELED, "NexusOperationCanceled", Role::unhandled},
    {EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT, "NexusOperationTimedOut", Role::unhandled},
    {EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED, "NexusOperationCancelRequested", Role::command},
    {EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED, "WorkflowExecutionOptionsUpdated", Role::ignored},
    {EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED, "NexusOperationCancelRequestCompleted", Role::ignored},
    {EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED, "NexusOperationCancelRequestFailed", Role::ignored},
    {EVENT_TYPE_WORKFLOW_EXECUTION_PAUSED, "WorkflowExecutionPaused", Role::ignored},
    {EVENT_TYPE_WORKFLOW_EXECUTION_UNPAUSED, "WorkflowExecutionUnpaused", Role::ignored},
    {EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED, "WorkflowExecutionTimeSkippingTransitioned",
     Role::ignored},
};
#undef ABOUT

// Each table stands in the order of its enum, so that it can be indexed; what the rows say of each other agrees.
constexpr bool is_consistent() {
  for (std::size_t i = 0; i < std::size(kEvents); ++i) {
    const EventRow& event = kEvents[i];
    if (static_cast<std::size_t>(event.type) != i) return false;
    if ((event.role == Role::about) != (event.initiated_event_id != nullptr)) return false;
    if ((event.role == Role::about) != (event.about != Kind::none)) return false;
  }
  for (std::size_t i = 0; i < std::size(kCommands); ++i) {
    const CommandRow& command = kCommands[i];
    if (static_cast<std::size_t>(command.kind) != i) return false;
    if (i == 0) continue;
    const EventRow& recorded_by = kEvents[static_cast<std::size_t>(command.recorded_by)];
    if (recorded_by.role != Role::command || recorded_by.is_closing != command.is_closing) return false;
  }
  return true;
}
static_assert(is_consistent());
static_assert(std::size(kEvents) == static_cast<std::size_t>(EventType_MAX) + 1, "an event type has no row");
static_assert(std::size(kCommands) == kCommandKinds, "a command has no row");

}  // namespace

constinit const CommandRow* const kCommandRows = kCommands;
constinit const EventRow* const kEventRows = kEvents;

bool has_its_attributes(const Event& event) {
  // The field of each type's attributes is called after the type.
  static const std::vector<int> fields = [] {
    std::vector<int> found(std::size(kEvents), 0);
    const auto& descriptor = *Event::descriptor();
    for (const EventRow& row : kEvents) {
      std::string name = EventType_Name(row.type).substr(sizeof("EVENT_TYPE_") - 1);
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      const auto* field = descriptor.FindFieldByName(name + "_event_attributes");
      if (field != nullptr) found[static_cast<std::size_t>(row.type)] = field->number();
    }
    return found;
  }();
  const auto type = static_cast<std::size_t>(event.event_type());
  return type >= fields.size() || fields[type] == 0 || static_cast<int>(event.attributes_case()) == fields[type];
}

std::string event_type_name(int type) {
  if (!EventType_IsValid(type)) return "event type " + std::to_string(type);
  return row_of(static_cast<EventType>(type)).name;
}

std::string event_name(const Event& event) {
  return "event " + std::to_string(event.event_id()) + " (" + event_type_name(event.event_type()) + ")";
}

std::string quoted_event(const Event& event) {
  return "HistoryEvent(id: " + std::to_string(event.event_id()) + ", " + event_type_name(event.event_type()) + ")";
}

}  // namespace temporalio::machines
