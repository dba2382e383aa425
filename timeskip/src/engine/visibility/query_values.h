// From literals of a query to values of an attribute's type.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "timeskip/src/engine/visibility/query_filter.h"
#include "timeskip/src/engine/visibility/query_parser.h"

namespace temporalio::timeskip::visibility {

// The value of one literal; nothing, with `error` set, where the attribute takes no such value.
std::optional<Value> convert_value(const Node& node, const Column& column, std::string& error);
// Of one literal, or of all in a list.
std::optional<std::vector<Value>> convert_values(const Node& node, const Column& column, std::string& error);

// "1h30m", "2d", "hh:mm:ss" or nanoseconds.
std::optional<std::int64_t> parse_length(std::string_view text);

}  // namespace temporalio::timeskip::visibility
