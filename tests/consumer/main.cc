// A user's program, outside the tree: a workflow in the time-skipping environment, its history replayed by the code
// that made it, and by code that differs.
#include <cstdio>
#include <string>

#include "temporalio/replayer.h"
#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

using namespace std::chrono_literals;

std::string greet(std::string name) { return "Hello, " + name; }

class Greeting {
 public:
  static void define(temporalio::workflow::Definer<Greeting> d) { d.run<&Greeting::run>(); }
  temporalio::workflow::Task<std::string> run(std::string name) {
    co_await temporalio::workflow::sleep(24h);
    co_return co_await temporalio::workflow::execute_activity<&greet>(name, {.start_to_close_timeout = 5s});
  }
};

namespace changed {
class Greeting {
 public:
  static void define(temporalio::workflow::Definer<Greeting> d) { d.run<&Greeting::run>(); }
  temporalio::workflow::Task<std::string> run(std::string name) {
    co_return co_await temporalio::workflow::execute_activity<&greet>(name, {.start_to_close_timeout = 5s});
  }
};
}  // namespace changed

int main() {
  auto env = temporalio::testing::WorkflowEnvironment::start_time_skipping();
  temporalio::worker::Worker worker(env.client(), {.task_queue = "consumer"});
  worker.add_workflow<Greeting>();
  worker.add_activity<&greet>();
  auto handle = env.client().start_workflow<&Greeting::run>("you", {.id = "consumer-1", .task_queue = "consumer"});
  const std::string result = handle.result();

  temporalio::replayer::Replayer same;
  same.add_workflow<Greeting>();
  const auto passed = same.replay_history(handle.fetch_history());
  temporalio::replayer::Replayer other;
  other.add_workflow<changed::Greeting>();
  const auto diverged = other.replay_history(handle.fetch_history());

  std::printf("result: %s; replayed: %s; changed code: exit code %d at event %lld\n", result.c_str(),
              passed.has_passed() ? "passed" : passed.report().c_str(), diverged.exit_code(),
              static_cast<long long>(diverged.event_id));
  const bool is_right = result == "Hello, you" && passed.has_passed() &&
                        diverged.verdict == temporalio::replayer::Verdict::nondeterminism &&
                        diverged.divergence.event_type == "TimerStarted";
  return is_right ? 0 : 1;
}
