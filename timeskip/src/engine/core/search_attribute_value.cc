// Which JSON goes with which type.
#include "timeskip/src/engine/core/search_attribute_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "timeskip/src/engine/core/nil_payload.h"

namespace temporalio::timeskip {
namespace {

using Json = nlohmann::json;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes `count` digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
  if (text.size() < count || !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count), is_digit)) {
    return std::nullopt;
  }
  int number = 0;
  for (const char c : text.substr(0, count)) number = 10 * number + (c - '0');
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// "hh:mm", with the end of `text` after it or not; in minutes.
std::optional<int> take_hour_and_minute(std::string_view& text) {
  const auto hour = take_number(text, 2);
  if (!hour.has_value() || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute.has_value() || *minute > 59) return std::nullopt;
  return *hour * 60 + *minute;
}

// How far a zone is ahead of UTC.
std::optional<std::chrono::minutes> parse_zone(std::string_view text) {
  if (text == "Z") return std::chrono::minutes(0);
  const bool is_ahead = take(text, '+');
  if (!is_ahead && !take(text, '-')) return std::nullopt;
  const auto minutes = take_hour_and_minute(text);
  if (!minutes.has_value() || !text.empty()) return std::nullopt;
  return std::chrono::minutes(is_ahead ? *minutes : -*minutes);
}

// ".123456789", in microseconds, or nothing at all.
std::optional<int> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  int micros = 0;
  int scale = 100'000;
  std::size_t digits = 0;
  for (; digits < text.size() && is_digit(text[digits]); ++digits, scale /= 10) micros += scale * (text[digits] - '0');
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return micros;
}

bool is_int64(const Json& value) {
  if (!value.is_number_integer()) return false;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return !value.is_number_unsigned() || value.get<std::uint64_t>() <= kMax;
}

bool is_of_type(const Json& value, enums::IndexedValueType type) {
  switch (type) {
    case enums::INDEXED_VALUE_TYPE_BOOL:
      return value.is_boolean();
    case enums::INDEXED_VALUE_TYPE_INT:
      return is_int64(value);
    case enums::INDEXED_VALUE_TYPE_DOUBLE:
      return value.is_number();
    case enums::INDEXED_VALUE_TYPE_DATETIME:
      return value.is_string() && parse_datetime_micros(value.get_ref<const std::string&>()).has_value();
    default:
      return value.is_string();
  }
}

// Items of a list may be null: the real server reads them as the type's zero.
bool is_item(const Json& item, enums::IndexedValueType type) { return item.is_null() || is_of_type(item, type); }

bool is_list_of_keywords(const Json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& item) {
           return is_item(item, enums::INDEXED_VALUE_TYPE_KEYWORD);
         });
}

// A number as Go prints it: with an exponent from a million on, or below a ten-thousandth.
std::string shown_number(double number) {
  std::array<char, 32> buffer{};
  const auto magnitude = std::abs(number);
  const bool is_plain = number == 0 || (magnitude >= 1e-4 && magnitude < 1e6);
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                 is_plain ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  return {buffer.data(), end};
}

std::string shown_json(const Json& value) {
  if (value.is_null()) return "<nil>";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number()) return shown_number(value.get<double>());
  if (!value.is_structured()) return value.dump();
  std::string out = value.is_array() ? "[" : "map[";
  bool is_first = true;
  for (const auto& [key, item] : value.items()) {
    if (!is_first) out += ' ';
    is_first = false;
    if (value.is_object()) out += key + ":";
    out += shown_json(item);
  }
  return out + "]";
}

}  // namespace

std::optional<std::int64_t> parse_datetime_micros(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year.has_value() || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month.has_value() || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day.has_value() || !take(text, 'T')) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  const auto minutes = take_hour_and_minute(text);
  if (!minutes.has_value() || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second.has_value() || *second > 59) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction.has_value()) return std::nullopt;
  const auto zone = parse_zone(text);
  if (!zone.has_value()) return std::nullopt;
  const std::chrono::microseconds since_1970 = std::chrono::sys_days(date).time_since_epoch() +
                                               std::chrono::minutes(*minutes) - *zone + std::chrono::seconds(*second) +
                                               std::chrono::microseconds(*fraction);
  return since_1970.count();
}

bool is_search_attribute_value(const commonpb::Payload& payload, enums::IndexedValueType type) {
  if (is_nil(payload)) return true;
  const auto encoding = payload.metadata().find("encoding");
  if (encoding == payload.metadata().end() || encoding->second != "json/plain") return false;
  const Json value = Json::parse(payload.data(), nullptr, /*allow_exceptions=*/false);
  if (value.is_null()) return true;
  const bool is_empty_list = value.is_array() && value.empty();
  const bool is_list_of_one = value.is_array() && value.size() == 1;
  if (type == enums::INDEXED_VALUE_TYPE_KEYWORD_LIST) {
    return is_list_of_keywords(value) || (is_list_of_one && is_list_of_keywords(value.front()));
  }
  return is_empty_list || is_of_type(value, type) || (is_list_of_one && is_item(value.front(), type));
}

std::string shown_value(const commonpb::Payload& payload) {
  const Json value = Json::parse(payload.data(), nullptr, /*allow_exceptions=*/false);
  return value.is_discarded() ? "value from <" + payload.ShortDebugString() + ">" : shown_json(value);
}

commonpb::Payload keyword_list(const std::vector<std::string>& keywords) {
  commonpb::Payload payload;
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  (*payload.mutable_metadata())["type"] = "KeywordList";
  payload.set_data(Json(keywords).dump(-1, ' ', false, Json::error_handler_t::replace));
  return payload;
}

}  // namespace temporalio::timeskip
