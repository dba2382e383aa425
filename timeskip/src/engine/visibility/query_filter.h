// A visibility query with its meaning: attributes resolved to columns, values converted to the columns' types. What
// makes no sense is refused in the real server's words.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "timeskip/src/engine/core/search_attributes.h"
#include "timeskip/src/engine/visibility/columns.h"
#include "timeskip/src/engine/visibility/query_parser.h"
#include "timeskip/src/engine/visibility/value.h"

namespace temporalio::timeskip::visibility {

struct Column {
  std::string alias;  // as the query has it
  std::string name;   // of the attribute
  enums::IndexedValueType type = enums::INDEXED_VALUE_TYPE_UNSPECIFIED;
  ColumnId id = 0;  // set by bind_columns()
};

struct Filter {
  enum class Kind { kAnd, kOr, kNot, kCompare, kIn, kRange, kStartsWith, kIsNull };
  enum class Order { kLess, kLessOrEqual, kEqual, kGreaterOrEqual, kGreater };

  Kind kind = Kind::kAnd;
  Column column;
  Order order = Order::kEqual;  // of kCompare
  // kCompare, kStartsWith: one; kRange: from and to; kIn: all. Of a Text column: each is a phrase of words, of which
  // the row must have one.
  std::vector<Value> values;
  std::vector<std::unique_ptr<Filter>> children;
};

using FilterPtr = std::unique_ptr<Filter>;

struct Query {
  FilterPtr filter;  // null: all
  std::optional<Column> group_by;
  std::string error;  // empty when the query is good
};

// For a namespace with these custom attributes.
Query convert_query(std::string_view text, const SearchAttributeTypes& custom);

// The words of a text, as a search for words sees them, in order.
std::vector<std::string> words_of(std::string_view text);

// "Running" for WORKFLOW_EXECUTION_STATUS_RUNNING.
std::string status_name(enums::WorkflowExecutionStatus status);

}  // namespace temporalio::timeskip::visibility
