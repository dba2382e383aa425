// Logic of three values: true, false, unknown.
#include "timeskip/src/engine/visibility/filter_match.h"

#include <algorithm>

namespace temporalio::timeskip::visibility {
namespace {

enum class Truth { kFalse, kUnknown, kTrue };

Truth truth(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

bool holds(std::weak_ordering result, Filter::Order order) {
  switch (order) {
    case Filter::Order::kLess:
      return result < 0;
    case Filter::Order::kLessOrEqual:
      return result <= 0;
    case Filter::Order::kEqual:
      return result == 0;
    case Filter::Order::kGreaterOrEqual:
      return result >= 0;
    default:
      return result > 0;
  }
}

// The words of the phrase, one after the other.
bool has_phrase(std::span<const Cell> words, const Value& phrase) {
  const std::vector<std::string> wanted = words_of(std::get<std::string>(phrase));
  if (wanted.empty()) return false;
  const auto is_same = [](const Cell& cell, const std::string& word) {
    return std::get<std::string>(cell.value) == word;
  };
  return std::search(words.begin(), words.end(), wanted.begin(), wanted.end(), is_same) != words.end();
}

bool has_prefix(std::string_view text, std::string_view prefix) {
  return lower_case(text.substr(0, prefix.size())) == lower_case(prefix);
}

bool compares(const Filter& filter, const Value& value) {
  const auto is_equal = [&value](const Value& other) { return compare(value, other) == 0; };
  switch (filter.kind) {
    case Filter::Kind::kCompare:
      return holds(compare(value, filter.values.front()), filter.order);
    case Filter::Kind::kIn:
      return std::any_of(filter.values.begin(), filter.values.end(), is_equal);
    case Filter::Kind::kRange:
      return compare(value, filter.values[0]) >= 0 && compare(value, filter.values[1]) <= 0;
    default:
      return has_prefix(std::get<std::string>(value), std::get<std::string>(filter.values.front()));
  }
}

Truth compare_cells(const Filter& filter, std::span<const Cell> cells) {
  if (filter.column.type == enums::INDEXED_VALUE_TYPE_TEXT) {
    return truth(std::any_of(filter.values.begin(), filter.values.end(),
                             [&](const Value& phrase) { return has_phrase(cells, phrase); }));
  }
  const bool matches_one =
      std::any_of(cells.begin(), cells.end(), [&](const Cell& cell) { return compares(filter, cell.value); });
  // A list that is not there has no items; any other value that is not there is unknown.
  const bool is_list = filter.column.type == enums::INDEXED_VALUE_TYPE_KEYWORD_LIST;
  return cells.empty() && !is_list ? Truth::kUnknown : truth(matches_one);
}

Truth evaluate(const Filter& filter, const Record& record) {
  switch (filter.kind) {
    case Filter::Kind::kAnd: {
      Truth all = Truth::kTrue;
      for (const FilterPtr& child : filter.children) all = std::min(all, evaluate(*child, record));
      return all;
    }
    case Filter::Kind::kOr: {
      Truth any = Truth::kFalse;
      for (const FilterPtr& child : filter.children) any = std::max(any, evaluate(*child, record));
      return any;
    }
    case Filter::Kind::kNot: {
      const Truth inner = evaluate(*filter.children[0], record);
      return inner == Truth::kUnknown ? inner : truth(inner == Truth::kFalse);
    }
    case Filter::Kind::kIsNull:
      return truth(record.of(filter.column.id).empty());
    default:
      return compare_cells(filter, record.of(filter.column.id));
  }
}

}  // namespace

void bind_columns(Filter& filter, Columns& columns) {
  if (!filter.column.name.empty()) filter.column.id = columns.id_of(filter.column.name);
  for (const FilterPtr& child : filter.children) bind_columns(*child, columns);
}

bool matches(const Filter& filter, const Record& record) { return evaluate(filter, record) == Truth::kTrue; }

}  // namespace temporalio::timeskip::visibility
