// Which timeout of an activity comes first, and what it does when it comes.
#include "timeskip/src/engine/run/activity_timeouts.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/proto_time.h"

namespace temporalio::timeskip {
namespace {

struct Expiry {
  Time time;
  enums::TimeoutType type;
};

const char* timeout_text(enums::TimeoutType type) {
  switch (type) {
    case enums::TIMEOUT_TYPE_START_TO_CLOSE:
      return "activity StartToClose timeout";
    case enums::TIMEOUT_TYPE_SCHEDULE_TO_START:
      return "activity ScheduleToStart timeout";
    case enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE:
      return "activity ScheduleToClose timeout";
    default:
      return "activity Heartbeat timeout";
  }
}

// At equal times schedule-to-start wins, then schedule-to-close, start-to-close, heartbeat. On a real server some time
// passes between the scheduling and the start of an activity, so what counts from the scheduling is due first.
std::optional<Expiry> next_expiry(const Activity& activity) {
  std::optional<Expiry> first;
  const auto consider = [&first](Time time, enums::TimeoutType type) {
    if (!first.has_value() || time < first->time) first = Expiry{time, type};
  };
  const bool is_started = activity.state == Activity::State::kStarted;
  if (!is_started && activity.schedule_to_start > Duration(0)) {
    consider(later(activity.scheduled_time, activity.schedule_to_start), enums::TIMEOUT_TYPE_SCHEDULE_TO_START);
  }
  if (activity.schedule_to_close > Duration(0)) {
    consider(later(activity.first_scheduled_time, activity.schedule_to_close), enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE);
  }
  if (is_started && activity.start_to_close > Duration(0)) {
    consider(later(activity.started_time, activity.start_to_close), enums::TIMEOUT_TYPE_START_TO_CLOSE);
  }
  if (is_started && activity.heartbeat > Duration(0)) {
    const Time since = std::max(activity.started_time, activity.last_heartbeat_time.value_or(activity.started_time));
    consider(later(since, activity.heartbeat), enums::TIMEOUT_TYPE_HEARTBEAT);
  }
  return first;
}

failurepb::Failure timeout_failure(const char* message, enums::TimeoutType type) {
  failurepb::Failure failure;
  failure.set_message(message);
  failure.set_source("Server");
  failure.mutable_timeout_failure_info()->set_timeout_type(type);
  return failure;
}

void expire(Engine& engine, Execution& execution, Activity& activity) {
  const std::optional<Expiry> expiry = next_expiry(activity);
  if (!expiry.has_value() || expiry->time > engine.now()) return set_activity_timeout(engine, execution, activity);
  failurepb::Failure failure = timeout_failure(timeout_text(expiry->type), expiry->type);
  const enums::RetryState state = retry_activity(engine, execution, activity, failure);
  if (state == enums::RETRY_STATE_IN_PROGRESS) return;
  if (state == enums::RETRY_STATE_TIMEOUT && expiry->type != enums::TIMEOUT_TYPE_SCHEDULE_TO_START) {
    failure = timeout_failure(
        "Not enough time to schedule next retry before activity ScheduleToClose timeout, giving up retrying",
        enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE);
  }
  if (activity.heartbeat_details.has_value()) {
    *failure.mutable_timeout_failure_info()->mutable_last_heartbeat_details() = *activity.heartbeat_details;
  }
  if (activity.last_failure.has_value()) *failure.mutable_cause() = *activity.last_failure;
  write_activity_started(execution, activity);
  auto& event = execution.history.add(enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT, engine.now());
  auto& attributes = *event.mutable_activity_task_timed_out_event_attributes();
  attributes.set_scheduled_event_id(activity.scheduled_event_id);
  attributes.set_retry_state(state);
  *attributes.mutable_failure() = std::move(failure);
  remove_activity(engine, execution, activity);
}

std::string describe_timeout(const void* owner) {
  const auto& activity = *static_cast<const Activity*>(owner);
  return "timeout of activity '" + activity.id + "'";
}

}  // namespace

void set_activity_timeout(Engine& engine, Execution& execution, Activity& activity) {
  const std::optional<Expiry> expiry = next_expiry(activity);
  if (!expiry.has_value()) return activity.timeout.cancel();
  engine.timers.set(
      activity.timeout, expiry->time, [&engine, &execution, &activity] { expire(engine, execution, activity); },
      describe_timeout, &activity);
}

}  // namespace temporalio::timeskip
