#include "replayer/src/report/terminal.h"

namespace temporalio::replayer {
namespace {

std::string styled(bool has_color, const char* code, const std::string& text) {
  return has_color ? std::string("\x1b[") + code + "m" + text + "\x1b[0m" : text;
}

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

}  // namespace

std::string Terminal::bold(const std::string& text) const { return styled(has_color, "1", text); }
std::string Terminal::red(const std::string& text) const { return styled(has_color, "1;31", text); }
std::string Terminal::green(const std::string& text) const { return styled(has_color, "32", text); }
std::string Terminal::yellow(const std::string& text) const { return styled(has_color, "1;33", text); }
std::string Terminal::fit(const std::string& line) const { return width == 0 ? line : cut_to_columns(line, width); }

std::string printable(const std::string& text, const char* line_end) {
  constexpr const char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += line_end;
    } else if (byte >= 0x20 && byte != 0x7f) {
      out += c;
    } else {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 0xf]};
    }
  }
  return out;
}

std::size_t columns_of(const std::string& text) {
  std::size_t columns = 0;
  for (const char c : text) columns += begins_character(c) ? 1 : 0;
  return columns;
}

std::string cut_to_columns(const std::string& text, std::size_t columns) {
  if (columns_of(text) <= columns) return text;
  const std::size_t kept = columns < 4 ? columns : columns - 3;
  std::size_t seen = 0, at = 0;
  for (; at < text.size(); ++at) {
    if (begins_character(text[at]) && ++seen > kept) break;
  }
  return text.substr(0, at) + (columns < 4 ? "" : "...");
}

}  // namespace temporalio::replayer
