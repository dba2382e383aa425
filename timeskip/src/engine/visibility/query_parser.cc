// A parser by precedence:
//
//   OR < AND < NOT < comparisons, IS < | < & < shifts < + - < * / DIV % MOD < ^ < signs
//
// An error names the first token with which no valid query can begin, and the position after it.
#include "timeskip/src/engine/visibility/query_parser.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "timeskip/src/engine/visibility/query_tokens.h"

namespace temporalio::timeskip::visibility {
namespace {

using Kind = Node::Kind;

// The real server parses a whole statement, and positions count from its start.
constexpr std::string_view kStatement = "select * from table1 ";
constexpr int kMaxNesting = 200;

NodePtr make(Kind kind, std::string text = {}) {
  auto node = std::make_unique<Node>();
  node->kind = kind;
  node->text = std::move(text);
  return node;
}

template <class... Children>
NodePtr make_with(Kind kind, std::string text, Children... children) {
  NodePtr node = make(kind, std::move(text));
  (node->children.push_back(std::move(children)), ...);
  return node;
}

std::string trimmed(std::string_view text) {
  const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
  const auto first = std::find_if_not(text.begin(), text.end(), is_space);
  const auto last = std::find_if_not(text.rbegin(), text.rend(), is_space).base();
  return first < last ? std::string(first, last) : std::string();
}

bool begins_with_clause(std::string_view query, std::string_view clause) {
  return query.size() >= clause.size() && std::equal(clause.begin(), clause.end(), query.begin(), [](char a, char b) {
           return a == std::tolower(static_cast<unsigned char>(b));
         });
}

std::string statement_of(std::string_view query) {
  const std::string condition = trimmed(query);
  std::string statement(kStatement);
  const bool is_bare = begins_with_clause(condition, "order by") || begins_with_clause(condition, "group by");
  if (!condition.empty() && !is_bare) statement += "where ";
  return statement + condition;
}

// Each parsing function returns null once something is wrong; the first error stays.
class Parser {
 public:
  explicit Parser(std::string statement) : statement_(std::move(statement)), tokens_(statement_) {
    token_ = tokens_.next();
    for (int i = 0; i < 4; ++i) advance();  // select * from table1
  }

  ParsedQuery parse();

 private:
  void advance() { token_ = tokens_.next(); }
  NodePtr fail(std::string_view what = "syntax error");
  bool take_symbol(std::string_view symbol);
  bool take_keyword(std::string_view keyword);
  bool expect_keyword(std::string_view keyword) { return take_keyword(keyword) || fail_here(); }
  bool expect_symbol(std::string_view symbol) { return take_symbol(symbol) || fail_here(); }
  bool fail_here() {
    fail();
    return false;
  }
  bool enter();
  void leave() { --nesting_; }

  NodePtr disjunction();
  NodePtr conjunction();
  NodePtr negation();
  NodePtr condition();
  NodePtr condition_after(NodePtr left);
  NodePtr negated_condition(NodePtr left);
  NodePtr in_list(NodePtr left, std::string text);
  NodePtr pattern(NodePtr left, std::string text);
  NodePtr range(NodePtr left, std::string text);
  NodePtr is_suffixes(NodePtr left);
  std::optional<int> binary_level() const;
  NodePtr arithmetic(int level);
  NodePtr sign();
  NodePtr primary();
  NodePtr name();
  NodePtr tuple();
  bool list_until_closed(std::vector<NodePtr>& items);
  bool clauses(ParsedQuery& query);
  bool order_by(ParsedQuery& query);
  bool limit(ParsedQuery& query);

  const std::string statement_;
  Tokenizer tokens_;
  Token token_;
  int nesting_ = 0;
  std::string error_;
};

NodePtr Parser::fail(std::string_view what) {
  if (!error_.empty()) return nullptr;
  error_ = std::string(what) + " at position " + std::to_string(token_.position);
  if (!token_.shown().empty()) error_ += " near '" + std::string(token_.shown()) + "'";
  return nullptr;
}

bool Parser::take_symbol(std::string_view symbol) {
  if (!token_.is_symbol(symbol)) return false;
  advance();
  return true;
}

bool Parser::take_keyword(std::string_view keyword) {
  if (!token_.is_keyword(keyword)) return false;
  advance();
  return true;
}

// Bounds the recursion.
bool Parser::enter() {
  if (++nesting_ < kMaxNesting) return true;
  fail("max nesting level reached");
  return false;
}

// A chain is one node, however long it is, so that nothing recurses along it.
NodePtr Parser::disjunction() {
  NodePtr first = conjunction();
  if (first == nullptr || !token_.is_keyword("or")) return first;
  NodePtr chain = make_with(Kind::kOr, "or", std::move(first));
  while (take_keyword("or")) {
    NodePtr next = conjunction();
    if (next == nullptr) return nullptr;
    chain->children.push_back(std::move(next));
  }
  return chain;
}

NodePtr Parser::conjunction() {
  NodePtr first = negation();
  if (first == nullptr || !token_.is_keyword("and")) return first;
  NodePtr chain = make_with(Kind::kAnd, "and", std::move(first));
  while (take_keyword("and")) {
    NodePtr next = negation();
    if (next == nullptr) return nullptr;
    chain->children.push_back(std::move(next));
  }
  return chain;
}

NodePtr Parser::negation() {
  if (!token_.is_keyword("not")) return condition();
  if (!enter()) return nullptr;
  advance();
  NodePtr operand = negation();
  if (operand == nullptr) return nullptr;
  leave();
  return make_with(Kind::kNot, "not", std::move(operand));
}

NodePtr Parser::condition() {
  if (take_keyword("default")) {
    if (take_symbol("(")) {
      if (token_.kind != Token::Kind::kName) return fail();
      advance();
      if (!expect_symbol(")")) return nullptr;
    }
    return is_suffixes(make(Kind::kDefault));
  }
  NodePtr left = arithmetic(0);
  if (left == nullptr) return nullptr;
  return is_suffixes(condition_after(std::move(left)));
}

NodePtr Parser::condition_after(NodePtr left) {
  static constexpr std::array<std::string_view, 7> kComparisons = {"=", "<", ">", "<=", ">=", "!=", "<=>"};
  for (const std::string_view symbol : kComparisons) {
    if (!take_symbol(symbol)) continue;
    NodePtr right = arithmetic(0);
    if (right == nullptr) return nullptr;
    return make_with(Kind::kComparison, std::string(symbol), std::move(left), std::move(right));
  }
  if (take_keyword("in")) return in_list(std::move(left), "in");
  if (take_keyword("between")) return range(std::move(left), "between");
  for (const std::string_view keyword : {"like", "regexp", "rlike", "starts_with"}) {
    if (take_keyword(keyword)) return pattern(std::move(left), std::string(keyword));
  }
  if (take_keyword("not")) return negated_condition(std::move(left));
  return left;
}

NodePtr Parser::negated_condition(NodePtr left) {
  if (take_keyword("in")) return in_list(std::move(left), "not in");
  if (take_keyword("between")) return range(std::move(left), "not between");
  for (const std::string_view keyword : {"like", "regexp", "rlike", "starts_with"}) {
    if (take_keyword(keyword)) return pattern(std::move(left), "not " + std::string(keyword));
  }
  return fail();
}

NodePtr Parser::in_list(NodePtr left, std::string text) {
  if (!token_.is_symbol("(")) return fail();
  NodePtr list = tuple();
  if (list == nullptr) return nullptr;
  list->kind = Kind::kTuple;  // also of one item
  return make_with(Kind::kComparison, std::move(text), std::move(left), std::move(list));
}

NodePtr Parser::pattern(NodePtr left, std::string text) {
  NodePtr right = arithmetic(0);
  if (right == nullptr) return nullptr;
  if (text.ends_with("like") && take_keyword("escape")) {
    if (arithmetic(0) == nullptr) return nullptr;
  }
  return make_with(Kind::kComparison, std::move(text), std::move(left), std::move(right));
}

NodePtr Parser::range(NodePtr left, std::string text) {
  NodePtr from = arithmetic(0);
  if (from == nullptr || !expect_keyword("and")) return nullptr;
  NodePtr to = arithmetic(0);
  if (to == nullptr) return nullptr;
  return make_with(Kind::kRange, std::move(text), std::move(left), std::move(from), std::move(to));
}

NodePtr Parser::is_suffixes(NodePtr left) {
  while (left != nullptr && take_keyword("is")) {
    std::string text = take_keyword("not") ? "is not " : "is ";
    if (!token_.is_keyword("null") && !token_.is_keyword("true") && !token_.is_keyword("false")) return fail();
    text += token_.text;
    advance();
    if (!enter()) return nullptr;  // never left: each is one level deeper
    left = make_with(Kind::kIs, std::move(text), std::move(left));
  }
  return left;
}

// How tightly the operator at hand binds its operands; nothing where there is none.
std::optional<int> Parser::binary_level() const {
  static constexpr std::array<std::pair<std::string_view, int>, 10> kSymbols = {
      {{"|", 0}, {"&", 1}, {"<<", 2}, {">>", 2}, {"+", 3}, {"-", 3}, {"*", 4}, {"/", 4}, {"%", 4}, {"^", 5}}};
  if (token_.is_keyword("div") || token_.is_keyword("mod")) return 4;
  if (token_.kind != Token::Kind::kSymbol) return std::nullopt;
  for (const auto& [symbol, level] : kSymbols) {
    if (token_.text == symbol) return level;
  }
  return std::nullopt;
}

NodePtr Parser::arithmetic(int level) {
  NodePtr left = sign();
  while (left != nullptr) {
    const std::optional<int> found = binary_level();
    if (!found.has_value() || *found < level) return left;
    std::string text = token_.text;
    advance();
    if (!enter()) return nullptr;  // never left: each is one level deeper
    NodePtr right = arithmetic(*found + 1);
    if (right == nullptr) return nullptr;
    left = make_with(Kind::kBinary, std::move(text), std::move(left), std::move(right));
  }
  return left;
}

NodePtr Parser::sign() {
  const bool is_sign = token_.is_symbol("-") || token_.is_symbol("+") || token_.is_symbol("~") ||
                       token_.is_symbol("!") || token_.is_keyword("binary");
  if (!is_sign) return primary();
  if (!enter()) return nullptr;
  std::string text = token_.text;
  advance();
  NodePtr operand = sign();
  if (operand == nullptr) return nullptr;
  leave();
  if (operand->kind == Kind::kInteger && text == "+") return operand;
  if (operand->kind == Kind::kInteger && text == "-") {
    std::string& digits = operand->text;
    digits = digits.starts_with('-') ? digits.substr(1) : "-" + digits;
    return operand;
  }
  return make_with(Kind::kUnary, std::move(text), std::move(operand));
}

NodePtr Parser::primary() {
  const auto literal = [this](Kind kind) {
    NodePtr node = make(kind, token_.text);
    advance();
    return node;
  };
  switch (token_.kind) {
    case Token::Kind::kName:
      return name();
    case Token::Kind::kString:
      return literal(Kind::kString);
    case Token::Kind::kInteger:
      return literal(Kind::kInteger);
    case Token::Kind::kDecimal:
      return literal(Kind::kDecimal);
    case Token::Kind::kOtherValue:
      return literal(Kind::kOtherValue);
    case Token::Kind::kKeyword:
      if (token_.text == "null") return literal(Kind::kNull);
      if (token_.text == "true" || token_.text == "false") return literal(Kind::kBool);
      return fail();
    default:
      return token_.is_symbol("(") ? tuple() : fail();
  }
}

// A column, qualified or not, or a call of a function.
NodePtr Parser::name() {
  NodePtr node = make(Kind::kColumn, token_.text);
  advance();
  while (take_symbol(".")) {
    if (token_.kind != Token::Kind::kName && token_.kind != Token::Kind::kKeyword) return fail();
    node->text += "." + token_.text;
    advance();
  }
  if (!token_.is_symbol("(")) return node;
  if (!enter()) return nullptr;
  advance();
  node->kind = Kind::kFunction;
  const bool has_arguments = !token_.is_symbol(")") && !token_.is_symbol("*");
  if (!has_arguments) take_symbol("*");
  if (has_arguments ? !list_until_closed(node->children) : !expect_symbol(")")) return nullptr;
  leave();
  return node;
}

NodePtr Parser::tuple() {
  if (!enter()) return nullptr;
  advance();
  NodePtr node = make(Kind::kTuple);
  if (!list_until_closed(node->children)) return nullptr;
  leave();
  if (node->children.size() == 1) node->kind = Kind::kParens;
  return node;
}

bool Parser::list_until_closed(std::vector<NodePtr>& items) {
  do {
    NodePtr item = disjunction();
    if (item == nullptr) return false;
    items.push_back(std::move(item));
  } while (take_symbol(","));
  return expect_symbol(")");
}

bool Parser::order_by(ParsedQuery& query) {
  if (!expect_keyword("by")) return false;
  do {
    NodePtr item = disjunction();
    if (item == nullptr) return false;
    query.order_by.push_back(std::move(item));
    if (!take_keyword("asc")) take_keyword("desc");
  } while (take_symbol(","));
  return true;
}

bool Parser::limit(ParsedQuery& query) {
  query.has_limit = true;
  if (disjunction() == nullptr) return false;
  const bool has_offset = token_.kind == Token::Kind::kName && begins_with_clause(token_.text, "offset");
  if (has_offset) advance();
  return !(has_offset || take_symbol(",")) || disjunction() != nullptr;
}

// What may follow the condition, in this order.
bool Parser::clauses(ParsedQuery& query) {
  if (take_keyword("where")) {
    query.where = disjunction();
    if (query.where == nullptr) return false;
  }
  if (take_keyword("group")) {
    if (!expect_keyword("by")) return false;
    do {
      NodePtr item = disjunction();
      if (item == nullptr) return false;
      query.group_by.push_back(std::move(item));
    } while (take_symbol(","));
  }
  if (take_keyword("having") && disjunction() == nullptr) return false;
  if (take_keyword("order") && !order_by(query)) return false;
  if (take_keyword("limit") && !limit(query)) return false;
  take_symbol(";");
  if (token_.kind != Token::Kind::kEnd) return fail_here();
  return true;
}

ParsedQuery Parser::parse() {
  ParsedQuery query;
  if (!clauses(query)) query.error = std::move(error_);
  return query;
}

}  // namespace

ParsedQuery parse_query(std::string_view query) { return Parser(statement_of(query)).parse(); }

std::string_view kind_name(Node::Kind kind) {
  switch (kind) {
    case Kind::kColumn:
      return "*sqlparser.ColName";
    case Kind::kNull:
      return "*sqlparser.NullVal";
    case Kind::kBool:
      return "sqlparser.BoolVal";
    case Kind::kTuple:
      return "sqlparser.ValTuple";
    case Kind::kParens:
      return "*sqlparser.ParenExpr";
    case Kind::kUnary:
      return "*sqlparser.UnaryExpr";
    case Kind::kBinary:
      return "*sqlparser.BinaryExpr";
    case Kind::kFunction:
      return "*sqlparser.FuncExpr";
    case Kind::kDefault:
      return "*sqlparser.Default";
    case Kind::kComparison:
      return "*sqlparser.ComparisonExpr";
    case Kind::kRange:
      return "*sqlparser.RangeCond";
    case Kind::kIs:
      return "*sqlparser.IsExpr";
    case Kind::kAnd:
      return "*sqlparser.AndExpr";
    case Kind::kOr:
      return "*sqlparser.OrExpr";
    case Kind::kNot:
      return "*sqlparser.NotExpr";
    default:
      return "*sqlparser.SQLVal";
  }
}

std::string shown(const Node& node) {
  switch (node.kind) {
    case Kind::kString:
      return "'" + node.text + "'";
    case Kind::kUnary:
      return node.text + (node.children.empty() ? std::string() : shown(*node.children.front()));
    default:
      return node.text;
  }
}

}  // namespace temporalio::timeskip::visibility
