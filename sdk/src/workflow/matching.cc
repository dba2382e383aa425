// Compares the command events of a completed workflow task with the commands that code issued in it.
#include "sdk/src/workflow/run_state.h"

namespace temporalio::workflow {

using machines::CommandKind;

namespace {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types
using machines::in_quotes;

// What tells an event of a command from others of its type; empty: nothing does.
std::string particulars(const HistoryEvent& event) {
  switch (event.event_type()) {
    case EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: {
      const auto& a = event.activity_task_scheduled_event_attributes();
      return "activity type " + in_quotes(a.activity_type().name()) + ", id " + in_quotes(a.activity_id());
    }
    case EVENT_TYPE_TIMER_STARTED:
      return "timer id " + in_quotes(event.timer_started_event_attributes().timer_id());
    case EVENT_TYPE_TIMER_CANCELED:
      return "timer id " + in_quotes(event.timer_canceled_event_attributes().timer_id());
    case EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED:
      return "of event " + std::to_string(event.activity_task_cancel_requested_event_attributes().scheduled_event_id());
    case EVENT_TYPE_MARKER_RECORDED: {
      const auto marker = machines::read_patch_marker(event);
      return marker ? "patch " + in_quotes(marker->id)
                    : in_quotes(event.marker_recorded_event_attributes().marker_name());
    }
    case EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: {
      const auto& a = event.signal_external_workflow_execution_initiated_event_attributes();
      return "workflow id " + in_quotes(a.workflow_execution().workflow_id()) + ", signal " +
             in_quotes(a.signal_name());
    }
    case EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
      return "workflow id " + in_quotes(event.request_cancel_external_workflow_execution_initiated_event_attributes()
                                            .workflow_execution()
                                            .workflow_id());
    case EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
      return "child workflow type " +
             in_quotes(event.start_child_workflow_execution_initiated_event_attributes().workflow_type().name());
    default:
      return "";
  }
}

// "TimerStarted (timer id '1')".
std::string describe(const HistoryEvent& event) {
  const std::string text = particulars(event);
  const std::string name = machines::event_type_name(event.event_type());
  return text.empty() ? name : name + " (" + text + ")";
}

}  // namespace

// Core's rule: a patch call whose marker is not in this workflow task wrote none, and is no difference.
QueuedCommand* RunState::drop_patch_markers() {
  QueuedCommand* command = commands_.front();
  while (command != nullptr && command->kind == CommandKind::patch_marker) {
    commands_.pop();
    command = commands_.front();
  }
  return command;
}

bool RunState::match(const HistoryEvent& event) {
  if (const auto marker = machines::read_patch_marker(event)) {
    return accepted(patches_.check_upsert(event), event) &&
           accepted(patches_.match_marker(*marker, commands_, flags_.has_core(kCoreUpsertSearchAttributeOnPatch)),
                    event, commands_.front());
  }
  if (patches_.take_upsert(event)) return true;
  if (!accepted(patches_.check_upsert(event), event)) return false;
  QueuedCommand* command = drop_patch_markers();
  if (command == nullptr) {
    return diverge(event, nullptr, "No command scheduled for event " + machines::quoted_event(event));
  }
  const machines::CommandRow& row = machines::row_of(command->kind);
  if (row.recorded_by != event.event_type()) {
    return diverge(event, command,
                   std::string(row.machine) + " machine does not handle this event: " + machines::quoted_event(event));
  }
  const machines::Step step = command->machine->record(command->kind, event, recording());
  if (!accepted(step, event, command)) return false;
  if (step.effect() == machines::Effect::opened) open_.insert(*command->operation);
  if (step.effect() == machines::Effect::ended) open_.remove(*command->operation);
  commands_.pop();
  return true;
}

bool RunState::check_no_command_left(const HistoryEvent* next) {
  const QueuedCommand* command = drop_patch_markers();
  if (command == nullptr && !patches_.is_upsert_due()) {
    commands_.clear();
    return true;
  }
  HistoryEvent end;
  end.set_event_id(cursor_.last_event_id());
  const HistoryEvent& found = next != nullptr ? *next : end;
  if (accepted(patches_.check_upsert(found), found)) {
    const std::string issued = std::string(machines::command_name(command->kind)) +
                               " was issued in the workflow task that completed with event " +
                               std::to_string(completed_event_id_) + ", but the history has no event for it";
    diverge(found, command,
            issued + (next != nullptr ? " before " + machines::quoted_event(*next)
                                      : " (unless the file was cut off in the middle of that task)"));
  }
  if (next == nullptr) {
    failure_->divergence->event_type = "end of history";
    failure_->divergence->recorded = "nothing: the history ends";
  }
  return false;
}

bool RunState::refuse(const HistoryEvent& event, const QueuedCommand* command, const machines::Refusal& refusal) {
  if (refusal.kind == machines::Refusal::Kind::divergence) return diverge(event, command, refusal.text);
  return fail(TaskVerdict::bad_history, refusal.text, event.event_id());
}

bool RunState::diverge(const HistoryEvent& event, const QueuedCommand* command, const std::string& message) {
  if (failure_) return false;
  Divergence divergence;
  divergence.is_issued = command != nullptr;
  divergence.is_recorded = machines::is_command_event(event.event_type());
  divergence.event_id = event.event_id();
  divergence.event_type = machines::event_type_name(event.event_type());
  divergence.workflow_task_completed_event_id = completed_event_id_;
  divergence.workflow_task = completed_tasks_;
  divergence.recorded = describe(event);
  divergence.actual = command != nullptr ? command->describe() : std::string("no command");
  divergence.message = "[TMPRL1100] Nondeterminism error: " + message;
  if (command != nullptr) {
    divergence.source_file = command->location.file;
    divergence.source_line = command->location.line;
  }
  fail(TaskVerdict::nondeterminism, divergence.message, event.event_id());
  failure_->divergence = std::move(divergence);
  return false;
}

}  // namespace temporalio::workflow
