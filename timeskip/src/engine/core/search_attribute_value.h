// Values of search attributes: JSON of the attribute's type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "timeskip/src/engine/core/api.h"

namespace temporalio::timeskip {

// Whether `payload` is a value that an attribute of `type` can take. A list of one item stands for a single value; null
// and the empty list mean none.
bool is_search_attribute_value(const commonpb::Payload& payload, enums::IndexedValueType type);

// The value as the real server's error texts show it.
std::string shown_value(const commonpb::Payload& payload);

// A value of type KeywordList.
commonpb::Payload keyword_list(const std::vector<std::string>& keywords);

// A date and time as RFC 3339 writes it, in microseconds since 1970; nothing where `text` is none.
std::optional<std::int64_t> parse_datetime_micros(std::string_view text);

}  // namespace temporalio::timeskip
