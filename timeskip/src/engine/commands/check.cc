// What makes a command bad, and under which cause the workflow task then fails.
#include "timeskip/src/engine/commands/check.h"

#include <algorithm>
#include <cctype>

#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/core/retry_policy.h"
#include "timeskip/src/engine/core/validation.h"

namespace temporalio::timeskip {
namespace {

constexpr std::int64_t kMaxPendingActivities = 2000;

CommandFault fault(enums::WorkflowTaskFailedCause cause, std::string detail) {
  return {cause, std::move(detail), false};
}

CommandFault oversized(enums::WorkflowTaskFailedCause cause, std::string detail) {
  return {cause, std::move(detail), true};
}

std::string id_rule(const char* what, const std::string& value) {
  if (value.empty()) return std::string(what) + " is not set on command.";
  if (value.size() > kMaxIdLength) return std::string(what) + " on command exceeds length limit.";
  return {};
}

CommandFault not_supported(enums::WorkflowTaskFailedCause cause, enums::CommandType type) {
  return fault(cause, "this server does not support the command " + enums::CommandType_Name(type) + " yet");
}

// Timeouts that a client leaves out follow from those it gives; none is longer than the run may last.
std::string normalise_timeouts(commandpb::ScheduleActivityTaskCommandAttributes& attributes, Duration run_timeout) {
  for (const auto* duration : {&attributes.schedule_to_close_timeout(), &attributes.schedule_to_start_timeout(),
                               &attributes.start_to_close_timeout(), &attributes.heartbeat_timeout()}) {
    if (std::string wrong = duration_fault(*duration); !wrong.empty())
      return "an activity timeout is invalid: " + wrong;
  }
  Duration close = to_duration(attributes.schedule_to_close_timeout());
  Duration start = to_duration(attributes.schedule_to_start_timeout());
  Duration run = to_duration(attributes.start_to_close_timeout());
  Duration heartbeat = to_duration(attributes.heartbeat_timeout());
  constexpr Duration kNone{0};
  if (close > kNone) {
    start = start > kNone ? std::min(start, close) : close;
    run = run > kNone ? std::min(run, close) : close;
  } else if (run > kNone) {
    close = run_timeout;
    if (start == kNone) start = run_timeout;
  } else {
    return "A valid StartToClose or ScheduleToCloseTimeout is not set on command.";
  }
  if (run_timeout > kNone) {
    close = std::min(close, run_timeout);
    start = std::min(start, run_timeout);
    run = std::min(run, run_timeout);
    heartbeat = std::min(heartbeat, run_timeout);
  }
  heartbeat = std::min(heartbeat, run);
  set_duration(attributes.mutable_schedule_to_close_timeout(), close);
  set_duration(attributes.mutable_schedule_to_start_timeout(), start);
  set_duration(attributes.mutable_start_to_close_timeout(), run);
  set_duration(attributes.mutable_heartbeat_timeout(), heartbeat);
  return {};
}

}  // namespace

std::string CommandFault::text() const {
  constexpr std::string_view kPrefix = "WORKFLOW_TASK_FAILED_CAUSE_";
  std::string words;
  bool upper = true;
  for (char c : enums::WorkflowTaskFailedCause_Name(cause).substr(kPrefix.size())) {
    if (c == '_') {
      upper = true;
    } else {
      words += upper ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      upper = false;
    }
  }
  return detail.empty() ? words : words + ": " + detail;
}

bool is_close_command(enums::CommandType type) {
  return type == enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION ||
         type == enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION || type == enums::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION ||
         type == enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION;
}

std::string command_sequence_fault(const google::protobuf::RepeatedPtrField<commandpb::Command>& commands) {
  bool closed = false;
  for (const commandpb::Command& command : commands) {
    if (closed) return "invalid command sequence: a command comes after the one that closes the workflow";
    if (!enums::CommandType_IsValid(command.command_type()) ||
        command.command_type() == enums::COMMAND_TYPE_UNSPECIFIED) {
      return "unknown command type: " + std::to_string(command.command_type());
    }
    closed = is_close_command(command.command_type());
  }
  return {};
}

CommandCheck::CommandCheck(const Execution& execution, std::int64_t first_event_id)
    : execution_(execution),
      next_event_id_(first_event_id),
      buffered_(static_cast<std::int64_t>(execution.history.buffered().size())),
      pending_activities_(static_cast<std::int64_t>(execution.activities.size())) {}

std::optional<CommandFault> CommandCheck::check(commandpb::Command& command) {
  Fault found;
  switch (command.command_type()) {
    case enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK:
      found = check_schedule_activity(command);
      break;
    case enums::COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK:
      found = check_request_cancel_activity(command);
      break;
    case enums::COMMAND_TYPE_START_TIMER:
      found = check_start_timer(command);
      break;
    case enums::COMMAND_TYPE_CANCEL_TIMER:
      found = check_cancel_timer(command);
      break;
    case enums::COMMAND_TYPE_RECORD_MARKER:
      found = check_marker(command);
      break;
    case enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION:
    case enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION:
    case enums::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION:
    case enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION:
      found = check_close(command);
      break;
    case enums::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
      found = check_search_attributes(command);
      break;
    case enums::COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES:
      found = check_properties(command);
      break;
    case enums::COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION:
      found =
          not_supported(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_START_CHILD_EXECUTION_ATTRIBUTES, command.command_type());
      break;
    case enums::COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION:
      found = not_supported(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES,
                            command.command_type());
      break;
    case enums::COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION:
      found = not_supported(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_ATTRIBUTES,
                            command.command_type());
      break;
    case enums::COMMAND_TYPE_PROTOCOL_MESSAGE:
      found = not_supported(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE,
                            command.command_type());
      break;
    case enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION:
      found = not_supported(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES,
                            command.command_type());
      break;
    default:
      found = not_supported(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_NEXUS_OPERATION_ATTRIBUTES,
                            command.command_type());
      break;
  }
  ++next_event_id_;
  return found;
}

CommandCheck::Fault CommandCheck::check_search_attributes(commandpb::Command& command) const {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES;
  if (command.upsert_workflow_search_attributes_command_attributes().search_attributes().indexed_fields().empty()) {
    return fault(kCause, "IndexedFields is not set on command.");
  }
  auto& attributes = *command.mutable_upsert_workflow_search_attributes_command_attributes();
  std::string wrong = prepare_search_attributes(*execution_.owner, *attributes.mutable_search_attributes());
  if (!wrong.empty()) return fault(kCause, std::move(wrong));
  wrong = search_attributes_size_fault(attributes.search_attributes());
  if (!wrong.empty()) return oversized(kCause, std::move(wrong));
  return std::nullopt;
}

CommandCheck::Fault CommandCheck::check_properties(const commandpb::Command& command) const {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_MODIFY_WORKFLOW_PROPERTIES_ATTRIBUTES;
  const auto& memo = command.modify_workflow_properties_command_attributes().upserted_memo();
  if (memo.fields().empty()) return fault(kCause, "UpsertedMemo is not set on command.");
  if (!memo_fault(memo).empty()) {
    return oversized(kCause, "ModifyWorkflowPropertiesCommandAttributes.Memo exceeds size limit.");
  }
  return std::nullopt;
}

CommandCheck::Fault CommandCheck::check_schedule_activity(commandpb::Command& command) {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_ACTIVITY_ATTRIBUTES;
  if (!command.has_schedule_activity_task_command_attributes()) {
    return fault(kCause, "ScheduleActivityTaskCommandAttributes is not set on command.");
  }
  auto& attributes = *command.mutable_schedule_activity_task_command_attributes();
  if (std::string wrong = task_queue_fault(attributes.task_queue().name()); !wrong.empty()) {
    return fault(kCause, "invalid TaskQueue on ScheduleActivityTaskCommand: " + wrong);
  }
  if (std::string wrong = id_rule("ActivityId", attributes.activity_id()); !wrong.empty()) return fault(kCause, wrong);
  if (std::string wrong = id_rule("ActivityType", attributes.activity_type().name()); !wrong.empty()) {
    return fault(kCause, wrong);
  }
  if (std::string wrong = retry_policy_fault(attributes.retry_policy()); !wrong.empty()) return fault(kCause, wrong);
  complete_retry_policy(*attributes.mutable_retry_policy());
  if (std::string wrong = priority_fault(attributes.priority()); !wrong.empty()) return fault(kCause, wrong);
  if (std::string wrong = normalise_timeouts(attributes, execution_.run_timeout); !wrong.empty()) {
    return fault(kCause, wrong + " ActivityId=" + attributes.activity_id());
  }
  if (attributes.input().ByteSizeLong() > kMaxBlobBytes) {
    return oversized(kCause, "ScheduleActivityTaskCommandAttributes.Input exceeds size limit.");
  }
  if (pending_activities_ >= kMaxPendingActivities) {
    return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_ACTIVITIES_LIMIT_EXCEEDED,
                 "the number of pending activities, " + std::to_string(pending_activities_) +
                     ", has reached the per-workflow limit of " + std::to_string(kMaxPendingActivities));
  }
  const std::string& id = attributes.activity_id();
  const bool is_pending = execution_.activity_ids.count(id) != 0 && removed_activity_ids_.count(id) == 0;
  if (is_pending || !scheduled_activity_ids_.insert(id).second) {
    return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_SCHEDULE_ACTIVITY_DUPLICATE_ID, "ActivityID: " + id);
  }
  attributes.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  scheduled_activities_[next_event_id_] = id;
  ++pending_activities_;
  return std::nullopt;
}

bool CommandCheck::activity_is_finished(std::int64_t scheduled_event_id) const {
  if (cancelled_at_once_.count(scheduled_event_id) != 0) return true;
  const auto& buffered = execution_.history.buffered();
  return std::any_of(buffered.begin(), buffered.end(), [scheduled_event_id](const auto& event) {
    switch (event->event_type()) {
      case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
        return event->activity_task_completed_event_attributes().scheduled_event_id() == scheduled_event_id;
      case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
        return event->activity_task_failed_event_attributes().scheduled_event_id() == scheduled_event_id;
      case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
        return event->activity_task_timed_out_event_attributes().scheduled_event_id() == scheduled_event_id;
      case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
        return event->activity_task_canceled_event_attributes().scheduled_event_id() == scheduled_event_id;
      default:
        return false;
    }
  });
}

CommandCheck::Fault CommandCheck::check_request_cancel_activity(const commandpb::Command& command) {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_ACTIVITY_ATTRIBUTES;
  if (!command.has_request_cancel_activity_task_command_attributes()) {
    return fault(kCause, "RequestCancelActivityTaskCommandAttributes is not set on command.");
  }
  const std::int64_t id = command.request_cancel_activity_task_command_attributes().scheduled_event_id();
  if (id <= 0) return fault(kCause, "ScheduledEventId is not set on command.");
  const std::string text = "ScheduledEventID: " + std::to_string(id);
  if (activity_is_finished(id)) return std::nullopt;
  const auto in_batch = scheduled_activities_.find(id);
  const auto pending = execution_.activities.find(id);
  if (in_batch == scheduled_activities_.end() && pending == execution_.activities.end()) return fault(kCause, text);
  const bool is_started = pending != execution_.activities.end() && pending->second->state == Activity::State::kStarted;
  if (pending != execution_.activities.end() && pending->second->cancel_requested) return fault(kCause, text);
  if (!cancel_requested_.insert(id).second) return fault(kCause, text);
  if (!is_started) {  // canceled at once: its id is free again
    cancelled_at_once_.insert(id);
    --pending_activities_;
    if (in_batch != scheduled_activities_.end()) {
      scheduled_activity_ids_.erase(in_batch->second);
    } else {
      removed_activity_ids_.insert(pending->second->id);
    }
  }
  return std::nullopt;
}

CommandCheck::Fault CommandCheck::check_start_timer(const commandpb::Command& command) {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_START_TIMER_ATTRIBUTES;
  if (!command.has_start_timer_command_attributes()) {
    return fault(kCause, "StartTimerCommandAttributes is not set on command.");
  }
  const auto& attributes = command.start_timer_command_attributes();
  if (std::string wrong = id_rule("TimerId", attributes.timer_id()); !wrong.empty()) return fault(kCause, wrong);
  if (std::string wrong = duration_fault(attributes.start_to_fire_timeout()); !wrong.empty()) {
    return fault(kCause, "An invalid StartToFireTimeout is set on command: " + wrong);
  }
  const std::string& id = attributes.timer_id();
  const bool is_running = execution_.timers.count(id) != 0 && cancelled_timers_.count(id) == 0;
  if (is_running || !started_timers_.insert(id).second) {
    return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_START_TIMER_DUPLICATE_ID, "TimerID: " + id);
  }
  return std::nullopt;
}

CommandCheck::Fault CommandCheck::check_cancel_timer(const commandpb::Command& command) {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CANCEL_TIMER_ATTRIBUTES;
  if (!command.has_cancel_timer_command_attributes()) {
    return fault(kCause, "CancelTimerCommandAttributes is not set on command.");
  }
  const std::string& id = command.cancel_timer_command_attributes().timer_id();
  if (std::string wrong = id_rule("TimerId", id); !wrong.empty()) return fault(kCause, wrong);
  if (started_timers_.erase(id) != 0) return std::nullopt;
  if (execution_.timers.count(id) != 0 && cancelled_timers_.insert(id).second) return std::nullopt;
  const auto& buffered = execution_.history.buffered();
  const bool has_fired = std::any_of(buffered.begin(), buffered.end(), [&id](const auto& event) {
    return event->event_type() == enums::EVENT_TYPE_TIMER_FIRED &&
           event->timer_fired_event_attributes().timer_id() == id;
  });
  if (!has_fired || !cancelled_timers_.insert(id).second) return fault(kCause, "TimerID: " + id);
  --buffered_;
  return std::nullopt;
}

CommandCheck::Fault CommandCheck::check_marker(const commandpb::Command& command) const {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_RECORD_MARKER_ATTRIBUTES;
  if (!command.has_record_marker_command_attributes()) {
    return fault(kCause, "RecordMarkerCommandAttributes is not set on command.");
  }
  const auto& attributes = command.record_marker_command_attributes();
  if (std::string wrong = id_rule("MarkerName", attributes.marker_name()); !wrong.empty()) return fault(kCause, wrong);
  std::size_t bytes = 0;
  for (const auto& [key, payloads] : attributes.details()) bytes += key.size() + payloads.ByteSizeLong();
  if (bytes > kMaxBlobBytes) return oversized(kCause, "RecordMarkerCommandAttributes.Details exceeds size limit.");
  return std::nullopt;
}

CommandCheck::Fault CommandCheck::check_close(commandpb::Command& command) const {
  if (buffered_ > 0) return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND, {});
  switch (command.command_type()) {
    case enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION:
      if (!command.has_complete_workflow_execution_command_attributes()) {
        return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_COMPLETE_WORKFLOW_EXECUTION_ATTRIBUTES,
                     "CompleteWorkflowExecutionCommandAttributes is not set on command.");
      }
      if (command.complete_workflow_execution_command_attributes().result().ByteSizeLong() > kMaxBlobBytes) {
        return oversized(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_ACTIVITY_ATTRIBUTES,
                         "CompleteWorkflowExecutionCommandAttributes.Result exceeds size limit.");
      }
      return std::nullopt;
    case enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION:
      if (!command.has_fail_workflow_execution_command_attributes() ||
          !command.fail_workflow_execution_command_attributes().has_failure()) {
        return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_FAIL_WORKFLOW_EXECUTION_ATTRIBUTES,
                     "Failure is not set on command.");
      }
      if (command.fail_workflow_execution_command_attributes().failure().ByteSizeLong() > kMaxBlobBytes) {
        return oversized(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_FAIL_WORKFLOW_EXECUTION_ATTRIBUTES,
                         "FailWorkflowExecutionCommandAttributes.Failure exceeds size limit.");
      }
      return std::nullopt;
    case enums::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION:
      if (!command.has_cancel_workflow_execution_command_attributes()) {
        return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CANCEL_WORKFLOW_EXECUTION_ATTRIBUTES,
                     "CancelWorkflowExecutionCommandAttributes is not set on command.");
      }
      if (command.cancel_workflow_execution_command_attributes().details().ByteSizeLong() > kMaxBlobBytes) {
        return oversized(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CANCEL_WORKFLOW_EXECUTION_ATTRIBUTES,
                         "CancelWorkflowExecutionCommandAttributes.Details exceeds size limit.");
      }
      return std::nullopt;
    default:
      return check_continue_as_new(command);
  }
}

CommandCheck::Fault CommandCheck::check_continue_as_new(commandpb::Command& command) const {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CONTINUE_AS_NEW_ATTRIBUTES;
  if (!command.has_continue_as_new_workflow_execution_command_attributes()) {
    return fault(kCause, "ContinueAsNewWorkflowExecutionCommandAttributes is not set on command.");
  }
  auto& attributes = *command.mutable_continue_as_new_workflow_execution_command_attributes();
  if (attributes.workflow_type().name().empty()) attributes.mutable_workflow_type()->set_name(execution_.workflow_type);
  if (attributes.workflow_type().name().size() > kMaxIdLength) {
    return fault(kCause, "WorkflowType on command exceeds length limit.");
  }
  if (attributes.task_queue().name().empty()) attributes.mutable_task_queue()->set_name(execution_.task_queue);
  attributes.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  if (std::string wrong = task_queue_fault(attributes.task_queue().name()); !wrong.empty()) return fault(kCause, wrong);
  for (const auto* duration : {&attributes.workflow_run_timeout(), &attributes.workflow_task_timeout(),
                               &attributes.backoff_start_interval()}) {
    if (std::string wrong = duration_fault(*duration); !wrong.empty()) return fault(kCause, wrong);
  }
  if (to_duration(attributes.workflow_run_timeout()) == Duration(0)) {
    set_duration(attributes.mutable_workflow_run_timeout(), execution_.run_timeout);
  }
  if (to_duration(attributes.workflow_task_timeout()) == Duration(0)) {
    set_duration(attributes.mutable_workflow_task_timeout(), execution_.task_timeout);
  }
  if (std::string wrong = retry_policy_fault(attributes.retry_policy()); !wrong.empty()) return fault(kCause, wrong);
  if (attributes.has_search_attributes()) {
    std::string wrong = prepare_search_attributes(*execution_.owner, *attributes.mutable_search_attributes());
    if (!wrong.empty()) return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES, std::move(wrong));
    wrong = search_attributes_size_fault(attributes.search_attributes());
    if (!wrong.empty()) return oversized(enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES, std::move(wrong));
  }
  if (attributes.input().ByteSizeLong() > kMaxBlobBytes) {
    return oversized(kCause, "ContinueAsNewWorkflowExecutionCommandAttributes.Input exceeds size limit.");
  }
  if (!memo_fault(attributes.memo()).empty()) {
    return oversized(kCause, "ContinueAsNewWorkflowExecutionCommandAttributes.Memo exceeds size limit.");
  }
  if (!attributes.cron_schedule().empty()) {
    return fault(kCause, "this server does not support cron_schedule yet");
  }
  return std::nullopt;
}

}  // namespace temporalio::timeskip
