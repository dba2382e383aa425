// Histories that the in-process server recorded, replayed: what must pass, and what must be found.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "temporalio/activity.h"
#include "temporalio/replayer.h"
#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

using namespace std::chrono_literals;
using namespace temporalio;
using temporalio::testing::WorkflowEnvironment;
using workflow::Task;

namespace {

int more(int i) { return i; }

// Fails once; its second attempt comes two hours later.
int flaky(int i) {
  if (activity::info().attempt == 1) throw ApplicationError("not yet");
  return i;
}

template <class W>
replayer::ReplayResult replay(const std::string& json) {
  replayer::Replayer replayer;
  replayer.add_workflow<W>();
  return replayer.replay_json(json, "recorded");
}

// ---- trap 1: the loser of a race ends later ------------------------------------------------------------------------

class TimerWins {
 public:
  static void define(workflow::Definer<TimerWins> d) { d.run<&TimerWins::run>(); }
  Task<bool> run() {
    auto activity = workflow::start_activity<&flaky>(
        1, {.start_to_close_timeout = 1min, .retry_policy = RetryPolicy{.initial_interval = 2h}});
    auto timer = workflow::sleep(1h);
    const std::size_t first = co_await workflow::when_any(timer, activity);
    co_await workflow::sleep(5h);
    co_return first == 0 && activity.is_done();
  }
};

TEST(Replay, PassesWhereTheLoserOfARaceEndsLater) {
  auto env = WorkflowEnvironment::start_time_skipping();
  worker::Worker worker(env.client(), {.task_queue = "q"});
  worker.add_workflow<TimerWins>();
  worker.add_activity<&flaky>();
  auto handle = env.client().start_workflow<&TimerWins::run>({.id = "w", .task_queue = "q"});
  EXPECT_TRUE(handle.result());
  const auto result = replay<TimerWins>(handle.fetch_history().to_json());
  EXPECT_TRUE(result.has_passed()) << result.report();
}

// ---- trap 2: something is added to the last workflow task
// ------------------------------------------------------------

class Waits {
 public:
  static void define(workflow::Definer<Waits> d) {
    d.name("Waits").run<&Waits::run>();
    d.signal<&Waits::go>("go");
  }
  Task<> run() {
    co_await workflow::sleep(1h);
    co_await workflow::wait_condition([this] { return go_; });
  }
  void go() { go_ = true; }

 private:
  bool go_ = false;
};

class WaitsAndStartsMore {
 public:
  static void define(workflow::Definer<WaitsAndStartsMore> d) {
    d.name("Waits").run<&WaitsAndStartsMore::run>();
    d.signal<&WaitsAndStartsMore::go>("go");
  }
  Task<> run() {
    co_await workflow::sleep(1h);
    auto added = workflow::start_activity<&more>(1, {.start_to_close_timeout = 1min});
    co_await workflow::wait_condition([this] { return go_; });
    static_cast<void>(added);
  }
  void go() { go_ = true; }

 private:
  bool go_ = false;
};

TEST(Replay, FindsACommandAddedToTheLastTask) {
  auto env = WorkflowEnvironment::start_time_skipping();
  worker::Worker worker(env.client(), {.task_queue = "q"});
  worker.add_workflow<Waits>();
  auto handle = env.client().start_workflow<&Waits::run>({.id = "w", .task_queue = "q"});
  env.sleep(2h);
  const std::string open_history = handle.fetch_history().to_json();
  EXPECT_TRUE(replay<Waits>(open_history).has_passed());
  const auto open = replay<WaitsAndStartsMore>(open_history);
  EXPECT_EQ(open.verdict, replayer::Verdict::nondeterminism) << open.report();
  EXPECT_NE(open.divergence.actual.find("ScheduleActivityTask"), std::string::npos);
  EXPECT_NE(open.divergence.source_file.find("semantics_replay_test.cc"), std::string::npos);

  handle.signal<&Waits::go>();
  handle.result();
  const auto closed = replay<WaitsAndStartsMore>(handle.fetch_history().to_json());
  EXPECT_EQ(closed.verdict, replayer::Verdict::nondeterminism) << closed.report();
}

// ---- trap 8: no server is needed
// -------------------------------------------------------------------------------------

TEST(Replay, NeedsNoServer) {
  std::string json;
  {
    auto env = WorkflowEnvironment::start_time_skipping();
    worker::Worker worker(env.client(), {.task_queue = "q"});
    worker.add_workflow<Waits>();
    auto handle = env.client().start_workflow<&Waits::run>({.id = "w", .task_queue = "q"});
    handle.signal<&Waits::go>();
    handle.result();
    json = handle.fetch_history().to_json();
  }
  EXPECT_TRUE(replay<Waits>(json).has_passed());
}

}  // namespace
