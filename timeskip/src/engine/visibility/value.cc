#include "timeskip/src/engine/visibility/value.h"

#include <cmath>

namespace temporalio::timeskip::visibility {
namespace {

std::weak_ordering compare_doubles(double a, double b) {
  return a < b ? std::weak_ordering::less : a > b ? std::weak_ordering::greater : std::weak_ordering::equivalent;
}

double number(const Value& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value);
}

}  // namespace

std::weak_ordering compare(const Value& a, const Value& b) {
  const auto* a_text = std::get_if<std::string>(&a);
  const auto* b_text = std::get_if<std::string>(&b);
  if (a_text != nullptr && b_text != nullptr) return *a_text <=> *b_text;
  if (a_text != nullptr) return std::weak_ordering::greater;
  if (b_text != nullptr) return std::weak_ordering::less;
  const auto* a_integer = std::get_if<std::int64_t>(&a);
  const auto* b_integer = std::get_if<std::int64_t>(&b);
  if (a_integer != nullptr && b_integer != nullptr) return *a_integer <=> *b_integer;
  return compare_doubles(number(a), number(b));
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace temporalio::timeskip::visibility
