// Compares the command events of a completed workflow task with the commands that code issued in it.
#include <nlohmann/json.hpp>

#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/run_state.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types
using machines::CommandKind;

namespace {

constexpr const char* kPatchMarker = "core_patch";
constexpr const char* kChangeVersion = "TemporalChangeVersion";

struct PatchMarker {
  std::string id;
  bool is_deprecated = false;
};

// Both forms of Core's patch marker: patch-data (JSON) and the older pair patch_id, deprecated (binary/plain).
std::optional<PatchMarker> read_patch_marker(const HistoryEvent& event) {
  if (event.event_type() != EVENT_TYPE_MARKER_RECORDED) return std::nullopt;
  const auto& attributes = event.marker_recorded_event_attributes();
  if (attributes.marker_name() != kPatchMarker) return std::nullopt;
  PatchMarker marker;
  const auto& details = attributes.details();
  if (const auto data = details.find("patch-data"); data != details.end() && data->second.payloads_size() > 0) {
    const auto json = nlohmann::json::parse(data->second.payloads(0).data(), nullptr, false);
    if (!json.is_object()) return marker;
    const auto id = json.find("id");
    const auto deprecated = json.find("deprecated");
    if (id != json.end() && id->is_string()) marker.id = id->get<std::string>();
    marker.is_deprecated = deprecated != json.end() && deprecated->is_boolean() && deprecated->get<bool>();
    return marker;
  }
  if (const auto id = details.find("patch_id"); id != details.end() && id->second.payloads_size() > 0) {
    marker.id = id->second.payloads(0).data();
  }
  if (const auto d = details.find("deprecated"); d != details.end() && d->second.payloads_size() > 0) {
    const std::string& data = d->second.payloads(0).data();
    marker.is_deprecated = data == "true" || (data.size() == 1 && data[0] == 1);
  }
  return marker;
}

bool is_change_version_upsert(const HistoryEvent& event) {
  return event.event_type() == EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES &&
         event.upsert_workflow_search_attributes_event_attributes().search_attributes().indexed_fields().contains(
             kChangeVersion);
}

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string event_reference(const HistoryEvent& event) {
  return "HistoryEvent(id: " + std::to_string(event.event_id()) + ", " + machines::event_type_name(event.event_type()) +
         ")";
}

}  // namespace

// The patch markers that follow this workflow task: patched() must answer as it did when they were written.
void RunState::look_ahead(const HistoryEvents& events, const Sequence& sequence) {
  for (int i = sequence.completed + 1; i < events.size(); ++i) {
    if (machines::is_unknown_and_ignorable(events[i])) continue;
    if (!machines::is_command_event(events[i].event_type())) return;
    if (events[i].event_type() != EVENT_TYPE_MARKER_RECORDED) continue;
    const auto marker = read_patch_marker(events[i]);
    if (marker) find_patch(marker->id).is_in_history = true;
  }
}

QueuedCommand* RunState::front_command() {
  while (first_command_ < commands_.size()) {
    QueuedCommand& command = commands_[first_command_];
    if (command.operation && command.operation->is_dropped()) {
      pop_command();
      continue;
    }
    return &command;
  }
  return nullptr;
}

// Core's rule (sdk.md 2.7): a patch call whose marker is not in this workflow task wrote none, and is no difference.
QueuedCommand* RunState::drop_patch_markers() {
  QueuedCommand* command = front_command();
  while (command != nullptr && command->kind == CommandKind::patch_marker) {
    pop_command();
    command = front_command();
  }
  return command;
}

bool RunState::match(const HistoryEvent& event) {
  const EventType type = event.event_type();
  if (const auto marker = read_patch_marker(event)) {
    return check_patch_upsert(event) && match_patch_marker(event, marker->id, marker->is_deprecated);
  }
  if (patch_upsert_ != PatchUpsert::none && is_change_version_upsert(event)) {
    patch_upsert_ = PatchUpsert::none;
    return true;
  }
  if (!check_patch_upsert(event)) return false;
  QueuedCommand* command = drop_patch_markers();
  if (command == nullptr) {
    return diverge(event, nullptr, "No command scheduled for event " + event_reference(event));
  }
  if (machines::event_type_of(command->kind) != type) {
    return diverge(event, command,
                   std::string(machines::machine_name(command->kind)) +
                       " machine does not handle this event: " + event_reference(event));
  }
  RunOperation* operation = command->operation.get();
  switch (command->kind) {
    case CommandKind::start_timer:
      machines::apply(static_cast<TimerOperation&>(*operation).state(), machines::TimerInput::start_recorded);
      static_cast<TimerOperation&>(*operation).set_recorded_id(event.timer_started_event_attributes().timer_id());
      break;
    case CommandKind::schedule_activity:
      if (!check_activity(event, *command)) return false;
      machines::apply(static_cast<ActivityOperation&>(*operation).state(), machines::ActivityInput::schedule_recorded);
      break;
    case CommandKind::cancel_timer:
      if (event.timer_canceled_event_attributes().started_event_id() != operation->initiated_event_id()) {
        return diverge(event, command,
                       "Another timer was cancelled: the history cancels the one of event " +
                           std::to_string(event.timer_canceled_event_attributes().started_event_id()) +
                           ", the code that of event " + std::to_string(operation->initiated_event_id()));
      }
      machines::apply(static_cast<TimerOperation&>(*operation).state(), machines::TimerInput::cancel_recorded);
      open_.erase(operation->initiated_event_id());
      operation->release();
      break;
    case CommandKind::request_cancel_activity:
      if (event.activity_task_cancel_requested_event_attributes().scheduled_event_id() !=
          operation->initiated_event_id()) {
        return diverge(
            event, command,
            "Cancellation of another activity was requested: the history names event " +
                std::to_string(event.activity_task_cancel_requested_event_attributes().scheduled_event_id()) +
                ", the code that of event " + std::to_string(operation->initiated_event_id()));
      }
      machines::apply(static_cast<ActivityOperation&>(*operation).state(), machines::ActivityInput::cancel_recorded);
      break;
    default:
      break;
  }
  if (command->kind == CommandKind::start_timer || command->kind == CommandKind::schedule_activity) {
    operation->set_initiated_event_id(event.event_id());
    operation->add_reference();
    open_.insert(event.event_id(), operation);
  }
  pop_command();
  return true;
}

bool RunState::check_activity(const HistoryEvent& event, const QueuedCommand& command) {
  const auto& recorded = event.activity_task_scheduled_event_attributes();
  const auto& activity = static_cast<const ActivityOperation&>(*command.operation);
  if (recorded.activity_type().name() != activity.type()) {
    return diverge(event, &command,
                   "Activity type of scheduled event " + in_quotes(recorded.activity_type().name()) +
                       " does not match activity type of activity command " + in_quotes(activity.type()));
  }
  // Generated ids differ between SDKs; they are compared only where the recording SDK numbers as this one does.
  const bool compares_id = !activity.explicit_id().empty() || has_core_flag(kCoreIdAndTypeChecks);
  if (compares_id && recorded.activity_id() != activity.id()) {
    return diverge(event, &command,
                   "Activity id of scheduled event " + in_quotes(recorded.activity_id()) +
                       " does not match activity id of activity command " + in_quotes(activity.id()));
  }
  return true;
}

bool RunState::match_patch_marker(const HistoryEvent& event, const std::string& id, bool is_deprecated) {
  // Without the flag the recording SDK wrote none; what the code has forgotten may have been too long to be told.
  patch_upsert_ = has_core_flag(kCoreUpsertSearchAttributeOnPatch) ? PatchUpsert::allowed : PatchUpsert::none;
  QueuedCommand* const command = front_command();
  // Calls before it whose markers are in earlier tasks have written nothing here.
  for (std::size_t i = first_command_; i < commands_.size(); ++i) {
    const QueuedCommand& issued = commands_[i];
    if (issued.operation && issued.operation->is_dropped()) continue;
    if (issued.kind != CommandKind::patch_marker) break;
    if (issued.patch->id != id) continue;
    if (issued.has_upsert) {
      patch_upsert_ = PatchUpsert::required;
      upserting_patch_ = id;
    }
    first_command_ = i + 1;
    return true;
  }
  if (is_deprecated) return true;  // the code has forgotten the change, as it may
  return diverge(
      event, command,
      "Non-deprecated patch marker encountered for change " + id + ", but there is no corresponding change command!");
}

// Before any event but the upsert that the marker before it asked for.
bool RunState::check_patch_upsert(const HistoryEvent& next) {
  if (std::exchange(patch_upsert_, PatchUpsert::none) != PatchUpsert::required) return true;
  return diverge(next, nullptr,
                 "UpsertWorkflowSearchAttributes of " + std::string(kChangeVersion) +
                     " should follow the marker of patch " + in_quotes(upserting_patch_) + ", but " +
                     event_reference(next) + " does");
}

bool RunState::check_no_command_left(const HistoryEvent* next) {
  const QueuedCommand* command = drop_patch_markers();
  if (command == nullptr && patch_upsert_ != PatchUpsert::required) {
    commands_.clear();
    first_command_ = 0;
    return true;
  }
  HistoryEvent end;
  end.set_event_id(last_event_id_);
  const HistoryEvent& found = next != nullptr ? *next : end;
  if (check_patch_upsert(found)) {
    const std::string issued = std::string(machines::command_name(command->kind)) +
                               " was issued in the workflow task that completed with event " +
                               std::to_string(completed_event_id_) + ", but the history has no event for it";
    diverge(found, command,
            issued + (next != nullptr ? " before " + event_reference(*next)
                                      : " (unless the file was cut off in the middle of that task)"));
  }
  if (next == nullptr) {
    failure_->divergence->event_type = "end of history";
    failure_->divergence->recorded = "nothing: the history ends";
  }
  return false;
}

std::string RunState::describe(const QueuedCommand& command) const {
  std::string text = machines::command_name(command.kind);
  if (command.operation && command.operation->kind() == RunOperation::Kind::activity) {
    const auto& activity = static_cast<const ActivityOperation&>(*command.operation);
    text += " (activity type " + in_quotes(activity.type()) + ", id " + in_quotes(activity.id()) + ")";
  } else if (command.operation) {
    text += " (timer id " + in_quotes(std::to_string(command.operation->sequence())) + ")";
  } else if (command.patch != nullptr) {
    text += " (patch " + in_quotes(command.patch->id) + ")";
  }
  return text;
}

std::string RunState::describe(const HistoryEvent& event) {
  std::string text = machines::event_type_name(event.event_type());
  switch (event.event_type()) {
    case EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: {
      const auto& a = event.activity_task_scheduled_event_attributes();
      text += " (activity type " + in_quotes(a.activity_type().name()) + ", id " + in_quotes(a.activity_id()) + ")";
      break;
    }
    case EVENT_TYPE_TIMER_STARTED:
      text += " (timer id " + in_quotes(event.timer_started_event_attributes().timer_id()) + ")";
      break;
    case EVENT_TYPE_TIMER_CANCELED:
      text += " (timer id " + in_quotes(event.timer_canceled_event_attributes().timer_id()) + ")";
      break;
    case EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED:
      text += " (of event " +
              std::to_string(event.activity_task_cancel_requested_event_attributes().scheduled_event_id()) + ")";
      break;
    case EVENT_TYPE_MARKER_RECORDED: {
      const auto marker = read_patch_marker(event);
      text += marker ? " (patch " + in_quotes(marker->id) + ")"
                     : " (" + in_quotes(event.marker_recorded_event_attributes().marker_name()) + ")";
      break;
    }
    case EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
      text += " (child workflow type " +
              in_quotes(event.start_child_workflow_execution_initiated_event_attributes().workflow_type().name()) + ")";
      break;
    default:
      break;
  }
  return text;
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
  divergence.actual = command != nullptr ? describe(*command) : std::string("no command");
  divergence.message = "[TMPRL1100] Nondeterminism error: " + message;
  if (command != nullptr) {
    divergence.source_file = command->location.file;
    divergence.source_line = command->location.line;
  }
  Failure failure;
  failure.verdict = TaskVerdict::nondeterminism;
  failure.message = divergence.message;
  failure.event_id = event.event_id();
  failure.divergence = std::move(divergence);
  failure_ = std::move(failure);
  return false;
}

}  // namespace temporalio::workflow
