// ScheduleActivityTask and RequestCancelActivityTask.
#include <algorithm>
#include <string>

#include "timeskip/src/engine/commands/command.h"
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/core/priority.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/core/retry_policy.h"
#include "timeskip/src/engine/core/validation.h"
#include "timeskip/src/engine/run/activity.h"

namespace temporalio::timeskip {
namespace {

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
    return "a valid StartToCloseTimeout or ScheduleToCloseTimeout must be set on the activity.";
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

CheckResult check_schedule_activity(commandpb::Command& command, CommandBatch& batch) {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_ACTIVITY_ATTRIBUTES;
  if (!command.has_schedule_activity_task_command_attributes()) {
    return fault(kCause, "ScheduleActivityTaskCommandAttributes is not set on command.");
  }
  auto& attributes = *command.mutable_schedule_activity_task_command_attributes();
  if (std::string wrong = task_queue_fault(attributes.task_queue().name()); !wrong.empty()) {
    return fault(kCause, attributes.task_queue().name().empty() ? "taskQueue is not set" : wrong);
  }
  if (std::string wrong = id_rule("ActivityId", attributes.activity_id()); !wrong.empty()) return fault(kCause, wrong);
  if (std::string wrong = id_rule("ActivityType", attributes.activity_type().name()); !wrong.empty()) {
    return fault(kCause, wrong);
  }
  if (std::string wrong = retry_policy_fault(attributes.retry_policy()); !wrong.empty()) return fault(kCause, wrong);
  complete_retry_policy(*attributes.mutable_retry_policy());
  if (std::string wrong = priority_fault(attributes.priority()); !wrong.empty()) return fault(kCause, wrong);
  if (std::string wrong = normalise_timeouts(attributes, batch.execution.run_timeout); !wrong.empty()) {
    return fault(kCause, wrong + " ActivityId=" + attributes.activity_id() +
                             " ActivityType=" + attributes.activity_type().name());
  }
  if (attributes.input().ByteSizeLong() > kMaxBlobBytes) {
    return oversized(kCause, "ScheduleActivityTaskCommandAttributes.Input exceeds size limit.");
  }
  if (batch.activities.pending >= kMaxPendingActivities) {
    return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_ACTIVITIES_LIMIT_EXCEEDED,
                 "the number of pending activities, " + std::to_string(batch.activities.pending) +
                     ", has reached the per-workflow limit of " + std::to_string(kMaxPendingActivities));
  }
  const std::string& id = attributes.activity_id();
  const bool is_pending = batch.execution.activity_ids.count(id) != 0 && batch.activities.removed_ids.count(id) == 0;
  if (is_pending || !batch.activities.scheduled_ids.insert(id).second) {
    return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_SCHEDULE_ACTIVITY_DUPLICATE_ID,
                 not_in_this_state("add-activitytask-scheduled-event", "ActivityID: " + id));
  }
  attributes.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  batch.activities.scheduled[batch.next_event_id] = id;
  ++batch.activities.pending;
  return std::nullopt;
}

historypb::HistoryEvent* apply_schedule_activity(commandpb::Command& command, CommandTransaction& transaction) {
  auto& attributes = *command.mutable_schedule_activity_task_command_attributes();
  auto* event =
      schedule_activity(transaction.engine, transaction.execution, attributes, transaction.task_completed_event_id);
  if (attributes.request_eager_execution()) transaction.eager_activities.push_back(event->event_id());
  return event;
}

bool is_finished(const CommandBatch& batch, std::int64_t scheduled_event_id) {
  if (batch.activities.canceled_at_once.count(scheduled_event_id) != 0) return true;
  const auto& buffered = batch.execution.history.buffered();
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

CheckResult check_request_cancel_activity(commandpb::Command& command, CommandBatch& batch) {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_ACTIVITY_ATTRIBUTES;
  if (!command.has_request_cancel_activity_task_command_attributes()) {
    return fault(kCause, "RequestCancelActivityTaskCommandAttributes is not set on command.");
  }
  const std::int64_t id = command.request_cancel_activity_task_command_attributes().scheduled_event_id();
  if (id <= 0) return fault(kCause, "ScheduledEventId is not set on command.");
  const std::string text =
      not_in_this_state("add-activitytask-cancel-requested-event", "ScheduledEventID: " + std::to_string(id));
  if (is_finished(batch, id)) return std::nullopt;
  const auto in_batch = batch.activities.scheduled.find(id);
  const auto pending = batch.execution.activities.find(id);
  if (in_batch == batch.activities.scheduled.end() && pending == batch.execution.activities.end())
    return fault(kCause, text);
  const bool is_started =
      pending != batch.execution.activities.end() && pending->second->state == Activity::State::kStarted;
  if (pending != batch.execution.activities.end() && pending->second->cancel_requested) return fault(kCause, text);
  if (!batch.activities.cancel_requested.insert(id).second) return fault(kCause, text);
  if (!is_started) {  // canceled at once: its id is free again
    batch.activities.canceled_at_once.insert(id);
    --batch.activities.pending;
    if (in_batch != batch.activities.scheduled.end()) {
      batch.activities.scheduled_ids.erase(in_batch->second);
    } else {
      batch.activities.removed_ids.insert(pending->second->id);
    }
  }
  return std::nullopt;
}

historypb::HistoryEvent* apply_request_cancel_activity(commandpb::Command& command, CommandTransaction& transaction) {
  return request_cancel_activity(transaction.engine, transaction.execution,
                                 command.request_cancel_activity_task_command_attributes().scheduled_event_id(),
                                 transaction.task_completed_event_id, transaction.identity);
}

constexpr CommandRow kRows[] = {
    {enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK, check_schedule_activity, apply_schedule_activity},
    {enums::COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK, check_request_cancel_activity, apply_request_cancel_activity},
};

}  // namespace

std::span<const CommandRow> activity_commands() { return kRows; }

}  // namespace temporalio::timeskip
