// Values of search attributes, as visibility compares them.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace temporalio::timeskip::visibility {

// Numbers, booleans (0 and 1), times (microseconds since 1970) and lengths (nanoseconds) are numbers; all else is text.
using Value = std::variant<std::int64_t, double, std::string>;

// Numbers compare as numbers whichever their type, and come before texts.
std::weak_ordering compare(const Value& a, const Value& b);

// Letters of ASCII only. As in SQLite, which the real dev server keeps its runs in, items of lists of keywords and
// prefixes compare without regard to case.
std::string lower_case(std::string_view text);

}  // namespace temporalio::timeskip::visibility
