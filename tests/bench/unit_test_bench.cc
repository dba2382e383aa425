// What a unit test of a workflow costs in process: environment and worker made, a workflow that sleeps 30 days and runs
// an activity, its result, everything closed again. Usage: unit_test_bench [RUNS]; prints the median.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

using namespace std::chrono_literals;
using namespace temporalio;

namespace {

using Clock = std::chrono::steady_clock;

std::string remind(std::string user) { return "reminded " + user; }

class Reminder {
 public:
  static void define(workflow::Definer<Reminder> d) { d.run<&Reminder::run>(); }

  workflow::Task<std::string> run(std::string user) {
    co_await workflow::sleep(std::chrono::days(30));
    std::string receipt = co_await workflow::execute_activity<&remind>(user, {.start_to_close_timeout = 1min});
    co_return receipt;
  }
};

// Microseconds; negative when the result is wrong.
double run_once() {
  const auto start = Clock::now();
  bool is_right;
  {
    auto env = testing::WorkflowEnvironment::start_time_skipping();
    worker::Worker worker(env.client(), {.task_queue = "reminders"});
    worker.add_workflow<Reminder>();
    worker.add_activity<&remind>();
    const std::string result =
        env.client().execute_workflow<&Reminder::run>(std::string("Ann"), {.id = "r1", .task_queue = "reminders"});
    is_right = result == "reminded Ann";
  }
  return is_right ? std::chrono::duration<double, std::micro>(Clock::now() - start).count() : -1;
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1000;
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const double time = run_once();
    if (time < 0) {
      std::fputs("unit_test_bench: the workflow gave a wrong result\n", stderr);
      return 1;
    }
    times.push_back(time);
  }
  const double first = times.front();
  std::sort(times.begin(), times.end());
  const auto at = [&times](double share) {
    return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
  };
  std::printf(
      "in-process unit test (30-day sleep, one activity): %.0f us (median of %d; best %.0f, 90%% %.0f, first %.0f)\n",
      at(0.5), runs, at(0), at(0.9), first);
  return 0;
}
