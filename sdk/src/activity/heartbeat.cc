#include "sdk/src/activity/heartbeat.h"

#include <algorithm>

namespace temporalio::activity {

HeartbeatThrottle::Step HeartbeatThrottle::on_recorded(base::MonotonicTime now) {
  has_unsent_ = true;
  return next(now);
}

HeartbeatThrottle::Step HeartbeatThrottle::on_timer(base::MonotonicTime now) {
  is_timer_armed_ = false;
  return next(now);
}

HeartbeatThrottle::Step HeartbeatThrottle::on_answered(base::MonotonicTime now) {
  is_in_flight_ = false;
  return next(now);
}

HeartbeatThrottle::Step HeartbeatThrottle::next(base::MonotonicTime now) {
  Step step;
  if (!has_unsent_ || is_in_flight_) return step;
  if (now >= next_allowed_) {
    has_unsent_ = false;
    is_in_flight_ = true;
    next_allowed_ = now + interval_;
    step.send = true;
  } else if (!is_timer_armed_) {
    is_timer_armed_ = true;
    step.timer = next_allowed_ - now;
  }
  return step;
}

Duration heartbeat_interval(std::optional<Duration> heartbeat_timeout, Duration max_interval,
                            Duration default_interval) {
  const Duration wanted = heartbeat_timeout ? *heartbeat_timeout / 10 * 8 : default_interval;
  return std::min(wanted, max_interval);
}

}  // namespace temporalio::activity
