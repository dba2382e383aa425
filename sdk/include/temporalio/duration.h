// The two time types of the API: a length of time and a point in time, both in nanoseconds.
#pragma once

#include <chrono>

namespace temporalio {

// A length of time. Any std::chrono duration converts to it: 10s, 1min, std::chrono::days(30).
using Duration = std::chrono::nanoseconds;

// A point in time, UTC.
using SystemTime = std::chrono::sys_time<std::chrono::nanoseconds>;

}  // namespace temporalio
