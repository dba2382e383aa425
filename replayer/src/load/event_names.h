// How messages name an event.
#pragma once

#include <cstdint>
#include <string>

namespace temporalio::replayer {

// "EVENT_TYPE_TIMER_STARTED" as people call it: "TimerStarted"; "event type 99" where these API definitions have none.
std::string event_type_name(int event_type);

// "event 5 (TimerStarted)".
std::string event_reference(std::int64_t event_id, const std::string& type_name);

}  // namespace temporalio::replayer
