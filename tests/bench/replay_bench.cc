// How fast the three loop workflows replay: from parsed histories, and from JSON files with loading; at 2,000
// iterations and at 50,000 events. With --go BINARY (tests/bench/go) Go's replayer does the same work in between, so
// that both see the same machine. Usage: replay_bench [--go BINARY] [--runs N].
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "fixtures/workflows/loops.h"
#include "replayer/src/load/loader.h"
#include "sdk/src/workflow/registry.h"
#include "sdk/src/workflow/replay.h"
#include "temporal/api/history/v1/message.pb.h"
#include "tests/bench/loop_history.h"

namespace temporalio::bench {
namespace {

using temporal::api::history::v1::History;
namespace fs = std::filesystem;

constexpr int kIterations = 2000;
constexpr int kManyEvents = 50'000;

double median(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  return samples[samples.size() / 2];
}

double cpu_now() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <class Work>
double seconds(Work work) {
  const double start = cpu_now();
  work();
  return cpu_now() - start;
}

struct Figures {
  int events = 0;
  double json_mb = 0;
  double parsed = 0;   // seconds for one replay of a parsed history
  double json = 0;     // seconds from the JSON file to the verdict
  double load = 0;     // seconds of that for loading
  double go_load = 0;  // 0: not measured
  double go_parsed = 0;
};

class Bench {
 public:
  Bench(std::string go, int runs) : go_(std::move(go)), runs_(runs) {
    registry_.add(workflow::definition<fixtures::TimerLoop>());
    registry_.add(workflow::definition<fixtures::ActivityLoop>());
    registry_.add(workflow::definition<fixtures::SignalLoop>());
    folder_ = fs::temp_directory_path() / ("replay_bench." + std::to_string(::getpid()));
    fs::create_directory(folder_);
  }
  ~Bench() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  Figures measure(Loop loop, int iterations) {
    Figures figures;
    History history;
    fill_loop_history(loop, iterations, Ids::core, history);
    figures.events = history.events_size();
    const fs::path file = folder_ / "history.json";
    const std::string json = to_json(history);
    write(file, json);
    figures.json_mb = static_cast<double>(json.size()) / 1e6;
    figures.go_load = figures.go_parsed = 0;
    if (!go_.empty()) measure_go(loop, iterations, figures);
    const int copies = std::max(1, kManyEvents / figures.events);
    std::vector<double> parsed, whole, loads;
    for (int run = 0; run <= runs_; ++run) {
      std::vector<std::unique_ptr<replayer::Histories>> loaded;
      const double load_time = seconds([&] {
        for (int i = 0; i < copies; ++i) loaded.push_back(replayer::load_file(file));
      });
      const double replay_time = seconds([&] {
        for (const auto& histories : loaded) replay(*histories->list().front().history);
      });
      loaded.clear();
      const double whole_time = seconds([&] {
        for (int i = 0; i < copies; ++i) replay(*replayer::load_file(file)->list().front().history);
      });
      if (run == 0) continue;  // caches and allocator warm up
      parsed.push_back(replay_time / copies);
      whole.push_back(whole_time / copies);
      loads.push_back(load_time / copies);
    }
    figures.parsed = median(parsed);
    figures.json = median(whole);
    figures.load = median(loads);
    return figures;
  }

 private:
  void replay(const History& history) {
    const workflow::ReplayOutcome outcome = workflow::replay_history(registry_, history, "loop");
    if (outcome.verdict == workflow::TaskVerdict::completed) return;
    std::fprintf(stderr, "replay_bench: the replay failed: %s%s\n", outcome.message.c_str(),
                 outcome.divergence.message.c_str());
    std::exit(1);
  }

  static void write(const fs::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary);
    out << text;
  }

  void measure_go(Loop loop, int iterations, Figures& figures) {
    History history;
    fill_loop_history(loop, iterations, Ids::go, history);
    const fs::path file = folder_ / "go.json";
    write(file, to_json(history));
    std::FILE* pipe = ::popen(("GOMAXPROCS=1 " + go_ + " " + file.string()).c_str(), "r");
    int events = 0;
    if (pipe == nullptr || std::fscanf(pipe, "%*s %d %lf %lf", &events, &figures.go_load, &figures.go_parsed) != 3 ||
        events != history.events_size()) {
      std::fprintf(stderr, "replay_bench: %s did not replay the history\n", go_.c_str());
      figures.go_load = figures.go_parsed = 0;
    }
    if (pipe != nullptr) ::pclose(pipe);
  }

  std::string go_;
  int runs_;
  workflow::Registry registry_;
  fs::path folder_;
};

double per_second(int events, double time) { return time == 0 ? 0 : events / time; }

std::string or_dash(double value, const char* format) {
  if (value == 0) return "-";
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

void print(Loop loop, const Figures& figures) {
  const double ours = per_second(figures.events, figures.parsed);
  const double go = per_second(figures.events, figures.go_parsed);
  const double ours_json = per_second(figures.events, figures.json);
  const double go_json = figures.go_parsed == 0 ? 0 : per_second(figures.events, figures.go_load + figures.go_parsed);
  std::printf("%-14s %7d | %9.0f %9s %7s | %9.0f %9s %7s | %6.0f %6s\n", loop_name(loop), figures.events, ours,
              or_dash(go, "%.0f").c_str(), or_dash(go == 0 ? 0 : ours / go, "%.1f x").c_str(), ours_json,
              or_dash(go_json, "%.0f").c_str(), or_dash(go_json == 0 ? 0 : ours_json / go_json, "%.1f x").c_str(),
              figures.json_mb / figures.load,
              or_dash(figures.go_load == 0 ? 0 : figures.json_mb / figures.go_load, "%.0f").c_str());
  std::fflush(stdout);
}

int run(const std::string& go, int runs) {
  Bench bench(go, runs);
  std::printf("%-22s | %27s | %27s | %13s\n", "replay, events/s", "parsed: ours, Go, ratio",
              "from JSON: ours, Go, ratio", "load MB/s");
  for (const Loop loop : {Loop::timer, Loop::activity, Loop::signal}) {
    const Figures few = bench.measure(loop, kIterations);
    print(loop, few);
    const Figures many = bench.measure(loop, iterations_for(loop, kManyEvents));
    print(loop, many);
    const double ratio = (many.parsed / many.events) / (few.parsed / few.events);
    const double go_ratio = few.go_parsed == 0 ? 0 : (many.go_parsed / many.events) / (few.go_parsed / few.events);
    std::printf("%-14s cost of an event at %d events against %d: ours %.2f, Go %s\n", "", many.events, few.events,
                ratio, or_dash(go_ratio, "%.2f").c_str());
  }
  return 0;
}

}  // namespace
}  // namespace temporalio::bench

int main(int argc, char** argv) {
  std::string go;
  int runs = 7;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--go") == 0) go = argv[i + 1];
    if (std::strcmp(argv[i], "--runs") == 0) runs = std::max(1, std::atoi(argv[i + 1]));
  }
  return temporalio::bench::run(go, runs);
}
