// One subcommand of temporal-replay: its options and what it does. Each has a file of its own here and a row in
// catalogue.cc.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "temporalio/replayer.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace temporalio::replayer {

using AddWorkflows = std::function<void(Replayer&)>;

// What is wrong with a command line, an option's file or an output file: printed after the program's name, exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

constexpr int kBadUsage = 2;

class Command {
 public:
  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  virtual ~Command() = default;

  virtual const char* name() const = 0;
  virtual const char* summary() const = 0;
  virtual void declare(CLI::App& app) = 0;
  // After parsing. Answers the exit code; throws UsageError.
  virtual int run() = 0;
};

// All subcommands, in the order of the help text. `add_workflows` is what the program itself adds; may be empty.
std::vector<std::unique_ptr<Command>> commands(const AddWorkflows& add_workflows);

}  // namespace temporalio::replayer
