// The search attributes that a namespace knows, with their types. Unknown and system-owned names are refused.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "timeskip/src/engine/core/api.h"

namespace temporalio::timeskip {

struct Namespace;

// Types of the attributes that users have added, or that every namespace of this server has from the start.
using CustomSearchAttributes = std::unordered_map<std::string, enums::IndexedValueType>;
CustomSearchAttributes preset_search_attributes();

// The predefined attributes that clients may write.
const CustomSearchAttributes& predefined_search_attributes();
// The attributes that only the server writes.
const CustomSearchAttributes& system_search_attributes();

// Checks names, types and number, and notes each value's type in its metadata, as the real server does; returns what is
// wrong.
std::string prepare_search_attributes(const Namespace& owner, commonpb::SearchAttributes& attributes);
// What is too large about them; empty when nothing is.
std::string search_attributes_size_fault(const commonpb::SearchAttributes& attributes);

}  // namespace temporalio::timeskip
