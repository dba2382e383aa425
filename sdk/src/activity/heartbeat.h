// When heartbeats of one activity go out: the first at once, then at most one an interval, always with the newest
// values, never two at a time. No clock and no IO here: the owner says what happened and when, and does what comes
// back.
#pragma once

#include <optional>

#include "sdk/src/base/time_source.h"

namespace temporalio::activity {

class HeartbeatThrottle {
 public:
  explicit HeartbeatThrottle(Duration interval) : interval_(interval) {}

  struct Step {
    bool send = false;              // send the newest values now
    std::optional<Duration> timer;  // call on_timer after this long
  };

  // The activity recorded new values.
  Step on_recorded(base::MonotonicTime now);
  Step on_timer(base::MonotonicTime now);
  // The answer to the heartbeat that was sent last has come.
  Step on_answered(base::MonotonicTime now);
  // Values were recorded that have not been sent.
  bool has_unsent() const { return has_unsent_; }

 private:
  Step next(base::MonotonicTime now);

  const Duration interval_;
  base::MonotonicTime next_allowed_ = base::MonotonicTime::min();
  bool has_unsent_ = false;
  bool is_in_flight_ = false;
  bool is_timer_armed_ = false;
};

// The interval between heartbeats: 0.8 of the timeout, or `default_interval` without one; never above `max_interval`.
Duration heartbeat_interval(std::optional<Duration> heartbeat_timeout, Duration max_interval,
                            Duration default_interval);

}  // namespace temporalio::activity
