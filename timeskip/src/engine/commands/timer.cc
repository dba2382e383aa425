// StartTimer and CancelTimer.
#include <algorithm>
#include <string>

#include "timeskip/src/engine/commands/command.h"
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/run/user_timer.h"

namespace temporalio::timeskip {
namespace {

CheckResult check_start_timer(commandpb::Command& command, CommandBatch& batch) {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_START_TIMER_ATTRIBUTES;
  if (!command.has_start_timer_command_attributes()) {
    return fault(kCause, "StartTimerCommandAttributes is not set on command.");
  }
  const auto& attributes = command.start_timer_command_attributes();
  if (std::string wrong = id_rule("TimerId", attributes.timer_id()); !wrong.empty()) return fault(kCause, wrong);
  if (std::string wrong = duration_fault(attributes.start_to_fire_timeout()); !wrong.empty()) {
    return fault(kCause,
                 "An invalid StartToFireTimeout is set on command: " + wrong + ". TimerId=" + attributes.timer_id());
  }
  const std::string& id = attributes.timer_id();
  const bool is_running = batch.execution.timers.count(id) != 0 && batch.timers.canceled.count(id) == 0;
  if (is_running || !batch.timers.started.insert(id).second) {
    return fault(enums::WORKFLOW_TASK_FAILED_CAUSE_START_TIMER_DUPLICATE_ID,
                 not_in_this_state("add-timer-started-event", "TimerID: " + id));
  }
  return std::nullopt;
}

historypb::HistoryEvent* apply_start_timer(commandpb::Command& command, CommandTransaction& transaction) {
  return start_timer(transaction.engine, transaction.execution, command.start_timer_command_attributes(),
                     transaction.task_completed_event_id);
}

CheckResult check_cancel_timer(commandpb::Command& command, CommandBatch& batch) {
  constexpr auto kCause = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CANCEL_TIMER_ATTRIBUTES;
  if (!command.has_cancel_timer_command_attributes()) {
    return fault(kCause, "CancelTimerCommandAttributes is not set on command.");
  }
  const std::string& id = command.cancel_timer_command_attributes().timer_id();
  if (std::string wrong = id_rule("TimerId", id); !wrong.empty()) return fault(kCause, wrong);
  if (batch.timers.started.erase(id) != 0) return std::nullopt;
  if (batch.execution.timers.count(id) != 0 && batch.timers.canceled.insert(id).second) return std::nullopt;
  const auto& buffered = batch.execution.history.buffered();
  const bool has_fired = std::any_of(buffered.begin(), buffered.end(), [&id](const auto& event) {
    return event->event_type() == enums::EVENT_TYPE_TIMER_FIRED &&
           event->timer_fired_event_attributes().timer_id() == id;
  });
  if (!has_fired || !batch.timers.canceled.insert(id).second) {
    return fault(kCause, not_in_this_state("add-timer-canceled-event", "TimerID: " + id));
  }
  --batch.buffered;
  return std::nullopt;
}

historypb::HistoryEvent* apply_cancel_timer(commandpb::Command& command, CommandTransaction& transaction) {
  return cancel_timer(transaction.engine, transaction.execution, command.cancel_timer_command_attributes().timer_id(),
                      transaction.task_completed_event_id, transaction.identity);
}

constexpr CommandRow kRows[] = {
    {enums::COMMAND_TYPE_START_TIMER, check_start_timer, apply_start_timer},
    {enums::COMMAND_TYPE_CANCEL_TIMER, check_cancel_timer, apply_cancel_timer},
};

}  // namespace

std::span<const CommandRow> timer_commands() { return kRows; }

}  // namespace temporalio::timeskip
