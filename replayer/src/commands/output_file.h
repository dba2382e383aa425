// Files that a subcommand writes, and the option that says how its text looks.
#pragma once

#include <string>

#include "replayer/src/commands/command.h"
#include "replayer/src/report/terminal.h"

namespace temporalio::replayer {

// "-" is standard output. Throws UsageError.
void write_output(const std::string& path, const std::string& content);

// --color auto|always|never
class ColorOption {
 public:
  void declare(CLI::App& app);
  // For standard output as it is now.
  Terminal terminal() const;

 private:
  std::string mode_ = "auto";
};

}  // namespace temporalio::replayer
