// Where a run stands in its history, and what no history can contain, whatever the workflow code did: gaps, events
// after the end, workflow tasks out of phase, events without the attributes of their type.
#pragma once

#include <cstdint>

#include "sdk/src/machines/machine.h"

namespace temporalio::workflow {

class HistoryCursor {
 public:
  std::int64_t last_event_id() const { return last_event_id_; }
  // Whether `event` may come next. Every event, in order, passes here first.
  machines::Step check(const machines::HistoryEvent& event) const;
  // A workflow task is scheduled, then started, then it ends.
  machines::Step enter_task_phase(const machines::HistoryEvent& event);
  void advance(const machines::HistoryEvent& event) {
    last_event_id_ = event.event_id();
    if (machines::is_closing_event(event.event_type())) is_closed_ = true;
  }

 private:
  enum class TaskPhase : std::uint8_t { none, scheduled, started };

  std::int64_t last_event_id_ = 0;
  TaskPhase task_phase_ = TaskPhase::none;
  bool is_closed_ = false;
};

}  // namespace temporalio::workflow
