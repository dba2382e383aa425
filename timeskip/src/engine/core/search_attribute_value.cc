// Which JSON goes with which type.
#include "timeskip/src/engine/core/search_attribute_value.h"

#include <algorithm>
#include <chrono>
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

// "hh:mm", with the end of `text` after it or not.
bool take_hour_and_minute(std::string_view& text) {
  const auto hour = take_number(text, 2);
  if (!hour.has_value() || *hour > 23 || !take(text, ':')) return false;
  const auto minute = take_number(text, 2);
  return minute.has_value() && *minute <= 59;
}

bool is_zone(std::string_view text) {
  if (text == "Z") return true;
  return (take(text, '+') || take(text, '-')) && take_hour_and_minute(text) && text.empty();
}

// A date and time as RFC 3339 writes it.
bool is_datetime(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year.has_value() || !take(text, '-')) return false;
  const auto month = take_number(text, 2);
  if (!month.has_value() || !take(text, '-')) return false;
  const auto day = take_number(text, 2);
  if (!day.has_value() || !take(text, 'T')) return false;
  const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || !take_hour_and_minute(text) || !take(text, ':')) return false;
  const auto second = take_number(text, 2);
  if (!second.has_value() || *second > 59) return false;
  if (take(text, '.')) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    if (end == text.begin()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  }
  return is_zone(text);
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
      return value.is_string() && is_datetime(value.get_ref<const std::string&>());
    default:
      return value.is_string();
  }
}

}  // namespace

bool is_search_attribute_value(const commonpb::Payload& payload, enums::IndexedValueType type) {
  if (is_nil(payload)) return true;
  const auto encoding = payload.metadata().find("encoding");
  if (encoding == payload.metadata().end() || encoding->second != "json/plain") return false;
  const Json value = Json::parse(payload.data(), nullptr, /*allow_exceptions=*/false);
  if (value.is_null()) return true;
  if (!value.is_array()) return is_of_type(value, type);
  return std::all_of(value.begin(), value.end(), [type](const Json& item) { return is_of_type(item, type); });
}

commonpb::Payload keyword_list(const std::vector<std::string>& keywords) {
  commonpb::Payload payload;
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  (*payload.mutable_metadata())["type"] = "KeywordList";
  payload.set_data(Json(keywords).dump(-1, ' ', false, Json::error_handler_t::replace));
  return payload;
}

}  // namespace temporalio::timeskip
