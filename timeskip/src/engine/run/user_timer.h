// Timers of workflow code.
#pragma once

#include <string>

#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;

// Both return the event they wrote.
historypb::HistoryEvent* start_timer(Engine& engine, Execution& execution,
                                     const commandpb::StartTimerCommandAttributes& command,
                                     std::int64_t task_completed_event_id);
// A timer that has fired, but whose event is only buffered yet, can still be canceled.
historypb::HistoryEvent* cancel_timer(Engine& engine, Execution& execution, const std::string& timer_id,
                                      std::int64_t task_completed_event_id, const std::string& identity);

}  // namespace temporalio::timeskip
