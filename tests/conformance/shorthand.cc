#include "tests/conformance/shorthand.h"

#include <google/protobuf/stubs/strutil.h>

#include <cctype>
#include <map>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace conformance {
namespace {

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Walks over the text of one body and writes the expansion.
class Expander {
 public:
  Expander(std::string_view text, const Shorthand& shorthand) : text_(text), shorthand_(shorthand) {}

  std::string run() {
    while (at_ < text_.size()) step();
    if (!closing_.empty()) throw std::runtime_error("a command's { is not closed");
    return std::move(out_);
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '"') {
      out_ += string_literal();
    } else if (c == '$') {
      ++at_;
      std::string reference;
      while (at_ < text_.size() && (is_word_char(text_[at_]) || text_[at_] == '.')) reference += text_[at_++];
      out_ += shorthand_.resolve(reference);
    } else if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      number();
    } else if (is_word_char(c)) {
      word();
    } else {
      if (c == '{') ++depth_;
      if (c == '}') close_brace();
      out_ += c;
      ++at_;
    }
  }

  void close_brace() {
    --depth_;
    if (!closing_.empty() && closing_.back() == depth_) {
      closing_.pop_back();
      out_ += "}";  // ends `commands {`; the brace itself ends its attributes
    }
  }

  std::string string_literal() {
    const std::size_t start = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2u : 1u;
    if (at_ >= text_.size()) throw std::runtime_error("a string is not closed");
    ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  void number() {
    const std::size_t start = at_;
    while (at_ < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '.'))
      ++at_;
    const std::string digits(text_.substr(start, at_ - start));
    const std::size_t unit_start = at_;
    while (at_ < text_.size() && is_word_char(text_[at_])) ++at_;
    const std::string unit(text_.substr(unit_start, at_ - unit_start));
    static const std::map<std::string, long long> kMilliseconds = {
        {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    const auto scale = kMilliseconds.find(unit);
    if (scale == kMilliseconds.end()) {
      out_ += digits + unit;
      return;
    }
    std::string sign;
    if (!out_.empty() && out_.back() == '-') {
      out_.pop_back();
      sign = "-";
    }
    const long long ms = std::stoll(digits) * scale->second;
    out_ += "{seconds: " + sign + std::to_string(ms / 1000);
    if (ms % 1000 != 0) out_ += " nanos: " + sign + std::to_string(ms % 1000 * 1000000);
    out_ += "}";
  }

  void word() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_word_char(text_[at_])) ++at_;
    const std::string word(text_.substr(start, at_ - start));
    if (at_ < text_.size() && text_[at_] == '[') {
      if (word == "payload" || word == "payloads") return payloads(word == "payloads");
      if (word == "id") {
        out_ += quoted(bracketed() + shorthand_.unique);
        return;
      }
    }
    if (is_command_name(word) && depth_ == 0) return command(word);
    out_ += word;
  }

  // Commands stand at the start of a line, as the API names them: START_TIMER, with or without attributes.
  bool is_command_name(const std::string& word) const {
    for (char c : word) {
      if (std::islower(static_cast<unsigned char>(c)) != 0) return false;
    }
    const auto before = out_.find_last_not_of(" \t");
    return before == std::string::npos || out_[before] == '\n' || out_[before] == '}';
  }

  void command(const std::string& name) {
    std::string field;
    for (char c : name) field += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    out_ += "commands { command_type: COMMAND_TYPE_" + name;
    std::size_t next = at_;
    while (next < text_.size() && (text_[next] == ' ' || text_[next] == '\t')) ++next;
    if (next >= text_.size() || text_[next] != '{') {
      out_ += " }";
      return;
    }
    out_ += " " + field + "_command_attributes {";
    closing_.push_back(depth_);
    ++depth_;
    at_ = next + 1;
  }

  // The text between [ and its ]; strings inside are skipped over.
  std::string bracketed() {
    const std::size_t start = ++at_;
    int depth = 1;
    while (at_ < text_.size()) {
      if (text_[at_] == '"') {
        string_literal();
        continue;
      }
      if (text_[at_] == '[' || text_[at_] == '{') ++depth;
      if (text_[at_] == ']' || text_[at_] == '}') --depth;
      if (depth == 0) break;
      ++at_;
    }
    if (at_ >= text_.size()) throw std::runtime_error("a [ is not closed");
    return std::string(text_.substr(start, at_++ - start));
  }

  void payloads(bool several) {
    const std::string inside = bracketed();
    std::vector<std::string> values(1);
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < inside.size(); ++i) {
      const char c = inside[i];
      if (in_string) {
        if (c == '\\') values.back() += inside[i++];
        if (c == '"') in_string = false;
      } else if (c == '"') {
        in_string = true;
      } else if (c == '[' || c == '{') {
        ++depth;
      } else if (c == ']' || c == '}') {
        --depth;
      } else if (c == ',' && depth == 0) {
        values.emplace_back();
        continue;
      } else if (c == ' ') {
        continue;
      }
      values.back() += inside[i];
    }
    if (several) out_ += "{";
    for (const std::string& value : values) {
      out_ += several ? " payloads {" : "{";
      out_ += R"( metadata { key: "encoding" value: "json/plain" } data: )" + quoted(value) + "}";
    }
    if (several) out_ += "}";
  }

  std::string_view text_;
  const Shorthand& shorthand_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::vector<int> closing_;  // depths at which a command's attributes end
  std::string out_;
};

}  // namespace

std::string quoted(const std::string& bytes) { return "\"" + google::protobuf::CEscape(bytes) + "\""; }

std::string expand(const std::string& body, const Shorthand& shorthand) { return Expander(body, shorthand).run(); }

}  // namespace conformance
