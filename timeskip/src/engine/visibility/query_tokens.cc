// The lexical rules of MySQL, as far as a WHERE clause meets them.
#include "timeskip/src/engine/visibility/query_tokens.h"

#include <array>
#include <cctype>
#include <unordered_set>
#include <utility>

#include "timeskip/src/engine/visibility/value.h"

namespace temporalio::timeskip::visibility {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }
bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Words that the grammar keeps for itself; all others may name an attribute.
const std::unordered_set<std::string_view>& reserved_words() {
  static const auto* const kWords = new std::unordered_set<std::string_view>{"add",
                                                                             "and",
                                                                             "as",
                                                                             "asc",
                                                                             "auto_increment",
                                                                             "between",
                                                                             "binary",
                                                                             "by",
                                                                             "case",
                                                                             "collate",
                                                                             "convert",
                                                                             "create",
                                                                             "cross",
                                                                             "current_date",
                                                                             "substr",
                                                                             "current_time",
                                                                             "database",
                                                                             "substring",
                                                                             "current_timestamp",
                                                                             "databases",
                                                                             "default",
                                                                             "delete",
                                                                             "desc",
                                                                             "describe",
                                                                             "distinct",
                                                                             "div",
                                                                             "drop",
                                                                             "else",
                                                                             "end",
                                                                             "escape",
                                                                             "exists",
                                                                             "explain",
                                                                             "false",
                                                                             "for",
                                                                             "force",
                                                                             "from",
                                                                             "group",
                                                                             "having",
                                                                             "if",
                                                                             "ignore",
                                                                             "in",
                                                                             "index",
                                                                             "inner",
                                                                             "insert",
                                                                             "interval",
                                                                             "into",
                                                                             "is",
                                                                             "join",
                                                                             "key",
                                                                             "left",
                                                                             "like",
                                                                             "limit",
                                                                             "localtime",
                                                                             "localtimestamp",
                                                                             "lock",
                                                                             "match",
                                                                             "maxvalue",
                                                                             "mod",
                                                                             "natural",
                                                                             "next",
                                                                             "not",
                                                                             "null",
                                                                             "on",
                                                                             "or",
                                                                             "order",
                                                                             "outer",
                                                                             "regexp",
                                                                             "rlike",
                                                                             "rename",
                                                                             "replace",
                                                                             "right",
                                                                             "schema",
                                                                             "select",
                                                                             "separator",
                                                                             "set",
                                                                             "show",
                                                                             "starts_with",
                                                                             "table",
                                                                             "straight_join",
                                                                             "tables",
                                                                             "then",
                                                                             "to",
                                                                             "true",
                                                                             "union",
                                                                             "unique",
                                                                             "update",
                                                                             "use",
                                                                             "using",
                                                                             "utc_date",
                                                                             "utc_time",
                                                                             "utc_timestamp",
                                                                             "values",
                                                                             "when",
                                                                             "where"};
  return *kWords;
}

// Words of SQL that may name an attribute all the same; the name is then the word in lower case, as the parser of the
// real server has it.
const std::unordered_set<std::string_view>& other_words() {
  static const auto* const kWords = new std::unordered_set<std::string_view>{"_binary",
                                                                             "accessible",
                                                                             "against",
                                                                             "all",
                                                                             "alter",
                                                                             "analyze",
                                                                             "asensitive",
                                                                             "before",
                                                                             "begin",
                                                                             "bigint",
                                                                             "bit",
                                                                             "blob",
                                                                             "bool",
                                                                             "boolean",
                                                                             "both",
                                                                             "call",
                                                                             "cascade",
                                                                             "cast",
                                                                             "change",
                                                                             "char",
                                                                             "character",
                                                                             "charset",
                                                                             "check",
                                                                             "column",
                                                                             "comment",
                                                                             "commit",
                                                                             "committed",
                                                                             "condition",
                                                                             "constraint",
                                                                             "continue",
                                                                             "current_user",
                                                                             "cursor",
                                                                             "date",
                                                                             "datetime",
                                                                             "day_hour",
                                                                             "day_microsecond",
                                                                             "day_minute",
                                                                             "day_second",
                                                                             "dec",
                                                                             "decimal",
                                                                             "declare",
                                                                             "delayed",
                                                                             "deterministic",
                                                                             "distinctrow",
                                                                             "double",
                                                                             "duplicate",
                                                                             "each",
                                                                             "elseif",
                                                                             "enclosed",
                                                                             "enum",
                                                                             "escaped",
                                                                             "exit",
                                                                             "expansion",
                                                                             "extended",
                                                                             "fetch",
                                                                             "float",
                                                                             "foreign",
                                                                             "full",
                                                                             "fulltext",
                                                                             "generated",
                                                                             "geometry",
                                                                             "geometrycollection",
                                                                             "get",
                                                                             "global",
                                                                             "grant",
                                                                             "group_concat",
                                                                             "high_priority",
                                                                             "hour_microsecond",
                                                                             "hour_minute",
                                                                             "hour_second",
                                                                             "infile",
                                                                             "inout",
                                                                             "insensitive",
                                                                             "int",
                                                                             "integer",
                                                                             "io_after_gtids",
                                                                             "isolation",
                                                                             "iterate",
                                                                             "json",
                                                                             "key_block_size",
                                                                             "keys",
                                                                             "kill",
                                                                             "language",
                                                                             "last_insert_id",
                                                                             "leading",
                                                                             "leave",
                                                                             "less",
                                                                             "level",
                                                                             "linear",
                                                                             "lines",
                                                                             "linestring",
                                                                             "load",
                                                                             "long",
                                                                             "longblob",
                                                                             "longtext",
                                                                             "loop",
                                                                             "low_priority",
                                                                             "master_bind",
                                                                             "mediumblob",
                                                                             "mediumint",
                                                                             "mediumtext",
                                                                             "middleint",
                                                                             "minute_microsecond",
                                                                             "minute_second",
                                                                             "mode",
                                                                             "modifies",
                                                                             "multilinestring",
                                                                             "multipoint",
                                                                             "multipolygon",
                                                                             "names",
                                                                             "nchar",
                                                                             "no_write_to_binlog",
                                                                             "numeric",
                                                                             "offset",
                                                                             "only",
                                                                             "optimize",
                                                                             "optimizer_costs",
                                                                             "option",
                                                                             "optionally",
                                                                             "out",
                                                                             "outfile",
                                                                             "partition",
                                                                             "point",
                                                                             "polygon",
                                                                             "precision",
                                                                             "primary",
                                                                             "procedure",
                                                                             "processlist",
                                                                             "query",
                                                                             "range",
                                                                             "read",
                                                                             "read_write",
                                                                             "reads",
                                                                             "real",
                                                                             "references",
                                                                             "release",
                                                                             "reorganize",
                                                                             "repair",
                                                                             "repeat",
                                                                             "repeatable",
                                                                             "require",
                                                                             "resignal",
                                                                             "restrict",
                                                                             "return",
                                                                             "revoke",
                                                                             "rollback",
                                                                             "schemas",
                                                                             "second_microsecond",
                                                                             "sensitive",
                                                                             "serializable",
                                                                             "session",
                                                                             "share",
                                                                             "signal",
                                                                             "signed",
                                                                             "smallint",
                                                                             "spatial",
                                                                             "specific",
                                                                             "sql",
                                                                             "sql_big_result",
                                                                             "sql_cache",
                                                                             "sql_calc_found_rows",
                                                                             "sql_no_cache",
                                                                             "sql_small_result",
                                                                             "sqlexception",
                                                                             "sqlstate",
                                                                             "sqlwarning",
                                                                             "ssl",
                                                                             "start",
                                                                             "starting",
                                                                             "status",
                                                                             "stored",
                                                                             "stream",
                                                                             "terminated",
                                                                             "text",
                                                                             "than",
                                                                             "time",
                                                                             "timestamp",
                                                                             "tinyblob",
                                                                             "tinyint",
                                                                             "tinytext",
                                                                             "trailing",
                                                                             "transaction",
                                                                             "trigger",
                                                                             "truncate",
                                                                             "uncommitted",
                                                                             "undo",
                                                                             "unlock",
                                                                             "unsigned",
                                                                             "usage",
                                                                             "varbinary",
                                                                             "varchar",
                                                                             "varcharacter",
                                                                             "variables",
                                                                             "varying",
                                                                             "view",
                                                                             "vindex",
                                                                             "vindexes",
                                                                             "virtual",
                                                                             "vitess_keyspaces",
                                                                             "vitess_shards",
                                                                             "vitess_tablets",
                                                                             "vschema_tables",
                                                                             "while",
                                                                             "with",
                                                                             "write",
                                                                             "xor",
                                                                             "year",
                                                                             "year_month",
                                                                             "zerofill"};
  return *kWords;
}

bool is_reserved(std::string_view word) { return reserved_words().count(word) != 0; }

// What a backslash and this character stand for.
char unescaped(char c) {
  switch (c) {
    case '0':
      return '\0';
    case 'b':
      return '\b';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'Z':
      return 26;
    default:
      return c;
  }
}

}  // namespace

Token Tokenizer::finish(Token::Kind kind, std::string text) const { return {kind, std::move(text), at_ + 1}; }

void Tokenizer::skip_blanks_and_comments(bool& is_comment_open) {
  const auto skip_line = [this] {
    while (!is_at_end() && text_[at_] != '\n') ++at_;
  };
  while (!is_at_end()) {
    if (is_blank(at(0))) {
      ++at_;
    } else if (at(0) == '#' || (at(0) == '/' && at(1) == '/') || (at(0) == '-' && at(1) == '-')) {
      skip_line();
    } else if (at(0) == '/' && at(1) == '*') {
      const auto end = text_.find("*/", at_ + 2);
      is_comment_open = end == std::string_view::npos;
      at_ = is_comment_open ? text_.size() : end + 2;
    } else {
      return;
    }
  }
}

Token Tokenizer::next() {
  bool is_comment_open = false;
  skip_blanks_and_comments(is_comment_open);
  if (is_comment_open) return finish(Token::Kind::kBad, {});
  if (is_at_end()) return {Token::Kind::kEnd, {}, text_.size() + 1};
  const char c = at(0);
  if (is_letter(c)) return name();
  if (is_digit(c) || (c == '.' && is_digit(at(1)))) return number();
  if (c == '\'' || c == '"') return string();
  if (c == '`') return quoted_name();
  if (c == ':' || c == '?') return parameter();
  return symbol();
}

Token Tokenizer::name() {
  const std::size_t begin = at_;
  while (is_letter(at(0)) || is_digit(at(0))) ++at_;
  const std::string_view word = text_.substr(begin, at_ - begin);
  std::string lower = lower_case(word);
  if ((lower == "x" || lower == "b") && at(0) == '\'') {  // x'0f', b'01'
    const auto end = text_.find('\'', at_ + 1);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    return finish(end == std::string_view::npos ? Token::Kind::kBad : Token::Kind::kOtherValue,
                  std::string(text_.substr(begin, at_ - begin)));
  }
  if (is_reserved(lower)) return finish(Token::Kind::kKeyword, std::move(lower));
  if (other_words().count(lower) != 0) return finish(Token::Kind::kName, std::move(lower));
  return finish(Token::Kind::kName, std::string(word));
}

Token Tokenizer::quoted_name() {
  std::string out;
  for (++at_; !is_at_end(); ++at_) {
    if (at(0) != '`') {
      out += at(0);
    } else if (at(1) == '`') {
      out += text_[at_++];
    } else {
      ++at_;
      const auto kind = out.empty() ? Token::Kind::kBad : Token::Kind::kName;
      return finish(kind, std::move(out));
    }
  }
  return finish(Token::Kind::kBad, std::move(out));
}

Token Tokenizer::number() {
  const std::size_t begin = at_;
  auto kind = Token::Kind::kInteger;
  if (at(0) == '0' && (at(1) == 'x' || at(1) == 'X')) {
    kind = Token::Kind::kOtherValue;
    at_ += 2;
    while (is_hex_digit(at(0))) ++at_;
  } else {
    while (is_digit(at(0))) ++at_;
    if (at(0) == '.') {
      kind = Token::Kind::kDecimal;
      ++at_;
      while (is_digit(at(0))) ++at_;
    }
    if (at(0) == 'e' || at(0) == 'E') {
      kind = Token::Kind::kDecimal;
      ++at_;
      if (at(0) == '+' || at(0) == '-') ++at_;
      while (is_digit(at(0))) ++at_;
    }
  }
  if (is_letter(at(0))) kind = Token::Kind::kBad;  // a letter cannot follow a number at once
  return finish(kind, std::string(text_.substr(begin, at_ - begin)));
}

Token Tokenizer::string() {
  const char quote = text_[at_++];
  std::string out;
  for (; !is_at_end(); ++at_) {
    if (at(0) == '\\') {
      if (++at_; is_at_end()) break;
      out += unescaped(at(0));
    } else if (at(0) != quote) {
      out += at(0);
    } else if (at(1) == quote) {
      out += text_[at_++];
    } else {
      ++at_;
      return finish(Token::Kind::kString, std::move(out));
    }
  }
  return finish(Token::Kind::kBad, std::move(out));
}

Token Tokenizer::parameter() {
  const std::size_t begin = at_++;
  if (text_[begin] == ':') {
    if (at(0) == ':') ++at_;
    if (!is_letter(at(0))) return finish(Token::Kind::kBad, std::string(text_.substr(begin, at_ - begin)));
    while (is_letter(at(0)) || is_digit(at(0)) || at(0) == '.') ++at_;
  }
  return finish(Token::Kind::kOtherValue, std::string(text_.substr(begin, at_ - begin)));
}

Token Tokenizer::symbol() {
  // The longest first.
  static constexpr std::array<std::string_view, 27> kSymbols = {"<=>", "->>", "<=", ">=", "<>", "!=", "<<", ">>", "&&",
                                                                "||",  "->",  "=",  "<",  ">",  "(",  ")",  ",",  ";",
                                                                ".",   "+",   "-",  "*",  "/",  "%",  "^",  "~",  "!"};
  const std::string_view rest = text_.substr(at_);
  for (const std::string_view symbol : kSymbols) {
    if (!rest.starts_with(symbol)) continue;
    at_ += symbol.size();
    if (symbol == "<>") return finish(Token::Kind::kSymbol, "!=");
    if (symbol == "&&") return finish(Token::Kind::kKeyword, "and");
    if (symbol == "||") return finish(Token::Kind::kKeyword, "or");
    return finish(Token::Kind::kSymbol, std::string(symbol));
  }
  ++at_;
  if (rest.front() == '&' || rest.front() == '|') return finish(Token::Kind::kSymbol, std::string(1, rest.front()));
  return finish(Token::Kind::kBad, std::string(1, rest.front()));
}

}  // namespace temporalio::timeskip::visibility
