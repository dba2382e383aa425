// temporal-replay replay: replays histories and reports on each.
#include <sched.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "replayer/src/commands/catalogue.h"
#include "replayer/src/commands/output_file.h"
#include "replayer/src/commands/workflow_code.h"
#include "replayer/src/drive/input_files.h"
#include "replayer/src/drive/isolation.h"
#include "replayer/src/drive/player.h"
#include "replayer/src/report/findings.h"
#include "replayer/src/report/format.h"
#include "replayer/src/report/text_report.h"

namespace temporalio::replayer {
namespace {

struct Arguments {
  std::vector<std::string> paths;
  std::string output = "text";
  std::string junit;
  std::vector<std::string> reports;
  ColorOption color;
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
  std::vector<std::string> names = {"text"};
  std::string titles;
  for (const Format& format : formats()) {
    names.emplace_back(format.name);
    titles.append(titles.empty() ? "" : "; ").append(format.name).append(": ").append(format.title);
  }
  replay.add_option("--output", arguments.output, "What to write on standard output; text: for people; " + titles)
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  replay.add_option("--report", arguments.reports, "Also write a report of this format to a file; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FORMAT=FILE");
  arguments.color.declare(replay);
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
    files_ = input_files(arguments_.paths, problems);
    for (ReplayResult& problem : problems) take(std::move(problem));
    if (!(arguments_.fail_fast && !results_.empty())) replay(files_);
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
    const std::string key = finding_key(result);
    const bool is_repeated = !key.empty() && !known_.emplace(key, results_.size()).second;
    if (arguments_.output == "text" && (arguments_.verbose || !(result.has_passed() || is_repeated))) {
      const Terminal terminal = arguments_.color.terminal();
      std::fputs((is_repeated ? headline(result, terminal) : text_report(result, terminal)).c_str(), stdout);
      std::fflush(stdout);
    }
    results_.push_back(std::move(result));
  }

  void summarize() const {
    if (arguments_.output != "text") return write_output("-", find_format(arguments_.output)->write(report()));
    std::int64_t passed = 0, events = 0, duplicates = 0;
    for (const ReplayResult& result : results_) {
      passed += result.has_passed() ? 1 : 0;
      events += result.event_count;
      duplicates += result.is_duplicate ? 1 : 0;
    }
    std::string out;
    for (const Finding& finding : findings_of(results_)) {
      if (finding.others.empty()) continue;
      out += std::to_string(finding.others.size()) + " more like " + results_[finding.first].name + ":";
      for (std::size_t i = 0; i < finding.others.size() && i < kNamesShown; ++i) {
        out += " " + results_[finding.others[i]].name;
      }
      out += finding.others.size() > kNamesShown ? " ...\n" : "\n";
    }
    out += std::to_string(passed) + " of " + std::to_string(results_.size()) +
           " histories replayed without a difference (" + std::to_string(events) + " events)\n";
    if (duplicates != 0) {
      out += std::to_string(duplicates) + " not replayed: the same events and names as another\n";
    }
    write_output("-", out);
  }

 public:
  Report report() const {
    return {results_, [this](const ReplayResult& result, const auto& use) { with_history(result, use); }};
  }

 private:
  // Finds the history of a result by its name.
  void with_history(const ReplayResult& result, const std::function<void(const LoadedHistory&)>& use) const {
    for (const InputFile& file : files_) {
      if (!result.name.starts_with(file.name)) continue;
      bool is_found = false;
      for_each_history(
          file,
          [&](const LoadedHistory& loaded) {
            is_found = loaded.name == result.name;
            if (is_found) use(loaded);
            return !is_found;
          },
          [](const std::string&, const LoadError&) { return true; });
      if (is_found) return;
    }
  }

  static constexpr std::size_t kNamesShown = 10;

  const Arguments& arguments_;
  const Replayer& replayer_;
  std::vector<InputFile> files_;
  std::vector<ReplayResult> results_;
  std::map<std::string, std::size_t> known_;  // the first result of each finding
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
    std::vector<std::pair<const Format*, std::string>> reports;
    if (!arguments_.junit.empty()) reports.emplace_back(find_format("junit"), arguments_.junit);
    for (const std::string& wanted : arguments_.reports) {
      const std::size_t equals = wanted.find('=');
      const Format* format = find_format(wanted.substr(0, equals));
      if (format == nullptr || equals == std::string::npos) {
        throw UsageError("--report: expected FORMAT=FILE with a format of --output but text, found \"" + wanted + "\"");
      }
      reports.emplace_back(format, wanted.substr(equals + 1));
    }
    Replayer replayer;
    code_.load(replayer);
    Run run(arguments_, replayer);
    const int code = run.execute();
    for (const auto& [format, path] : reports) write_output(path, format->write(run.report()));
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
