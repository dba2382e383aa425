// Which attribute a name means, and what may be asked of an attribute of each type.
#include "timeskip/src/engine/visibility/query_filter.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "timeskip/src/engine/visibility/query_values.h"

namespace temporalio::timeskip::visibility {
namespace {

using Kind = Node::Kind;

const std::string kInvalid = "invalid expression: ";
const std::string kNotSupported = "operation is not supported: ";
constexpr std::string_view kReservedPrefix = "Temporal";
constexpr const char kNamespaceDivision[] = "TemporalNamespaceDivision";
constexpr const char kExecutionStatus[] = "ExecutionStatus";

std::optional<enums::IndexedValueType> built_in_type(const std::string& name) {
  for (const auto* known :
       {&system_search_attributes(), &predefined_search_attributes(), &server_search_attributes()}) {
    const auto found = known->find(name);
    if (found != known->end()) return found->second;
  }
  return std::nullopt;
}

// Attributes of users come first; of the server's own, the prefix "Temporal" may be left out or be too much.
std::optional<Column> resolve(const std::string& alias, const SearchAttributeTypes& custom) {
  if (const auto found = custom.find(alias); found != custom.end()) return Column{alias, alias, found->second, 0};
  if (const auto type = built_in_type(alias)) return Column{alias, alias, *type, 0};
  std::string name;
  const bool has_prefix = std::string_view(alias).starts_with(kReservedPrefix);
  const std::string bare = has_prefix ? alias.substr(kReservedPrefix.size()) : alias;
  if (bare == "ScheduleId") {
    name = "WorkflowId";
  } else {
    name = has_prefix ? bare : std::string(kReservedPrefix) + alias;
  }
  if (const auto type = built_in_type(name)) return Column{alias, name, *type, 0};
  return std::nullopt;
}

bool takes_ranges(enums::IndexedValueType type) {
  return type == enums::INDEXED_VALUE_TYPE_DATETIME || type == enums::INDEXED_VALUE_TYPE_DOUBLE ||
         type == enums::INDEXED_VALUE_TYPE_INT || type == enums::INDEXED_VALUE_TYPE_KEYWORD;
}

bool is_list_operator(std::string_view text) { return text == "in" || text == "not in"; }

bool takes_operator(enums::IndexedValueType type, std::string_view text) {
  const bool is_equality = text == "=" || text == "!=";
  if (type == enums::INDEXED_VALUE_TYPE_TEXT) return is_equality;
  if (is_equality || is_list_operator(text)) return true;
  if (type == enums::INDEXED_VALUE_TYPE_KEYWORD_LIST) return false;
  if (text == "<" || text == "<=" || text == ">" || text == ">=") return true;
  return type == enums::INDEXED_VALUE_TYPE_KEYWORD && (text == "starts_with" || text == "not starts_with");
}

Filter::Order order_of(std::string_view text) {
  if (text == "<") return Filter::Order::kLess;
  if (text == "<=") return Filter::Order::kLessOrEqual;
  if (text == ">") return Filter::Order::kGreater;
  if (text == ">=") return Filter::Order::kGreaterOrEqual;
  return Filter::Order::kEqual;
}

FilterPtr make(Filter::Kind kind) {
  auto filter = std::make_unique<Filter>();
  filter->kind = kind;
  return filter;
}

template <class... Children>
FilterPtr join(Filter::Kind kind, Children... children) {
  FilterPtr filter = make(kind);
  (filter->children.push_back(std::move(children)), ...);
  return filter;
}

FilterPtr negate_if(bool is_negated, FilterPtr filter) {
  return is_negated ? join(Filter::Kind::kNot, std::move(filter)) : std::move(filter);
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// Each conversion returns null once something is wrong; the first error stays.
class Converter {
 public:
  explicit Converter(const SearchAttributeTypes& custom) : custom_(custom) {}

  FilterPtr convert(const Node& node);
  std::optional<Column> column(const Node& node);
  FilterPtr fail(const std::string& kind, const std::string& what) {
    if (error_.empty()) error_ = kind + what;
    return nullptr;
  }

  bool mentions_division() const { return mentions_division_; }
  const std::string& error() const { return error_; }

 private:
  FilterPtr comparison(const Node& node);
  FilterPtr operand_fault(const Node& node, const Column& column);
  FilterPtr text_filter(const Column& column, const std::vector<Value>& values);
  FilterPtr range(const Node& node);
  FilterPtr is_null(const Node& node);

  const SearchAttributeTypes& custom_;
  bool mentions_division_ = false;
  std::string error_;
};

FilterPtr Converter::convert(const Node& node) {
  switch (node.kind) {
    case Kind::kParens:
      return convert(*node.children.front());
    case Kind::kNot: {
      FilterPtr operand = convert(*node.children.front());
      return operand == nullptr ? nullptr : join(Filter::Kind::kNot, std::move(operand));
    }
    case Kind::kAnd:
    case Kind::kOr: {
      FilterPtr chain = make(node.kind == Kind::kAnd ? Filter::Kind::kAnd : Filter::Kind::kOr);
      for (const NodePtr& child : node.children) {
        chain->children.push_back(convert(*child));
        if (chain->children.back() == nullptr) return nullptr;
      }
      return chain;
    }
    case Kind::kComparison:
      return comparison(node);
    case Kind::kRange:
      return range(node);
    case Kind::kIs:
      return is_null(node);
    case Kind::kFunction:
      return fail(kNotSupported, "function expression");
    case Kind::kColumn:
      return fail(kInvalid, "incomplete expression");
    default:
      return fail(kNotSupported, "expression of type " + std::string(kind_name(node.kind)));
  }
}

std::optional<Column> Converter::column(const Node& node) {
  if (node.kind != Kind::kColumn) {
    fail(kInvalid, "must be a column name but was " + std::string(kind_name(node.kind)));
    return std::nullopt;
  }
  std::optional<Column> found = resolve(node.text, custom_);
  if (!found.has_value()) {
    fail("invalid search attribute: ", node.text);
  } else if (found->name == kNamespaceDivision) {
    mentions_division_ = true;
  }
  return found;
}

// A list where one value is expected, or the reverse; null without an error when all is well.
FilterPtr Converter::operand_fault(const Node& node, const Column& column) {
  const bool is_list = node.children[1]->kind == Kind::kTuple;
  if (is_list == is_list_operator(node.text)) return nullptr;
  const bool is_text =
      column.type == enums::INDEXED_VALUE_TYPE_TEXT || column.type == enums::INDEXED_VALUE_TYPE_KEYWORD_LIST;
  if (is_text) return fail(kInvalid, "unexpected value type (expected string, got a list)");
  return fail(kInvalid, "operator '" + upper(node.text) + "' takes a single value");
}

// One of the words that the value consists of is enough.
FilterPtr Converter::text_filter(const Column& column, const std::vector<Value>& values) {
  FilterPtr filter = make(Filter::Kind::kIn);
  filter->column = column;
  const std::string& text = std::get<std::string>(values.front());
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    if (end > begin) filter->values.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return filter;
}

FilterPtr Converter::comparison(const Node& node) {
  const std::optional<Column> found = column(*node.children[0]);
  if (!found.has_value()) return nullptr;
  std::string error;
  std::optional<std::vector<Value>> values = convert_values(*node.children[1], *found, error);
  if (!values.has_value()) return fail("", error);
  if (!takes_operator(found->type, node.text)) {
    return fail(kNotSupported, "operator '" + upper(node.text) + "' not supported for " + type_name(found->type) +
                                   " type search attribute '" + found->alias + "'");
  }
  operand_fault(node, *found);
  if (!error_.empty()) return nullptr;
  if (found->type == enums::INDEXED_VALUE_TYPE_TEXT) return negate_if(node.text == "!=", text_filter(*found, *values));
  const bool is_prefix = node.text.ends_with("starts_with");
  if (is_prefix && !std::holds_alternative<std::string>(values->front())) {
    return fail(kInvalid, "right-hand side of \"" + node.text +
                              "\" operator must be a literal string (got: " + node.children[1]->text + ")");
  }
  FilterPtr filter = make(is_list_operator(node.text) ? Filter::Kind::kIn
                          : is_prefix                 ? Filter::Kind::kStartsWith
                                                      : Filter::Kind::kCompare);
  filter->column = *found;
  filter->order = order_of(node.text);
  filter->values = std::move(*values);
  return negate_if(node.text == "!=" || node.text.starts_with("not "), std::move(filter));
}

FilterPtr Converter::range(const Node& node) {
  const std::optional<Column> found = column(*node.children[0]);
  if (!found.has_value()) return nullptr;
  if (!takes_ranges(found->type)) {
    return fail(kInvalid, "cannot do range condition on search attribute '" + found->alias + "' of type " +
                              type_name(found->type));
  }
  FilterPtr filter = make(Filter::Kind::kRange);
  filter->column = *found;
  for (const std::size_t side : {std::size_t{1}, std::size_t{2}}) {
    std::string error;
    std::optional<Value> value = convert_value(*node.children[side], *found, error);
    if (!value.has_value()) return fail("", error);
    filter->values.push_back(std::move(*value));
  }
  return negate_if(node.text == "not between", std::move(filter));
}

FilterPtr Converter::is_null(const Node& node) {
  const std::optional<Column> found = column(*node.children[0]);
  if (!found.has_value()) return nullptr;
  if (node.text != "is null" && node.text != "is not null") {
    return fail(kInvalid, "'IS' operator can only be used as 'IS NULL' or 'IS NOT NULL'");
  }
  FilterPtr filter = make(Filter::Kind::kIsNull);
  filter->column = *found;
  return negate_if(node.text == "is not null", std::move(filter));
}

// What belongs to a division of the namespace is shown only to those who ask for divisions.
FilterPtr without_divisions(FilterPtr filter) {
  FilterPtr none = make(Filter::Kind::kIsNull);
  none->column = {kNamespaceDivision, kNamespaceDivision, enums::INDEXED_VALUE_TYPE_KEYWORD, 0};
  return filter == nullptr ? std::move(none) : join(Filter::Kind::kAnd, std::move(none), std::move(filter));
}

void convert_group(Converter& converter, const ParsedQuery& parsed, Query& query) {
  if (parsed.group_by.size() > 1) {
    converter.fail(kNotSupported, "'GROUP BY' clause supports only a single field");
    return;
  }
  for (const NodePtr& node : parsed.group_by) {
    query.group_by = converter.column(*node);
    if (!query.group_by.has_value()) return;
    if (query.group_by->name != kExecutionStatus && query.group_by->name != kNamespaceDivision) {
      converter.fail(kNotSupported, "'GROUP BY' clause is not supported for search attribute " + query.group_by->alias);
    }
  }
}

}  // namespace

Query convert_query(std::string_view text, const SearchAttributeTypes& custom) {
  Query query;
  const ParsedQuery parsed = parse_query(text);
  Converter converter(custom);
  if (!parsed.error.empty()) {
    converter.fail("malformed SQL query: ", parsed.error);
  } else if (parsed.has_limit) {
    converter.fail(kNotSupported, "'LIMIT' clause");
  } else {
    if (parsed.where != nullptr) query.filter = converter.convert(*parsed.where);
    if (converter.error().empty()) convert_group(converter, parsed, query);
    for (const NodePtr& node : parsed.order_by) {
      if (converter.error().empty()) converter.column(*node);
    }
    if (!parsed.order_by.empty()) converter.fail(kNotSupported, "'ORDER BY' clause");
  }
  if (!converter.error().empty()) {
    query.error = "invalid query: " + converter.error();
  } else if (!converter.mentions_division()) {
    query.filter = without_divisions(std::move(query.filter));
  }
  return query;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool is_inside = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_part = std::isalnum(byte) != 0 || byte >= 0x80;
    if (is_part && !is_inside) words.emplace_back();
    if (is_part) words.back() += static_cast<char>(std::tolower(byte));
    is_inside = is_part;
  }
  return words;
}

std::string status_name(enums::WorkflowExecutionStatus status) {
  constexpr std::string_view kPrefix = "WORKFLOW_EXECUTION_STATUS_";
  std::string name = enums::WorkflowExecutionStatus_Name(status).substr(kPrefix.size());
  bool is_first = true;
  std::string out;
  for (const char c : name) {
    if (c != '_') out += is_first ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    is_first = c == '_';
  }
  return out;
}

}  // namespace temporalio::timeskip::visibility
