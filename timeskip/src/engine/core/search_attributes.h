// The search attributes that a namespace knows, with their types. Unknown and system-owned names are refused.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "timeskip/src/engine/core/api.h"

namespace temporalio::timeskip {

struct Namespace;

// Types by name.
using SearchAttributeTypes = std::unordered_map<std::string, enums::IndexedValueType>;

// The predefined attributes that clients may write.
const SearchAttributeTypes& predefined_search_attributes();
// The predefined attributes that only the server writes, among the others of a run.
const SearchAttributeTypes& server_search_attributes();
// What every run has: ids, times, status.
const SearchAttributeTypes& system_search_attributes();

// Names that no custom attribute can have.
bool is_reserved_search_attribute(const std::string& name);
// Of any attribute but the system's; unspecified where the namespace does not know the name.
enums::IndexedValueType search_attribute_type(const Namespace& owner, const std::string& name);
const char* type_name(enums::IndexedValueType type);

// Checks names, types and number, and notes each value's type in its metadata, as the real server does; returns what is
// wrong.
std::string prepare_search_attributes(const Namespace& owner, commonpb::SearchAttributes& attributes);
// Gives the attribute the first free column of its type, as a real server with SQL visibility does; false where all are
// taken or there are none of the type. An attribute that is there already keeps its column, whatever its type.
bool add_search_attribute(Namespace& owner, const std::string& name, enums::IndexedValueType type);
void remove_search_attribute(Namespace& owner, const std::string& name);
// How many columns there are of a type.
std::size_t column_count(enums::IndexedValueType type);
// The type of a column by its name, such as Keyword05; unspecified where there is none of this name.
enums::IndexedValueType column_type(const std::string& column);

// What is too large about them; empty when nothing is.
std::string search_attributes_size_fault(const commonpb::SearchAttributes& attributes);

}  // namespace temporalio::timeskip
