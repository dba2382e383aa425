#include "replayer/src/commands/output_file.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace temporalio::replayer {

void write_output(const std::string& path, const std::string& content) {
  if (path == "-") {
    std::fwrite(content.data(), 1, content.size(), stdout);
    std::fflush(stdout);
    return;
  }
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (!file) throw UsageError(path + ": expected a file that can be written: " + std::strerror(errno));
}

void ColorOption::declare(CLI::App& app) {
  app.add_option("--color", mode_, "Colours on standard output; auto: where it is a terminal")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
}

Terminal ColorOption::terminal() const {
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  Terminal terminal;
  terminal.has_color = mode_ == "always" || (mode_ == "auto" && is_terminal);
  winsize size{};
  if (is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) terminal.width = size.ws_col;
  return terminal;
}

}  // namespace temporalio::replayer
