// Values that stand in JSON as text of a certain form: bytes (base64), lengths of time and points in time (ISO 8601).
#include <array>
#include <charconv>
#include <cstdio>
#include <limits>
#include <string>

#include "temporalio/detail/json_containers.h"
#include "temporalio/detail/json_time.h"

namespace temporalio::detail {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::int32_t kBillion = 1'000'000'000;

// ".5" for 500,000,000 ns; nothing for none.
std::string fraction(std::int32_t nanoseconds) {
  if (nanoseconds == 0) return {};
  char text[16];
  std::snprintf(text, sizeof text, ".%09d", static_cast<int>(nanoseconds));
  std::string digits = text;
  while (digits.back() == '0') digits.pop_back();
  return digits;
}

// A reader of text that stops at what does not fit.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  char next() const { return text_.empty() ? '\0' : text_.front(); }
  bool take(char c) {
    if (next() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Digits, at least one; `count` of them where that is not 0.
  bool number(std::int64_t& value, std::size_t count = 0) {
    const std::string_view digits = text_.substr(0, count == 0 ? text_.size() : count);
    if (digits.empty() || digits.front() < '0' || digits.front() > '9') return false;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const auto length = static_cast<std::size_t>(end - digits.data());
    if (error != std::errc() || (count != 0 && length != count)) return false;
    text_.remove_prefix(length);
    return true;
  }
  // ".5" or ",5", if it stands here; digits beyond nanoseconds must be zeros.
  bool optional_fraction(std::int32_t& nanoseconds) {
    nanoseconds = 0;
    if (!take('.') && !take(',')) return true;
    std::int32_t unit = kBillion / 10;
    std::size_t length = 0;
    for (; next() >= '0' && next() <= '9'; ++length) {
      if (unit == 0 && next() != '0') return false;
      nanoseconds += unit * (next() - '0');
      unit /= 10;
      text_.remove_prefix(1);
    }
    return length > 0;
  }

 private:
  std::string_view text_;
};

bool add_product(std::int64_t& sum, std::int64_t number, std::int64_t factor) {
  std::int64_t product = 0;
  return !__builtin_mul_overflow(number, factor, &product) && !__builtin_add_overflow(sum, product, &sum);
}

// "3.5s", as proto JSON has it.
bool scan_proto_duration(Scanner scanner, std::int64_t& seconds, std::int32_t& nanoseconds) {
  return scanner.number(seconds) && scanner.optional_fraction(nanoseconds) && scanner.take('s') && scanner.at_end();
}

// "P1DT2H3M4.5S" and "P2W"; years and months have no fixed length and are refused.
bool scan_iso_duration(Scanner scanner, std::int64_t& seconds, std::int32_t& nanoseconds) {
  if (!scanner.take('P') || scanner.at_end()) return false;
  struct Unit {
    char name;
    std::int64_t seconds;
  };
  constexpr std::array<Unit, 2> kDays = {{{'W', 604800}, {'D', 86400}}};
  constexpr std::array<Unit, 3> kTimes = {{{'H', 3600}, {'M', 60}, {'S', 1}}};
  std::size_t unit = 0;
  while (!scanner.at_end() && scanner.next() != 'T') {
    std::int64_t number = 0;
    if (!scanner.number(number)) return false;
    while (unit < kDays.size() && kDays[unit].name != scanner.next()) ++unit;
    if (unit == kDays.size() || !add_product(seconds, number, kDays[unit].seconds)) return false;
    scanner.take(kDays[unit++].name);
  }
  if (!scanner.take('T')) return true;
  if (scanner.at_end()) return false;
  unit = 0;
  while (!scanner.at_end()) {
    std::int64_t number = 0;
    if (!scanner.number(number) || !scanner.optional_fraction(nanoseconds)) return false;
    while (unit < kTimes.size() && kTimes[unit].name != scanner.next()) ++unit;
    if (unit == kTimes.size() || (nanoseconds != 0 && kTimes[unit].name != 'S')) return false;
    if (!add_product(seconds, number, kTimes[unit].seconds)) return false;
    scanner.take(kTimes[unit++].name);
  }
  return true;
}

// "+02:00", "-0530", "Z"
bool scan_offset(Scanner& scanner, std::int64_t& seconds) {
  seconds = 0;
  if (scanner.take('Z') || scanner.take('z')) return true;
  const bool is_negative = scanner.next() == '-';
  if (!scanner.take('+') && !scanner.take('-')) return false;
  std::int64_t hours = 0;
  std::int64_t minutes = 0;
  if (!scanner.number(hours, 2)) return false;
  scanner.take(':');
  if (!scanner.number(minutes, 2) || hours > 23 || minutes > 59) return false;
  seconds = (hours * 3600 + minutes * 60) * (is_negative ? -1 : 1);
  return true;
}

bool scan_time(Scanner scanner, IsoDuration& time) {
  std::int64_t year = 0;
  std::int64_t month = 0;
  std::int64_t day = 0;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  std::int64_t offset = 0;
  if (!scanner.number(year, 4) || !scanner.take('-') || !scanner.number(month, 2) || !scanner.take('-') ||
      !scanner.number(day, 2) || !(scanner.take('T') || scanner.take('t') || scanner.take(' ')) ||
      !scanner.number(hour, 2) || !scanner.take(':') || !scanner.number(minute, 2) || !scanner.take(':') ||
      !scanner.number(second, 2) || !scanner.optional_fraction(time.nanoseconds) || !scan_offset(scanner, offset) ||
      !scanner.at_end()) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return false;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  time.seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset;
  return true;
}

}  // namespace

std::string to_base64(const std::vector<std::byte>& bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    unsigned group = std::to_integer<unsigned>(bytes[i]) << 16;
    if (left > 1) group |= std::to_integer<unsigned>(bytes[i + 1]) << 8;
    if (left > 2) group |= std::to_integer<unsigned>(bytes[i + 2]);
    text += kBase64[group >> 18 & 63];
    text += kBase64[group >> 12 & 63];
    text += left > 1 ? kBase64[group >> 6 & 63] : '=';
    text += left > 2 ? kBase64[group & 63] : '=';
  }
  return text;
}

std::vector<std::byte> read_base64(const JsonInput& in) {
  std::string text = in.to_string();
  while (!text.empty() && text.back() == '=') text.pop_back();
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() * 3 / 4);
  unsigned group = 0;
  int bits = 0;
  for (const char c : text) {
    const std::size_t value = kBase64.find(c);
    if (value == std::string_view::npos) in.refuse("expected bytes as base64");
    group = (group << 6 | static_cast<unsigned>(value)) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<std::byte>(group >> bits & 0xff));
    }
  }
  if (bits >= 6) in.refuse("the base64 is cut off");
  return bytes;
}

std::string print_duration(IsoDuration duration) {
  // In magnitudes; the lowest number of seconds has no positive counterpart in 64 bits with sign.
  const bool is_negative = duration.seconds < 0;
  auto seconds = static_cast<std::uint64_t>(duration.seconds);
  std::int32_t nanoseconds = duration.nanoseconds;
  if (is_negative) {
    seconds = 0 - seconds;
    if (nanoseconds > 0) {
      --seconds;
      nanoseconds = kBillion - nanoseconds;
    }
  }
  const std::string sign = is_negative ? "-" : "";
  std::string text = "PT";
  if (seconds >= 3600) text += sign + std::to_string(seconds / 3600) + "H";
  if (seconds / 60 % 60 != 0) text += sign + std::to_string(seconds / 60 % 60) + "M";
  if (seconds % 60 != 0 || nanoseconds != 0 || text.size() == 2) {
    text += sign + std::to_string(seconds % 60) + fraction(nanoseconds) + "S";
  }
  return text;
}

IsoDuration read_duration(const JsonInput& in) {
  const std::string text = in.to_string();
  const bool is_negative = !text.empty() && text.front() == '-';
  std::string_view magnitude = text;
  if (is_negative || (!text.empty() && text.front() == '+')) magnitude.remove_prefix(1);
  // "PT-1H-2M", as Java writes a negative length, is the same as "-PT1H2M".
  std::string plain(magnitude);
  bool has_inner_sign = false;
  if (!is_negative && magnitude.substr(0, 1) == "P" && magnitude.find('-') != std::string_view::npos) {
    plain.clear();
    has_inner_sign = true;
    bool may_be_signed = false;
    for (const char c : magnitude) {
      const bool is_digit = (c >= '0' && c <= '9') || c == '.';
      if (c == '-' && may_be_signed) {
        may_be_signed = false;
        continue;
      }
      if (is_digit && may_be_signed) in.refuse("expected a length of time with one sign, found \"" + text + "\"");
      may_be_signed = !is_digit;
      plain += c;
    }
  }
  IsoDuration duration;
  if (!scan_iso_duration(Scanner(plain), duration.seconds, duration.nanoseconds)) {
    duration = IsoDuration();
    if (!scan_proto_duration(Scanner(plain), duration.seconds, duration.nanoseconds)) {
      in.refuse("expected a length of time such as \"PT1H30M\" or \"3.5s\", found \"" + text + "\"");
    }
  }
  if (is_negative || has_inner_sign) {
    duration.seconds = -duration.seconds;
    if (duration.nanoseconds > 0) {
      --duration.seconds;
      duration.nanoseconds = kBillion - duration.nanoseconds;
    }
  }
  return duration;
}

std::string print_time(IsoDuration since_epoch) {
  const std::int64_t days = since_epoch.seconds / 86400 - (since_epoch.seconds % 86400 < 0 ? 1 : 0);
  const std::int64_t rest = since_epoch.seconds - days * 86400;
  constexpr std::int64_t kFirst = -719528;  // 0000-01-01
  constexpr std::int64_t kLast = 2932896;   // 9999-12-31
  if (days < kFirst || days > kLast) throw_encode_error("time_point", "the year must be between 0 and 9999");
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(static_cast<int>(days)))};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(rest / 3600),
                static_cast<int>(rest / 60 % 60), static_cast<int>(rest % 60));
  return text + fraction(since_epoch.nanoseconds) + "Z";
}

IsoDuration read_time(const JsonInput& in) {
  const std::string text = in.to_string();
  IsoDuration time;
  if (!scan_time(Scanner(text), time)) {
    in.refuse("expected a time with its offset, such as \"2026-01-31T12:00:00Z\", found \"" + text + "\"");
  }
  return time;
}

std::int64_t whole_units(IsoDuration duration, std::int64_t num, std::int64_t den, const JsonInput& in) {
  // seconds * den / num + nanoseconds * den / (num * 1e9); either num or den is 1 for all periods of <chrono>.
  std::int64_t units = 0;
  if (den == 1) {
    if (duration.nanoseconds != 0 || duration.seconds % num != 0) {
      in.refuse("the length of time is no whole number of " + std::to_string(num) + " s");
    }
    return duration.seconds / num;
  }
  if (num != 1 || kBillion % den != 0) in.refuse("a length of time in these units cannot be read");
  const std::int64_t unit = kBillion / den;  // in nanoseconds
  if (duration.nanoseconds % unit != 0) {
    in.refuse("the length of time is no whole number of " + std::to_string(unit) + " ns");
  }
  std::int64_t rest = duration.nanoseconds / unit;
  if (duration.seconds < 0) {  // towards zero, so that the lowest value does not overflow on the way
    ++duration.seconds;
    rest -= den;
  }
  if (!add_product(units, duration.seconds, den) || __builtin_add_overflow(units, rest, &units)) {
    in.refuse("the length of time is out of range");
  }
  return units;
}

}  // namespace temporalio::detail
