// The life of an activity: attempts, final events, retries.
#include "timeskip/src/engine/run/activity.h"

#include <memory>
#include <utility>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/failures.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/core/retry_policy.h"
#include "timeskip/src/engine/run/activity_timeouts.h"

namespace temporalio::timeskip {
namespace {

// What the real server says in the details of an activity that was canceled before a worker took it.
constexpr const char kNotStartedDetails[] = "\"ACTIVITY_ID_NOT_STARTED\"";

std::string describe_retry(const void* owner) {
  const auto& activity = *static_cast<const Activity*>(owner);
  return "attempt " + std::to_string(activity.attempt) + " of activity '" + activity.id + "'";
}

void dispatch_activity(Engine& engine, Execution& execution, Activity& activity) {
  add_task(engine, activity_queue(*execution.owner, activity.task_queue),
           {TaskRef::Kind::kActivity, execution.number, activity.scheduled_event_id, activity.stamp});
}

std::optional<Time> expiration_of(const Activity& activity) {
  if (activity.schedule_to_close == Duration(0)) return std::nullopt;
  return later(activity.first_scheduled_time, activity.schedule_to_close);
}

}  // namespace

historypb::HistoryEvent* schedule_activity(Engine& engine, Execution& execution,
                                           commandpb::ScheduleActivityTaskCommandAttributes& command,
                                           std::int64_t task_completed_event_id) {
  auto* event = &execution.history.add(enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, engine.now());
  auto& attributes = *event->mutable_activity_task_scheduled_event_attributes();
  attributes.set_workflow_task_completed_event_id(task_completed_event_id);
  attributes.set_activity_id(command.activity_id());
  *attributes.mutable_activity_type() = command.activity_type();
  *attributes.mutable_task_queue() = command.task_queue();
  if (command.has_header()) *attributes.mutable_header() = std::move(*command.mutable_header());
  if (command.has_input()) *attributes.mutable_input() = std::move(*command.mutable_input());
  *attributes.mutable_schedule_to_close_timeout() = command.schedule_to_close_timeout();
  *attributes.mutable_schedule_to_start_timeout() = command.schedule_to_start_timeout();
  *attributes.mutable_start_to_close_timeout() = command.start_to_close_timeout();
  *attributes.mutable_heartbeat_timeout() = command.heartbeat_timeout();
  *attributes.mutable_retry_policy() = command.retry_policy();
  attributes.set_use_workflow_build_id(command.use_workflow_build_id());
  if (command.has_priority()) *attributes.mutable_priority() = command.priority();

  auto created = std::make_unique<Activity>();
  Activity& activity = *created;
  activity.scheduled_event_id = event->event_id();
  activity.id = command.activity_id();
  activity.task_queue = command.task_queue().name();
  activity.first_scheduled_time = activity.scheduled_time = engine.now();
  activity.schedule_to_close = to_duration(command.schedule_to_close_timeout());
  activity.schedule_to_start = to_duration(command.schedule_to_start_timeout());
  activity.start_to_close = to_duration(command.start_to_close_timeout());
  activity.heartbeat = to_duration(command.heartbeat_timeout());
  execution.activity_ids[activity.id] = activity.scheduled_event_id;
  execution.activities.emplace(activity.scheduled_event_id, std::move(created));
  set_activity_timeout(engine, execution, activity);
  if (!command.request_eager_execution()) dispatch_activity(engine, execution, activity);
  engine.touch(execution);
  return event;
}

Activity* find_activity(Execution& execution, std::int64_t scheduled_event_id) {
  const auto found = execution.activities.find(scheduled_event_id);
  return found == execution.activities.end() ? nullptr : found->second.get();
}

Activity* find_activity_by_id(Execution& execution, const std::string& activity_id) {
  const auto found = execution.activity_ids.find(activity_id);
  return found == execution.activity_ids.end() ? nullptr : find_activity(execution, found->second);
}

const historypb::ActivityTaskScheduledEventAttributes& scheduled_attributes(const Execution& execution,
                                                                            const Activity& activity) {
  return execution.history.event(activity.scheduled_event_id).activity_task_scheduled_event_attributes();
}

void start_activity(Engine& engine, Execution& execution, Activity& activity, const std::string& identity) {
  activity.state = Activity::State::kStarted;
  activity.started_time = engine.now();
  activity.request_id = engine.ids.uuid();
  activity.identity = identity;
  activity.worker.reset();
  set_activity_timeout(engine, execution, activity);
  engine.touch(execution);
}

void write_activity_started(Execution& execution, const Activity& activity) {
  if (activity.state != Activity::State::kStarted) return;
  auto& event = execution.history.add(enums::EVENT_TYPE_ACTIVITY_TASK_STARTED, activity.started_time);
  auto& attributes = *event.mutable_activity_task_started_event_attributes();
  attributes.set_scheduled_event_id(activity.scheduled_event_id);
  attributes.set_identity(activity.identity);
  attributes.set_request_id(activity.request_id);
  attributes.set_attempt(activity.attempt);
  if (activity.worker.has_value()) *attributes.mutable_worker_version() = *activity.worker;
  if (activity.last_failure.has_value()) *attributes.mutable_last_failure() = *activity.last_failure;
}

void remove_activity(Engine& engine, Execution& execution, const Activity& activity) {
  execution.activity_ids.erase(activity.id);
  execution.activities.erase(activity.scheduled_event_id);
  execution.needs_task = true;
  engine.touch(execution);
}

void complete_activity(Engine& engine, Execution& execution, Activity& activity, commonpb::Payloads* result,
                       const std::string& identity) {
  if (activity.state != Activity::State::kStarted) {  // completed by id before any worker took it
    activity.state = Activity::State::kStarted;
    activity.started_time = engine.now();
    activity.request_id.clear();
    activity.identity = identity;
  }
  write_activity_started(execution, activity);
  auto& event = execution.history.add(enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED, engine.now());
  auto& attributes = *event.mutable_activity_task_completed_event_attributes();
  attributes.set_scheduled_event_id(activity.scheduled_event_id);
  attributes.set_identity(identity);
  if (result != nullptr) *attributes.mutable_result() = std::move(*result);
  remove_activity(engine, execution, activity);
}

enums::RetryState retry_activity(Engine& engine, Execution& execution, Activity& activity,
                                 const failurepb::Failure& failure) {
  if (activity.cancel_requested) return enums::RETRY_STATE_CANCEL_REQUESTED;
  const auto type = failure.timeout_failure_info().timeout_type();
  if (type == enums::TIMEOUT_TYPE_SCHEDULE_TO_START || type == enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE) {
    return enums::RETRY_STATE_TIMEOUT;
  }
  const RetryDecision decision =
      decide_retry(scheduled_attributes(execution, activity).retry_policy(), failure, activity.attempt, engine.now(),
                   expiration_of(activity), RetryOf::kActivity);
  if (decision.state != enums::RETRY_STATE_IN_PROGRESS) return decision.state;
  activity.state = Activity::State::kBackingOff;
  ++activity.attempt;
  ++activity.stamp;
  activity.last_failure = failure;
  if (failure.ByteSizeLong() > kMaxKeptFailureBytes) {
    replace_oversized(*activity.last_failure, kFailureTooLarge, RetryableFailure::kYes, kMaxKeptFailureBytes);
  }
  activity.backoff_since = engine.now();
  activity.scheduled_time = later(engine.now(), decision.delay);
  set_activity_timeout(engine, execution, activity);
  engine.timers.set(
      activity.retry, activity.scheduled_time,
      [&engine, &execution, &activity] {
        activity.state = Activity::State::kScheduled;
        set_activity_timeout(engine, execution, activity);
        dispatch_activity(engine, execution, activity);
        engine.touch(execution);
      },
      describe_retry, &activity);
  engine.touch(execution);
  return enums::RETRY_STATE_IN_PROGRESS;
}

void fail_activity(Engine& engine, Execution& execution, Activity& activity, failurepb::Failure* failure,
                   const std::string& identity) {
  failurepb::Failure reported;
  if (failure != nullptr) reported = std::move(*failure);
  activity.last_attempt_completed_time = engine.now();
  const enums::RetryState state = retry_activity(engine, execution, activity, reported);
  if (state == enums::RETRY_STATE_IN_PROGRESS) return;
  write_activity_started(execution, activity);
  auto& event = execution.history.add(enums::EVENT_TYPE_ACTIVITY_TASK_FAILED, engine.now());
  auto& attributes = *event.mutable_activity_task_failed_event_attributes();
  attributes.set_scheduled_event_id(activity.scheduled_event_id);
  attributes.set_identity(identity);
  attributes.set_retry_state(state);
  if (failure != nullptr) *attributes.mutable_failure() = std::move(reported);
  remove_activity(engine, execution, activity);
}

void cancel_activity(Engine& engine, Execution& execution, Activity& activity, commonpb::Payloads* details,
                     const std::string& identity) {
  write_activity_started(execution, activity);
  auto& event = execution.history.add(enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED, engine.now());
  auto& attributes = *event.mutable_activity_task_canceled_event_attributes();
  attributes.set_scheduled_event_id(activity.scheduled_event_id);
  attributes.set_latest_cancel_requested_event_id(activity.cancel_requested_event_id);
  attributes.set_identity(identity);
  if (details != nullptr) *attributes.mutable_details() = std::move(*details);
  remove_activity(engine, execution, activity);
}

void record_heartbeat(Engine& engine, Execution& execution, Activity& activity, commonpb::Payloads* details) {
  if (details != nullptr) activity.heartbeat_details = std::move(*details);
  activity.last_heartbeat_time = engine.now();
  set_activity_timeout(engine, execution, activity);
  engine.touch(execution);
}

historypb::HistoryEvent* request_cancel_activity(Engine& engine, Execution& execution, std::int64_t scheduled_event_id,
                                                 std::int64_t task_completed_event_id, const std::string& identity) {
  auto* event = &execution.history.add(enums::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED, engine.now());
  auto& attributes = *event->mutable_activity_task_cancel_requested_event_attributes();
  attributes.set_scheduled_event_id(scheduled_event_id);
  attributes.set_workflow_task_completed_event_id(task_completed_event_id);
  Activity* activity = find_activity(execution, scheduled_event_id);
  if (activity == nullptr) return event;  // its completion is only buffered yet; the request is on record, no more
  activity->cancel_requested = true;
  activity->cancel_requested_event_id = event->event_id();
  if (activity->state == Activity::State::kStarted) return event;
  commonpb::Payloads details;
  auto& payload = *details.add_payloads();
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data(kNotStartedDetails);
  cancel_activity(engine, execution, *activity, &details, identity);
  return event;
}

}  // namespace temporalio::timeskip
