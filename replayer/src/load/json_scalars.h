// Reads the scalar forms of proto JSON from text: bytes, times, durations, numbers. Each answers false when the text is
// not in that form; none reads past the text.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace temporalio::replayer {

struct SecondsAndNanos {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
};

// RFC 3339 with 0 to 9 fraction digits, "Z" or an offset: "2022-08-17T16:27:34.5+02:00".
bool read_timestamp(std::string_view text, SecondsAndNanos& result);
// "10s", "0.100s", "-1.5s"; any number of whole seconds that 64 bits hold.
bool read_duration(std::string_view text, SecondsAndNanos& result);
// Standard and URL-safe base64, padded or not. `out` has room for base64_capacity(text) bytes; `size` is what was
// written.
bool read_base64(std::string_view text, char* out, std::size_t& size);
constexpr std::size_t base64_capacity(std::string_view text) { return text.size() / 4 * 3 + 3; }

// A number without anything around it. Integers also in the forms 5.0 and 5e3, as proto JSON allows.
template <class T>
bool read_number(std::string_view text, T& result) {
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, result);
  if (error == std::errc{} && at == end) return true;
  if constexpr (std::is_integral_v<T>) {
    double number = 0;
    const auto [stop, failed] = std::from_chars(text.data(), end, number);
    // Beyond 2^53 a double does not say which integer was meant.
    if (failed != std::errc{} || stop != end || !(number >= -9007199254740992.0 && number <= 9007199254740992.0)) {
      return false;
    }
    const auto whole = static_cast<std::int64_t>(number);
    result = static_cast<T>(whole);
    return static_cast<double>(whole) == number && static_cast<std::int64_t>(result) == whole;
  }
  return false;
}

}  // namespace temporalio::replayer
