// How text looks on a terminal, and what histories may print on it.
#pragma once

#include <cstddef>
#include <string>

namespace temporalio::replayer {

struct Terminal {
  bool has_color = false;
  std::size_t width = 0;  // columns; 0: no limit

  std::string bold(const std::string& text) const;
  std::string red(const std::string& text) const;
  std::string green(const std::string& text) const;
  std::string yellow(const std::string& text) const;
  // One line of plain text, cut with "..." where it is wider than the terminal.
  std::string fit(const std::string& line) const;
};

// What histories and code say, without what a terminal would obey. Line ends are shown, too, or kept as `line_end`.
std::string printable(const std::string& text, const char* line_end = "\\x0a");

// The number of columns of UTF-8 text, every character counted as one.
std::size_t columns_of(const std::string& text);
// At most `columns` of them; a cut text ends in "...".
std::string cut_to_columns(const std::string& text, std::size_t columns);

}  // namespace temporalio::replayer
