// temporal-replay replay: replays histories and reports on each.
#include <sched.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "replayer/src/commands/catalogue.h"
#include "replayer/src/commands/workflow_code.h"
#include "replayer/src/drive/input_files.h"
#include "replayer/src/drive/isolation.h"
#include "replayer/src/drive/player.h"
#include "replayer/src/report/junit.h"
#include "replayer/src/report/result_json.h"

namespace temporalio::replayer {
namespace {

struct Arguments {
  std::vector<std::string> paths;
  std::string output = "text";
  std::string junit;
  double deadlock_timeout = 2;
  int context = kDefaultContext;
  std::size_t jobs = 1;
  std::uint64_t memory_limit = 0;  // MB
  bool fail_fast = false;
  bool dedupe = false;
  bool in_process = false;
  bool verbose = false;
};

void declare_options(CLI::App& replay, Arguments& arguments) {
  replay
      .add_option("paths", arguments.paths,
                  "Histories: files (JSON, JSON lines or binary protobuf, also gzipped or zipped), folders of them, "
                  "patterns, or - for standard input")
      ->required()
      ->type_name("FILE|DIR|PATTERN|-");
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
  replay.add_option("-j,--jobs", arguments.jobs, "Processes that replay at a time; 0: one a core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  replay
      .add_option("--memory-limit", arguments.memory_limit,
                  "MB that each of these processes may take; workflow code that wants more fails; 0: no limit")
      ->capture_default_str();
  replay.add_flag("--dedupe", arguments.dedupe,
                  "Of histories with the same events and names, replay only the first; ids, times and payloads may "
                  "differ");
  replay.add_flag("--fail-fast", arguments.fail_fast, "Stop after the first history that does not pass");
  replay.add_flag("--in-process", arguments.in_process, "No child process and no timeout: for breakpoints");
  replay.add_flag("-v,--verbose", arguments.verbose, "Also name the histories that passed");
}

std::size_t usable_cores() {
  cpu_set_t set;
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? static_cast<std::size_t>(CPU_COUNT(&set)) : 1;
}

class Run {
 public:
  Run(const Arguments& arguments, const Replayer& replayer) : arguments_(arguments), replayer_(replayer) {}

  int execute() {
    std::vector<ReplayResult> problems;
    const std::vector<InputFile> files = input_files(arguments_.paths, problems);
    for (ReplayResult& problem : problems) take(std::move(problem));
    if (!(arguments_.fail_fast && !results_.empty())) replay(files);
    summarize();
    return exit_code(results_);
  }

 private:
  void replay(const std::vector<InputFile>& files) {
    const auto on_result = [this](ReplayResult result) { take(std::move(result)); };
    const PlayOptions play{
        .fail_fast = arguments_.fail_fast, .dedupe = arguments_.dedupe, .context = arguments_.context};
    if (arguments_.in_process) return play_files(ReplayerAccess::registry(replayer_), files, play, on_result);
    IsolationOptions options;
    options.deadlock_timeout = std::chrono::milliseconds(static_cast<std::int64_t>(arguments_.deadlock_timeout * 1000));
    options.children = arguments_.jobs == 0 ? usable_cores() : arguments_.jobs;
    options.memory_limit = arguments_.memory_limit << 20;
    options.play = play;
    replay_isolated(replayer_, files, options, on_result);
  }

  void take(ReplayResult result) {
    if (arguments_.output == "text" && (!result.has_passed() || arguments_.verbose)) {
      std::fputs(result.report().c_str(), stdout);
      std::fflush(stdout);
    }
    results_.push_back(std::move(result));
  }

  void summarize() const {
    std::int64_t passed = 0, events = 0, duplicates = 0;
    for (const ReplayResult& result : results_) {
      passed += result.has_passed() ? 1 : 0;
      events += result.event_count;
      duplicates += result.is_duplicate ? 1 : 0;
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
      if (duplicates != 0) {
        std::printf("%lld not replayed: the same events and names as another\n", static_cast<long long>(duplicates));
      }
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

class ReplayCommand : public Command {
 public:
  explicit ReplayCommand(const AddWorkflows& add_workflows) : code_(add_workflows) {}

  const char* name() const override { return "replay"; }
  const char* summary() const override { return "Replay histories"; }
  void declare(CLI::App& app) override {
    declare_options(app, arguments_);
    code_.declare(app);
  }

  int run() override {
    Replayer replayer;
    code_.load(replayer);
    Run run(arguments_, replayer);
    const int code = run.execute();
    if (!arguments_.junit.empty()) {
      std::ofstream file(arguments_.junit, std::ios::binary);
      file << to_junit(run.results());
      file.close();
      if (!file) {
        throw UsageError(arguments_.junit + ": expected a file that can be written: " + std::strerror(errno));
      }
    }
    return code;
  }

 private:
  Arguments arguments_;
  WorkflowCode code_;
};

}  // namespace

std::unique_ptr<Command> make_replay_command(const AddWorkflows& add_workflows) {
  return std::make_unique<ReplayCommand>(add_workflows);
}

}  // namespace temporalio::replayer
