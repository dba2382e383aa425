// conformance_driver: runs scenarios against a server, prints or records their transcripts, or compares them with the
// recordings of the real server. Exit codes: 0 all as expected, 1 differences, 2 a script or an argument is wrong.
#include <CLI/CLI.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <optional>
#include <regex>
#include <sstream>
#include <thread>

#include "tests/conformance/differences.h"
#include "tests/conformance/runner.h"
#include "tests/conformance/scenario.h"
#include "tests/conformance/server_process.h"

namespace {

using namespace conformance;

struct Options {
  std::vector<std::string> scenarios;
  std::string address;
  std::string server;
  std::string record;
  std::string golden;
  std::string differences;
  int jobs = 1;
};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error(path.string() + ": cannot be read");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class Session {
 public:
  explicit Session(Options options) : options_(std::move(options)) {
    if (!options_.differences.empty()) justified_ = read_differences(options_.differences);
  }

  int run() {
    std::vector<std::thread> workers;
    for (int i = 0; i < options_.jobs; ++i) {
      workers.emplace_back([this] {
        for (std::size_t next = next_++; next < options_.scenarios.size(); next = next_++)
          one(options_.scenarios[next]);
      });
    }
    for (auto& worker : workers) worker.join();
    return exit_code_;
  }

 private:
  void one(const std::string& path) {
    std::string report;
    int code = 0;
    try {
      const Scenario scenario = parse_scenario(path);
      std::optional<ServerProcess> own;
      if (options_.address.empty()) own.emplace(options_.server);
      const std::string address = own ? own->address() : options_.address;
      Judgement judgement = judge(scenario, run_scenario(scenario, address));
      // On a busy machine real time runs away from a script; a second try tells that from a server that is late.
      if (judgement.only_times_differ) judgement = judge(scenario, run_scenario(scenario, address));
      report = judgement.report;
      code = report.empty() ? 0 : 1;
      if (code == 0 && !options_.golden.empty()) report = "ok    " + scenario.name + "\n";
      if (code != 0) report = "FAIL  " + scenario.name + "\n" + report;
    } catch (const std::exception& error) {
      report = std::string("ERROR ") + error.what() + "\n";
      code = 2;
    }
    const std::lock_guard lock(mutex_);
    (code == 0 ? std::cout : std::cerr) << report << std::flush;
    exit_code_ = std::max(exit_code_, code);
  }

  struct Judgement {
    std::string report;  // what is wrong with a transcript; empty: nothing
    bool only_times_differ = false;
  };

  Judgement judge(const Scenario& scenario, const Transcript& transcript) {
    std::string report;
    bool only_times_differ = false;
    for (const auto& failure : transcript.failures) report += "  " + failure + "\n";
    const std::string file = scenario.name + ".golden";
    if (!options_.record.empty() && report.empty()) {
      std::ofstream(std::filesystem::path(options_.record) / file) << transcript.text;
    }
    if (!options_.golden.empty()) {
      const std::string golden = read_file(std::filesystem::path(options_.golden) / file);
      const std::lock_guard lock(mutex_);
      const std::string text = unjustified(compare(golden, transcript.text), justified_[scenario.name]);
      // A step that failed although the script expects otherwise is a difference from the recording, too: the
      // transcript's lines say it better, and a justified difference may be just that.
      report = text;
      only_times_differ = !text.empty() && without_times(golden) == without_times(transcript.text);
    } else if (options_.record.empty()) {
      const std::lock_guard lock(mutex_);
      std::cout << transcript.text;
    }
    return {report, only_times_differ};
  }

  static std::string without_times(const std::string& text) {
    static const std::regex kOffset("@[0-9a-z]+");
    return std::regex_replace(text, kOffset, "@");
  }

  Options options_;
  DifferenceList justified_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;  // guards: exit_code_, justified_, the standard streams
  int exit_code_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Runs conformance scenarios against a Temporal server");
  Options options;
  app.add_option("scenario", options.scenarios, "Scenario scripts")->required();
  auto* address = app.add_option("--address", options.address, "A server that runs already (host:port)");
  auto* server = app.add_option("--server", options.server, "temporal-test-server; one is started for each scenario");
  address->excludes(server);
  app.add_option("--record", options.record, "Write transcripts as NAME.golden into this folder");
  app.add_option("--golden", options.golden, "Compare transcripts with the recordings in this folder");
  app.add_option("--differences", options.differences, "The list of justified differences (DIFFERENCES.md)");
  app.add_option("--jobs", options.jobs, "Scenarios run at the same time")->check(CLI::Range(1, 64));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (options.address.empty() && options.server.empty()) {
    std::cerr << "conformance_driver: either --address or --server is needed\n";
    return 2;
  }
  try {
    return Session(std::move(options)).run();
  } catch (const std::exception& error) {
    std::cerr << "conformance_driver: " << error.what() << "\n";
    return 2;
  }
}
