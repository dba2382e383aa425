// Values of search attributes: JSON of the attribute's type.
#pragma once

#include <string>
#include <vector>

#include "timeskip/src/engine/core/api.h"

namespace temporalio::timeskip {

// Whether `payload` is a value that an attribute of `type` can take. A list stands for a single value as well; null and
// the empty list mean none.
bool is_search_attribute_value(const commonpb::Payload& payload, enums::IndexedValueType type);

// A value of type KeywordList.
commonpb::Payload keyword_list(const std::vector<std::string>& keywords);

}  // namespace temporalio::timeskip
