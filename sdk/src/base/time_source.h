// The only door to the real clocks and to real randomness. Whoever needs time or a seed takes a TimeSource, so that a
// test can put its own in place.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

#include "temporalio/duration.h"

namespace temporalio::base {

// A clock that only moves forward; it has no relation to the date.
struct MonotonicClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;
};
using MonotonicTime = MonotonicClock::time_point;

class TimeSource {
 public:
  virtual ~TimeSource() = default;

  virtual SystemTime system_now() const = 0;
  virtual MonotonicTime now() const = 0;

  // Waits until `signal` is notified or `limit` has passed (nothing: no limit). May return early without a reason.
  virtual void wait(std::condition_variable& signal, std::unique_lock<std::mutex>& lock,
                    std::optional<Duration> limit) const = 0;
};

// The machine's clocks.
const TimeSource& real_time();

// Eight bytes from the operating system's random source.
std::uint64_t random_seed();

}  // namespace temporalio::base
