// The command line of temporal-replay and of programs that call replayer::main().
#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "replayer/src/history_files.h"
#include "replayer/src/isolation.h"
#include "replayer/src/junit.h"
#include "replayer/src/player.h"
#include "replayer/src/plugin.h"
#include "replayer/src/result_json.h"
#include "sdk/src/workflow/registry.h"
#include "temporalio/replayer.h"

namespace temporalio::replayer {
namespace {

constexpr int kBadUsage = 2;

constexpr const char* kFooter =
    "Exit codes: 0 all histories replayed; 1 nondeterminism; 2 bad usage or input; 3 workflow type not registered;\n"
    "4 the workflow code failed otherwise (an exception, a crash, a deadlock). Of several the first of 2, 4, 3, 1 "
    "that\n"
    "occurs: what could not be judged comes before what was judged.";

struct Arguments {
  std::vector<std::string> plugins;
  std::vector<std::string> paths;
  std::string output = "text";
  std::string junit;
  double deadlock_timeout = 2;
  int context = kDefaultContext;
  bool fail_fast = false;
  bool in_process = false;
  bool verbose = false;
};

void declare(CLI::App& replay, Arguments& arguments) {
  replay
      .add_option("paths", arguments.paths, "History files (JSON or binary protobuf, also gzipped) or folders of them")
      ->required()
      ->type_name("FILE|DIR");
  replay
      .add_option("--plugin", arguments.plugins,
                  "A shared library with workflows (TEMPORALIO_REPLAY_PLUGIN); may be repeated")
      ->allow_extra_args(false)  // one library each time: what follows is a history
      ->type_name("LIB.so");
  replay
      .add_option("--output", arguments.output,
                  "text: a report for people; json: the same for programs, on standard output")
      ->check(CLI::IsMember({"text", "json"}));
  replay.add_option("--junit", arguments.junit, "Also write a JUnit report to this file")->type_name("FILE");
  replay.add_option("--deadlock-timeout", arguments.deadlock_timeout, "Seconds that the code may run without yielding")
      ->check(CLI::Range(0.001, 86400.0))
      ->capture_default_str();
  replay.add_option("--context", arguments.context, "Events to show before and after the one at fault")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  replay.add_flag("--fail-fast", arguments.fail_fast, "Stop after the first history that does not pass");
  replay.add_flag("--in-process", arguments.in_process, "No child process and no timeout: for breakpoints");
  replay.add_flag("-v,--verbose", arguments.verbose, "Also name the histories that passed");
}

class Run {
 public:
  Run(const Arguments& arguments, const Replayer& replayer) : arguments_(arguments), replayer_(replayer) {}

  int execute() {
    std::vector<ReplayResult> problems;
    const std::vector<std::string> files = history_files(arguments_.paths, problems);
    for (ReplayResult& problem : problems) take(std::move(problem));
    if (!(arguments_.fail_fast && !results_.empty())) replay(files);
    summarize();
    return exit_code(results_);
  }

 private:
  void replay(const std::vector<std::string>& files) {
    if (arguments_.in_process) {
      const PlayOptions options{.fail_fast = arguments_.fail_fast, .context = arguments_.context};
      for (ReplayResult& result : play_files(ReplayerAccess::registry(replayer_), files, options))
        take(std::move(result));
      return;
    }
    IsolationOptions options;
    options.deadlock_timeout = std::chrono::milliseconds(static_cast<std::int64_t>(arguments_.deadlock_timeout * 1000));
    options.fail_fast = arguments_.fail_fast;
    options.context = arguments_.context;
    replay_isolated(replayer_, files, options, [this](ReplayResult result) { take(std::move(result)); });
  }

  void take(ReplayResult result) {
    if (arguments_.output == "text" && (!result.has_passed() || arguments_.verbose)) {
      std::fputs(result.report().c_str(), stdout);
      std::fflush(stdout);
    }
    results_.push_back(std::move(result));
  }

  void summarize() const {
    std::int64_t passed = 0, events = 0;
    for (const ReplayResult& result : results_) {
      passed += result.has_passed() ? 1 : 0;
      events += result.event_count;
    }
    const auto count = static_cast<std::int64_t>(results_.size());
    if (arguments_.output == "json") {
      nlohmann::json all = {
          {"exitCode", exit_code(results_)}, {"histories", count}, {"passed", passed}, {"events", events}};
      all["results"] = nlohmann::json::array();
      for (const ReplayResult& result : results_) all["results"].push_back(result_to_json(result));
      std::puts(all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    } else {
      std::printf("%lld of %lld histories replayed without a difference (%lld events)\n",
                  static_cast<long long>(passed), static_cast<long long>(count), static_cast<long long>(events));
    }
    std::fflush(stdout);
  }

 public:
  const std::vector<ReplayResult>& results() const { return results_; }

 private:
  const Arguments& arguments_;
  const Replayer& replayer_;
  std::vector<ReplayResult> results_;
};

int refuse(const std::string& what) {
  std::fprintf(stderr, "temporal-replay: %s\n", what.c_str());
  return kBadUsage;
}

int execute(const Arguments& arguments, const std::function<void(Replayer&)>& add_workflows) {
  Replayer replayer;
  try {
    if (add_workflows) add_workflows(replayer);
    for (const std::string& plugin : arguments.plugins) load_plugin(plugin, replayer);
  } catch (const std::exception& error) {
    return refuse(error.what());
  }
  if (ReplayerAccess::registry(replayer).is_empty()) {
    return refuse("expected workflow code: name a plug-in with --plugin, or call replayer::main() with your workflows");
  }
  Run run(arguments, replayer);
  const int code = run.execute();
  if (!arguments.junit.empty()) {
    std::ofstream file(arguments.junit, std::ios::binary);
    file << to_junit(run.results());
    file.close();
    if (!file) return refuse(arguments.junit + ": expected a file that can be written: " + std::strerror(errno));
  }
  return code;
}

}  // namespace

int main(int argc, const char* const* argv, const std::function<void(Replayer&)>& add_workflows) {
  CLI::App app("Replays workflow code against recorded histories and shows where they no longer agree.",
               "temporal-replay");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.set_version_flag("--version", "temporal-replay " TEMPORALIO_VERSION);
  Arguments arguments;
  CLI::App& replay = *app.add_subcommand("replay", "Replay histories");
  replay.footer(kFooter);
  declare(replay, arguments);
  // CLI11 would only say that a subcommand is missing.
  if (argc > 1 && argv[1][0] != '-' && argv[1] != replay.get_name())
    return refuse("expected the command \"replay\", found \"" + std::string(argv[1]) + "\"");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? 0 : kBadUsage;  // --help is an error of CLI11 with code 0
  }
  return execute(arguments, add_workflows);
}

}  // namespace temporalio::replayer
