// Between protobuf's Timestamp and Duration and the engine's Time and Duration (nanoseconds).
#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <string>

#include "timeskip/src/clock/timer_queue.h"

namespace temporalio::timeskip {

// No duration that a client sends counts for more.
inline constexpr Duration kMaxDuration = std::chrono::hours(24 * 365 * 100);

// The moment in 2255 after which time no longer skips: nanoseconds can tell only seven years more.
inline constexpr Time kEndOfTime{std::chrono::seconds(9'000'000'000)};

// The moment a wait of `duration` ends that begins at `time`; `duration` is not negative. A wait that would lead beyond
// the end of time is over there; one that begins after it lasts as long as it says, at wall pace.
inline Time later(Time time, Duration duration) {
  const Time end = time < kEndOfTime ? kEndOfTime : Time::max();
  return duration > end - time ? end : time + duration;
}

inline void set_time(google::protobuf::Timestamp* out, Time time) {
  const std::int64_t nanos = time.time_since_epoch().count();
  std::int64_t seconds = nanos / 1'000'000'000;
  std::int64_t rest = nanos % 1'000'000'000;
  if (rest < 0) {
    rest += 1'000'000'000;
    --seconds;
  }
  out->set_seconds(seconds);
  out->set_nanos(static_cast<std::int32_t>(rest));
}

inline void set_duration(google::protobuf::Duration* out, Duration duration) {
  out->set_seconds(duration.count() / 1'000'000'000);
  out->set_nanos(static_cast<std::int32_t>(duration.count() % 1'000'000'000));
}

// The text of what is wrong with a duration; empty when it is good: not negative, both parts of one sign.
inline std::string duration_fault(const google::protobuf::Duration& in) {
  if (in.seconds() < 0 || in.nanos() < 0) return "negative duration";
  if (in.nanos() >= 1'000'000'000) return "duration with nanos out of range";
  return {};
}

// Requires a good duration.
inline Duration to_duration(const google::protobuf::Duration& in) {
  constexpr std::int64_t kMaxSeconds = kMaxDuration.count() / 1'000'000'000;
  if (in.seconds() >= kMaxSeconds) return kMaxDuration;
  return Duration(in.seconds() * 1'000'000'000 + in.nanos());
}

// Saturates at the ends of what Time can say.
inline Time to_time(const google::protobuf::Timestamp& in) {
  constexpr std::int64_t kMaxSeconds = kEndOfTime.time_since_epoch().count() / 1'000'000'000;
  const std::int64_t seconds = std::clamp(in.seconds(), -kMaxSeconds, kMaxSeconds);
  return Time(Duration(seconds * 1'000'000'000 + in.nanos()));
}

}  // namespace temporalio::timeskip
