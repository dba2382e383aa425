// The command line of temporal-test-server: `<port> [--enable-time-skipping]` as SDKs call it, and a little more for
// people.
#pragma once

#include <optional>
#include <string>

namespace temporalio::timeskip {

struct CommandLine {
  int port = 0;
  std::string ip = "127.0.0.1";
  int lifeline = -1;                      // a file descriptor: its end of file ends the server; -1: none
  bool is_time_skipping_enabled = false;  // from the start, not only when a client unlocks
};

struct ParsedCommandLine {
  std::optional<CommandLine> options;  // empty: print `output` and exit with `exit_code`
  std::string output;
  int exit_code = 0;  // 0: help or version, for stdout; 2: bad usage, for stderr
};

ParsedCommandLine parse_command_line(int argc, const char* const* argv, const std::string& version);

}  // namespace temporalio::timeskip
