#include "replayer/src/load/json_scalars.h"

#include <array>
#include <chrono>

namespace temporalio::replayer {
namespace {

// Takes `count` digits off the front.
bool take_digits(std::string_view& text, std::size_t count, int& result) {
  if (text.size() < count) return false;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = text[i] - '0';
    if (digit < 0 || digit > 9) return false;
    value = value * 10 + digit;
  }
  text.remove_prefix(count);
  result = value;
  return true;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

// ".123" -> 123000000; nothing there is 0.
bool take_fraction(std::string_view& text, std::int32_t& nanos) {
  nanos = 0;
  if (!take(text, '.')) return true;
  std::int32_t unit = 100'000'000;
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if (digits == 9) return false;
    nanos += (text[digits] - '0') * unit;
    unit /= 10;
    ++digits;
  }
  text.remove_prefix(digits);
  return digits != 0;
}

constexpr std::array<std::uint8_t, 256> kBase64 = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(0xff);
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  table['-'] = 62;
  table['_'] = 63;
  return table;
}();

std::uint32_t sextet(char c) { return kBase64[static_cast<unsigned char>(c)]; }

}  // namespace

bool read_timestamp(std::string_view text, SecondsAndNanos& result) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!take_digits(text, 4, year) || !take(text, '-') || !take_digits(text, 2, month) || !take(text, '-') ||
      !take_digits(text, 2, day) || !(take(text, 'T') || take(text, 't')) || !take_digits(text, 2, hour) ||
      !take(text, ':') || !take_digits(text, 2, minute) || !take(text, ':') || !take_digits(text, 2, second) ||
      !take_fraction(text, result.nanos)) {
    return false;
  }
  int offset_minutes = 0;
  if (!take(text, 'Z') && !take(text, 'z')) {
    const bool is_behind = take(text, '-');
    int hours = 0, minutes = 0;
    if ((!is_behind && !take(text, '+')) || !take_digits(text, 2, hours) || !take(text, ':') ||
        !take_digits(text, 2, minutes) || hours > 23 || minutes > 59) {
      return false;
    }
    offset_minutes = (hours * 60 + minutes) * (is_behind ? -1 : 1);
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!text.empty() || !date.ok() || year == 0 || hour > 23 || minute > 59 || second > 59) return false;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  result.seconds = ((days * 24 + hour) * 60 + minute - offset_minutes) * 60 + second;
  return true;
}

bool read_duration(std::string_view text, SecondsAndNanos& result) {
  if (text.empty() || text.back() != 's') return false;
  text.remove_suffix(1);
  const bool is_negative = !text.empty() && text.front() == '-';
  if (is_negative) text.remove_prefix(1);
  if (text.empty() || text.front() < '0' || text.front() > '9') return false;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), result.seconds);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(at - text.data()));
  if (!take_fraction(text, result.nanos) || !text.empty()) return false;
  if (is_negative) {
    result.seconds = -result.seconds;
    result.nanos = -result.nanos;
  }
  return true;
}

bool read_base64(std::string_view text, char* out, std::size_t& size) {
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  const char* at = text.data();
  const char* const whole_end = at + text.size() / 4 * 4;
  char* to = out;
  std::uint32_t seen = 0;
  for (; at != whole_end; at += 4, to += 3) {
    const std::uint32_t a = sextet(at[0]), b = sextet(at[1]), c = sextet(at[2]), d = sextet(at[3]);
    seen |= a | b | c | d;
    const std::uint32_t bits = a << 18 | b << 12 | c << 6 | d;
    to[0] = static_cast<char>(bits >> 16);
    to[1] = static_cast<char>(bits >> 8);
    to[2] = static_cast<char>(bits);
  }
  const std::size_t rest = text.size() % 4;
  if (rest == 1) return false;
  if (rest >= 2) {
    const std::uint32_t a = sextet(at[0]), b = sextet(at[1]), c = rest == 3 ? sextet(at[2]) : 0;
    seen |= a | b | c;
    const std::uint32_t bits = a << 18 | b << 12 | c << 6;
    *to++ = static_cast<char>(bits >> 16);
    if (rest == 3) *to++ = static_cast<char>(bits >> 8);
  }
  size = static_cast<std::size_t>(to - out);
  return seen < 0x80;
}

}  // namespace temporalio::replayer
