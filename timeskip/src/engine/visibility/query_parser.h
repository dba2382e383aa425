// The syntax of visibility queries: what may follow WHERE in SQL, as the real server's parser takes it. Which
// attributes and values make sense is decided in query_filter.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace temporalio::timeskip::visibility {

struct Node {
  enum class Kind {
    kColumn,      // text: its name
    kString,      // text: the value
    kInteger,     // text: as written, with its sign
    kDecimal,     // text: as written
    kOtherValue,  // hexadecimal, bits, parameters
    kNull,
    kBool,      // text: "true" or "false"
    kTuple,     // (a, b)
    kParens,    // (a)
    kUnary,     // text: the operator
    kBinary,    // text: the operator, an arithmetic one
    kFunction,  // text: its name
    kDefault,
    kComparison,  // text: the operator, in lower case
    kRange,       // text: "between" or "not between"; a column, from, to
    kIs,          // text: "is null", "is not null", "is true", ...
    kAnd,
    kOr,
    kNot,
  };

  Kind kind = Kind::kNull;
  std::string text;
  std::vector<std::unique_ptr<Node>> children;
};

using NodePtr = std::unique_ptr<Node>;

struct ParsedQuery {
  NodePtr where;  // null: all runs
  std::vector<NodePtr> group_by;
  std::vector<NodePtr> order_by;
  bool has_limit = false;
  std::string error;  // "syntax error at position 30 near 'and'"; empty when the query is well-formed
};

ParsedQuery parse_query(std::string_view query);

// How the real server's error texts call the kind of an expression.
std::string_view kind_name(Node::Kind kind);
// The expression as error texts show it.
std::string shown(const Node& node);

}  // namespace temporalio::timeskip::visibility
