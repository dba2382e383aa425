// Reading files of one small history a line: time, and how much memory that takes beside the size of the file.
// bin/lines_bench [MB...]; without sizes 10, 100 and 1,000.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "replayer/src/load/history_reader.h"
#include "temporal/api/history/v1/message.pb.h"
#include "tests/bench/loop_history.h"

namespace {

namespace fs = std::filesystem;

double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;  // of kilobytes
}

// CPU time, so that what else runs on the machine does not count.
double seconds_used() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

// The history of a short run, on one line.
std::string line() {
  temporal::api::history::v1::History history;
  temporalio::bench::fill_loop_history(temporalio::bench::Loop::activity, 2, temporalio::bench::Ids::core, history);
  std::string text = temporalio::bench::to_json(history);
  std::erase(text, '\n');
  return text + "\n";
}

void measure(const fs::path& file, const std::string& history, std::size_t megabytes) {
  std::size_t size = 0;
  {
    std::ofstream out(file, std::ios::binary);
    while (size < megabytes * 1'000'000) {
      out << history;
      size += history.size();
    }
  }
  const double before = peak_megabytes();
  const double start = seconds_used();
  temporalio::replayer::HistoryReader reader(file.string(), "lines");
  std::size_t histories = 0;
  while (const auto part = reader.next()) histories += part->list().size();
  const double took = seconds_used() - start;
  std::printf("%6zu MB %9zu histories %8.2f s %7.0f MB/s  peak memory %5.0f MB (%.0f MB before)\n", size / 1'000'000,
              histories, took, static_cast<double>(size) / 1e6 / took, peak_megabytes(), before);
  if (histories != size / history.size()) std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::size_t> sizes;
  for (int i = 1; i < argc; ++i) sizes.push_back(static_cast<std::size_t>(std::max(1, std::atoi(argv[i]))));
  if (sizes.empty()) sizes = {10, 100, 1000};
  const fs::path file = fs::temp_directory_path() / ("lines_bench." + std::to_string(::getpid()));
  const std::string history = line();
  for (const std::size_t megabytes : sizes) measure(file, history, megabytes);
  fs::remove(file);
  return 0;
}
