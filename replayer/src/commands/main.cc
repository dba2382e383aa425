// The command line of temporal-replay and of programs that call replayer::main(): finds the subcommand and runs it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <string>

#include "replayer/src/commands/command.h"
#include "temporalio/replayer.h"

namespace temporalio::replayer {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 all histories replayed; 1 nondeterminism; 2 bad usage or input; 3 workflow type not registered;\n"
    "4 the workflow code failed otherwise (an exception, a crash, a deadlock). Of several the first of 2, 4, 3, 1 "
    "that\n"
    "occurs: what could not be judged comes before what was judged.";

int refuse(const std::string& what) {
  std::fprintf(stderr, "temporal-replay: %s\n", what.c_str());
  return kBadUsage;
}

// "replay", "show" or "diff".
std::string names_of(const std::vector<std::unique_ptr<Command>>& all) {
  std::string names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i != 0) names += i + 1 == all.size() ? " or " : ", ";
    names.append("\"").append(all[i]->name()).append("\"");
  }
  return names;
}

}  // namespace

int main(int argc, const char* const* argv, const std::function<void(Replayer&)>& add_workflows) {
  CLI::App app("Replays workflow code against recorded histories and shows where they no longer agree.",
               "temporal-replay");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.set_version_flag("--version", "temporal-replay " TEMPORALIO_VERSION);
  const auto all = commands(add_workflows);
  Command* named = nullptr;
  for (const auto& command : all) {
    CLI::App& sub = *app.add_subcommand(command->name(), command->summary());
    sub.footer(kFooter);
    command->declare(sub);
    if (argc > 1 && argv[1] == sub.get_name()) named = command.get();
  }
  // CLI11 would only say that a subcommand is missing.
  if (argc > 1 && argv[1][0] != '-' && named == nullptr)
    return refuse("expected the command " + names_of(all) + ", found \"" + argv[1] + "\"");
  try {
    app.parse(argc, argv);
    return named == nullptr ? refuse("expected the command " + names_of(all) + " first") : named->run();
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? 0 : kBadUsage;  // --help is an error of CLI11 with code 0
  } catch (const UsageError& error) {
    return refuse(error.what());
  }
}

}  // namespace temporalio::replayer
