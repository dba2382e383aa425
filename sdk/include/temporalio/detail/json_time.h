// How lengths of time and points in time stand inside JSON: ISO 8601, as other languages' libraries read and write
// them ("PT1H30M", "2026-01-31T12:00:00Z").
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "temporalio/detail/json_form.h"

namespace temporalio::detail {

// A length of time in two parts, so that nothing overflows; `nanoseconds` is never negative: -0.5 s is -1 and
// 500,000,000.
struct IsoDuration {
  std::int64_t seconds = 0;
  std::int32_t nanoseconds = 0;
};
std::string print_duration(IsoDuration duration);
IsoDuration read_duration(const JsonInput& in);
// Since 1970, UTC.
std::string print_time(IsoDuration since_epoch);
IsoDuration read_time(const JsonInput& in);

// The whole number of `duration`'s units of num/den seconds, or refused.
std::int64_t whole_units(IsoDuration duration, std::int64_t num, std::int64_t den, const JsonInput& in);

template <class Rep, class Period>
IsoDuration split(std::chrono::duration<Rep, Period> duration) {
  if constexpr (std::is_floating_point_v<Rep>) {
    const double count = std::chrono::duration<double>(duration).count();
    if (!(count > -9e18 && count < 9e18)) throw_encode_error("duration", "it is not finite or too long");
  }
  using Seconds = std::chrono::duration<std::int64_t>;
  if constexpr (std::is_floating_point_v<Rep>) {
    const auto seconds = std::chrono::floor<Seconds>(duration);
    const auto rest = std::chrono::duration<double, std::nano>(duration - seconds);
    return {seconds.count(), static_cast<std::int32_t>(rest.count())};
  } else {
    // Towards zero first: the seconds below the lowest count of nanoseconds are none that nanoseconds can count.
    const auto whole = std::chrono::duration_cast<Seconds>(duration);
    const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(duration - whole).count();
    if (rest >= 0) return {whole.count(), static_cast<std::int32_t>(rest)};
    return {whole.count() - 1, static_cast<std::int32_t>(rest + std::nano::den)};
  }
}

template <class Duration>
Duration join(IsoDuration parts, const JsonInput& in) {
  using Rep = typename Duration::rep;
  using Period = typename Duration::period;
  if constexpr (std::is_floating_point_v<Rep>) {
    const std::chrono::duration<double> seconds(static_cast<double>(parts.seconds) + parts.nanoseconds * 1e-9);
    return std::chrono::duration_cast<Duration>(seconds);
  } else {
    const std::int64_t units = whole_units(parts, Period::num, Period::den, in);
    if constexpr (sizeof(Rep) < sizeof(std::int64_t)) {
      if (units < std::numeric_limits<Rep>::min() || units > std::numeric_limits<Rep>::max()) {
        in.refuse("the length of time does not fit " + std::string(readable_type<Duration>()));
      }
    }
    return Duration(static_cast<Rep>(units));
  }
}

template <class Rep, class Period>
struct JsonForm<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;
  static void write(const JsonOutput& out, Duration duration) { out.set_string(print_duration(split(duration))); }
  static Duration read(const JsonInput& in) { return join<Duration>(read_duration(in), in); }
};

template <class Duration>
struct JsonForm<std::chrono::time_point<std::chrono::system_clock, Duration>> {
  using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;
  static void write(const JsonOutput& out, Time time) { out.set_string(print_time(split(time.time_since_epoch()))); }
  static Time read(const JsonInput& in) { return Time(join<Duration>(read_time(in), in)); }
};

}  // namespace temporalio::detail
