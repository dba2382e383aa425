// Splits a visibility query into tokens, with the position that the real server's error texts name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace temporalio::timeskip::visibility {

struct Token {
  enum class Kind {
    kEnd,
    kName,     // an identifier, in backquotes or not
    kKeyword,  // `text` is in lower case
    kString,   // `text` without quotes and escapes
    kInteger,
    kDecimal,
    kOtherValue,  // hexadecimal numbers, bit values and parameters: syntax that no attribute takes
    kSymbol,      // `text` is one of = < > <= >= != <=> ( ) , ; . + - * / % ^ ~ & | << >> ! ->  ->>
    kBad,         // what starts no token, or an unfinished one
  };

  Kind kind = Kind::kEnd;
  std::string text;
  std::size_t position = 0;  // 1-based, of the character after the token, in the whole statement

  bool is_symbol(std::string_view symbol) const { return kind == Kind::kSymbol && text == symbol; }
  bool is_keyword(std::string_view keyword) const { return kind == Kind::kKeyword && text == keyword; }
  // What an error message shows; symbols are not shown.
  std::string_view shown() const { return kind == Kind::kSymbol ? std::string_view() : std::string_view(text); }
};

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view statement) : text_(statement) {}

  Token next();

 private:
  char at(std::size_t offset) const { return at_ + offset < text_.size() ? text_[at_ + offset] : '\0'; }
  bool is_at_end() const { return at_ >= text_.size(); }
  void skip_blanks_and_comments(bool& is_comment_open);
  Token name();
  Token quoted_name();
  Token number();
  Token string();
  Token parameter();
  Token symbol();
  Token finish(Token::Kind kind, std::string text) const;

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace temporalio::timeskip::visibility
