// What of a run is with a worker, and what waits for one.
#include "timeskip/src/engine/run/time_holders.h"

#include <algorithm>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/run/runs.h"

namespace temporalio::timeskip {

std::int64_t queries_with_worker(const Execution& execution) {
  return std::count_if(execution.queries.begin(), execution.queries.end(),
                       [](const auto& entry) { return entry.second.is_with_worker; });
}

bool is_with_worker(const Execution& execution) {
  return execution.task.state == WorkflowTask::State::kStarted || queries_with_worker(execution) > 0;
}

std::int64_t count_outweighable(const Execution& execution, std::int64_t enough) {
  std::int64_t count = execution.task.state == WorkflowTask::State::kScheduled ? 1 : 0;
  for (const auto& [scheduled_event_id, activity] : execution.activities) {
    if (count >= enough) break;
    if (activity->state != Activity::State::kBackingOff) ++count;
  }
  return count;
}

bool holds_time(const Execution& execution) {
  return is_with_worker(execution) || count_outweighable(execution, 1) > 0;
}

void update_holder(Engine& engine, Execution& execution) {
  const bool holds = holds_time(execution);
  if (holds == (execution.holder_index >= 0)) return;
  if (holds) {
    execution.holder_index = static_cast<std::int32_t>(engine.runs->holders.size());
    engine.runs->holders.push_back(&execution);
    return;
  }
  Execution* last = engine.runs->holders.back();
  engine.runs->holders[static_cast<std::size_t>(execution.holder_index)] = last;
  last->holder_index = execution.holder_index;
  engine.runs->holders.pop_back();
  execution.holder_index = -1;
}

}  // namespace temporalio::timeskip
