// Literals, type by type, with the texts of the real server for those that do not fit.
#include "timeskip/src/engine/visibility/query_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "timeskip/src/engine/core/search_attribute_value.h"

namespace temporalio::timeskip::visibility {
namespace {

using Kind = Node::Kind;

const std::string kInvalid = "invalid expression: ";
const std::string kNotSupported = "operation is not supported: ";

constexpr const char kExecutionStatus[] = "ExecutionStatus";
constexpr const char kExecutionDuration[] = "ExecutionDuration";

// A literal, by the type that its form gives it.
using Literal = std::variant<bool, std::int64_t, double, std::string>;

const char* literal_type(const Literal& literal) {
  static constexpr std::array<const char*, 4> kNames = {"bool", "int64", "float64", "string"};
  return kNames[literal.index()];
}

std::string number_text(double number) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  return {buffer.data(), end};
}

std::string literal_text(const Literal& literal) {
  if (const auto* truth = std::get_if<bool>(&literal)) return *truth ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&literal)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&literal)) return number_text(*real);
  return "\"" + std::get<std::string>(literal) + "\"";
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Literal> parse_literal(const Node& node, std::string& error) {
  if (node.kind == Kind::kString) return Literal(node.text);
  if (const auto integer = parse_number<std::int64_t>(node.text)) return Literal(*integer);
  if (const auto real = parse_number<double>(node.text)) return Literal(*real);
  error = kInvalid + "unable to parse value \"" + shown(node) + "\"";
  return std::nullopt;
}

std::optional<Value> wrong_type(const Literal& literal, const Column& column, std::string& error) {
  error = kInvalid + "invalid value type for search attribute " + column.alias + " of type " + type_name(column.type) +
          ": " + literal_text(literal) + " (type: " + literal_type(literal) + ")";
  return std::nullopt;
}

std::optional<Value> status_value(const Literal& literal, std::string& error) {
  if (const auto* number = std::get_if<std::int64_t>(&literal)) {
    if (*number >= 0 && *number <= enums::WorkflowExecutionStatus_MAX) return Value(*number);
  } else if (const auto* text = std::get_if<std::string>(&literal)) {
    for (int status = enums::WorkflowExecutionStatus_MIN; status <= enums::WorkflowExecutionStatus_MAX; ++status) {
      const auto value = static_cast<enums::WorkflowExecutionStatus>(status);
      if (status_name(value) == *text || enums::WorkflowExecutionStatus_Name(value) == *text) {
        return Value(static_cast<std::int64_t>(status));
      }
    }
  } else {
    error = kInvalid + "unexpected value type " + literal_type(literal) + " for search attribute " + kExecutionStatus;
    return std::nullopt;
  }
  const auto* text = std::get_if<std::string>(&literal);
  error = kInvalid + "invalid " + kExecutionStatus + " value " +
          (text != nullptr ? "'" + *text + "'" : literal_text(literal));
  return std::nullopt;
}

std::optional<Value> length_value(const Literal& literal, std::string& error) {
  if (const auto* number = std::get_if<std::int64_t>(&literal)) return Value(*number);
  if (const auto* text = std::get_if<std::string>(&literal)) {
    if (const auto length = parse_length(*text)) return Value(*length);
    error = kInvalid + "invalid duration value for search attribute " + kExecutionDuration + ": " + *text;
  } else {
    error = kInvalid + "unexpected value type " + literal_type(literal) + " for search attribute " + kExecutionDuration;
  }
  return std::nullopt;
}

std::optional<Value> time_value(const Literal& literal, const Column& column, std::string& error) {
  constexpr std::int64_t kNanosPerMicro = 1000;
  if (const auto* nanos = std::get_if<std::int64_t>(&literal)) return Value(*nanos / kNanosPerMicro);
  const auto* text = std::get_if<std::string>(&literal);
  if (text == nullptr) return wrong_type(literal, column, error);
  if (const auto micros = parse_datetime_micros(*text)) return Value(*micros);
  error = kInvalid + "unable to parse datetime '" + *text + "'";
  return std::nullopt;
}

std::optional<Value> text_value(const Literal& literal, const Column& column, std::string& error) {
  const auto* text = std::get_if<std::string>(&literal);
  if (text == nullptr) return wrong_type(literal, column, error);
  const bool is_blank = std::all_of(text->begin(), text->end(), [](char c) { return c == ' '; });
  if (column.type == enums::INDEXED_VALUE_TYPE_TEXT && is_blank) {
    error = kInvalid + "no tokens found filtering on Text type search attribute " + column.alias;
    return std::nullopt;
  }
  return Value(column.type == enums::INDEXED_VALUE_TYPE_KEYWORD_LIST ? lower_case(*text) : *text);
}

std::optional<Value> typed_value(const Literal& literal, const Column& column, std::string& error) {
  switch (column.type) {
    case enums::INDEXED_VALUE_TYPE_INT:
    case enums::INDEXED_VALUE_TYPE_DOUBLE:
      if (const auto* integer = std::get_if<std::int64_t>(&literal)) return Value(*integer);
      if (const auto* real = std::get_if<double>(&literal)) return Value(*real);
      return wrong_type(literal, column, error);
    case enums::INDEXED_VALUE_TYPE_BOOL:
      if (const auto* truth = std::get_if<bool>(&literal)) return Value(std::int64_t{*truth ? 1 : 0});
      return wrong_type(literal, column, error);
    case enums::INDEXED_VALUE_TYPE_DATETIME:
      return time_value(literal, column, error);
    default:
      return text_value(literal, column, error);
  }
}

std::optional<Value> signed_value(const Node& node, const Column& column, std::string& error) {
  if (node.text != "-" && node.text != "+") {
    error = kNotSupported + "unary operator \"" + node.text + "\"";
    return std::nullopt;
  }
  const Node& operand = *node.children.front();
  if (operand.kind != Kind::kDecimal) {
    error = kInvalid + "unary operator not supported in \"" + shown(node) + "\"";
    return std::nullopt;
  }
  std::optional<Value> value = convert_value(operand, column, error);
  if (!value.has_value() || node.text == "+") return value;
  if (const auto* real = std::get_if<double>(&*value)) return Value(-*real);
  error = kInvalid + "unary expression \"" + shown(node) + "\"";
  return std::nullopt;
}

// "1.5h": a number and its unit, taken off the front.
std::optional<double> take_part(std::string_view& text) {
  static constexpr std::array<std::pair<std::string_view, double>, 9> kUnits = {{{"ns", 1},
                                                                                 {"us", 1e3},
                                                                                 {"\xc2\xb5s", 1e3},
                                                                                 {"\xce\xbcs", 1e3},
                                                                                 {"ms", 1e6},
                                                                                 {"s", 1e9},
                                                                                 {"m", 60e9},
                                                                                 {"h", 3600e9},
                                                                                 {"d", 86400e9}}};
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  for (const auto& [unit, nanos] : kUnits) {
    if (!text.starts_with(unit)) continue;
    text.remove_prefix(unit.size());
    return number * nanos;
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_clock(std::string_view text) {
  std::array<std::int64_t, 3> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto end = i + 1 < parts.size() ? text.find(':') : text.size();
    if (end == std::string_view::npos) return std::nullopt;
    const auto part = parse_number<std::int64_t>(text.substr(0, end));
    if (!part.has_value() || *part < 0 || (i > 0 && *part > 59)) return std::nullopt;
    parts[i] = *part;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1'000'000'000;
}

}  // namespace

std::optional<std::int64_t> parse_length(std::string_view text) {
  if (const auto nanos = parse_number<std::int64_t>(text)) return nanos;
  std::string_view rest = text;
  const bool is_negative = rest.starts_with('-');
  if (is_negative || rest.starts_with('+')) rest.remove_prefix(1);
  double sum = 0;
  std::optional<double> part;
  do {
    part = take_part(rest);
    sum += part.value_or(0);
  } while (part.has_value() && !rest.empty());
  constexpr double kMost = 9.2e18;
  if (part.has_value() && sum < kMost) return static_cast<std::int64_t>(is_negative ? -sum : sum);
  return parse_clock(text);
}

std::optional<Value> convert_value(const Node& node, const Column& column, std::string& error) {
  switch (node.kind) {
    case Kind::kString:
    case Kind::kInteger:
    case Kind::kDecimal:
    case Kind::kOtherValue: {
      const auto literal = parse_literal(node, error);
      if (!literal.has_value()) return std::nullopt;
      if (column.name == kExecutionStatus) return status_value(*literal, error);
      if (column.name == kExecutionDuration) return length_value(*literal, error);
      return typed_value(*literal, column, error);
    }
    case Kind::kBool:
      return typed_value(Literal(node.text == "true"), column, error);
    case Kind::kUnary:
      return signed_value(node, column, error);
    case Kind::kFunction:
      error = kNotSupported + "nested func";
      return std::nullopt;
    case Kind::kColumn:
      error = std::string(kNotSupported) +
              "column name on the right side of comparison expression (did you forget to quote \"" + node.text + "\"?)";
      return std::nullopt;
    default:
      error = kInvalid + "unexpected value type " + std::string(kind_name(node.kind));
      return std::nullopt;
  }
}

std::optional<std::vector<Value>> convert_values(const Node& node, const Column& column, std::string& error) {
  std::vector<Value> values;
  const auto add = [&](const Node& item) {
    std::optional<Value> value = convert_value(item, column, error);
    if (value.has_value()) values.push_back(std::move(*value));
    return value.has_value();
  };
  if (node.kind != Kind::kTuple) {
    if (!add(node)) return std::nullopt;
  } else {
    for (const NodePtr& item : node.children) {
      if (!add(*item)) return std::nullopt;
    }
  }
  return values;
}

}  // namespace temporalio::timeskip::visibility
