// TimerStarted, TimerFired, TimerCanceled.
#include "timeskip/src/engine/run/user_timer.h"

#include <utility>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/proto_time.h"

namespace temporalio::timeskip {
namespace {

std::string describe_user_timer(const void* owner) {
  return "timer of workflow '" + static_cast<const Execution*>(owner)->workflow_id + "'";
}

void fire(Engine& engine, Execution& execution, const std::string& timer_id) {
  const auto found = execution.timers.find(timer_id);
  auto& event = execution.history.add(enums::EVENT_TYPE_TIMER_FIRED, engine.now());
  auto& attributes = *event.mutable_timer_fired_event_attributes();
  attributes.set_timer_id(timer_id);
  attributes.set_started_event_id(found->second.started_event_id);
  execution.timers.erase(found);
  execution.needs_task = true;
  engine.touch(execution);
}

}  // namespace

historypb::HistoryEvent* start_timer(Engine& engine, Execution& execution,
                                     const commandpb::StartTimerCommandAttributes& command,
                                     std::int64_t task_completed_event_id) {
  auto& event = execution.history.add(enums::EVENT_TYPE_TIMER_STARTED, engine.now());
  auto& attributes = *event.mutable_timer_started_event_attributes();
  attributes.set_timer_id(command.timer_id());
  *attributes.mutable_start_to_fire_timeout() = command.start_to_fire_timeout();
  attributes.set_workflow_task_completed_event_id(task_completed_event_id);
  UserTimer& timer = execution.timers[command.timer_id()];
  timer.started_event_id = event.event_id();
  engine.timers.set(
      timer.timer, later(engine.now(), to_duration(command.start_to_fire_timeout())),
      [&engine, &execution, id = command.timer_id()] { fire(engine, execution, id); }, describe_user_timer, &execution);
  engine.touch(execution);
  return &event;
}

historypb::HistoryEvent* cancel_timer(Engine& engine, Execution& execution, const std::string& timer_id,
                                      std::int64_t task_completed_event_id, const std::string& identity) {
  const auto found = execution.timers.find(timer_id);
  std::int64_t started_event_id = 0;
  if (found != execution.timers.end()) {
    started_event_id = found->second.started_event_id;
    execution.timers.erase(found);
  } else {
    started_event_id = execution.history.take_buffered_timer_fired(timer_id);
  }
  auto& event = execution.history.add(enums::EVENT_TYPE_TIMER_CANCELED, engine.now());
  auto& attributes = *event.mutable_timer_canceled_event_attributes();
  attributes.set_timer_id(timer_id);
  attributes.set_started_event_id(started_event_id);
  attributes.set_workflow_task_completed_event_id(task_completed_event_id);
  attributes.set_identity(identity);
  engine.touch(execution);
  return &event;
}

}  // namespace temporalio::timeskip
