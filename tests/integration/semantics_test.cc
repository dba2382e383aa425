// What workflow code may rely on, on the in-process server: the traps that other SDKs fell into, each as a workflow.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

using namespace std::chrono_literals;
using namespace temporalio;
using temporalio::testing::WorkflowEnvironment;
using workflow::Task;

namespace {

using Strings = std::vector<std::string>;

int echo(int i) { return i; }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

class Semantics : public ::testing::Test {
 protected:
  template <class W>
  void serve(int max_cached_workflows = 1000) {
    worker_ = std::make_unique<worker::Worker>(
        env_.client(), worker::WorkerOptions{.task_queue = "q", .max_cached_workflows = max_cached_workflows});
    worker_->add_workflow<W>();
    worker_->add_activity<&echo>();
  }

  WorkflowEnvironment env_ = WorkflowEnvironment::start_time_skipping();
  std::unique_ptr<worker::Worker> worker_;
};

// ---- conditions ----------------------------------------------------------------------------------------------------

class WaitsForStates {
 public:
  static void define(workflow::Definer<WaitsForStates> d) { d.run<&WaitsForStates::run>(); }
  Task<int> run() {
    auto first = workflow::start_activity<&echo>(1, {.start_to_close_timeout = 1min});
    co_await workflow::wait_condition([&] { return first.is_done(); });
    auto timer = workflow::sleep(1h);
    const auto until = workflow::now() + 1h;
    co_await workflow::wait_condition([&] { return workflow::now() >= until; });
    timer.cancel();
    const int result = co_await first;
    co_return result;
  }
};

TEST_F(Semantics, ConditionsSeeWhatNoTaskAwaits) {
  serve<WaitsForStates>();
  EXPECT_EQ(env_.client().execute_workflow<&WaitsForStates::run>({.id = "w", .task_queue = "q"}), 1);
}

// ---- trap 3: calls are eager -------------------------------------------------------------------------------------

class TwoStartsTwoAwaits {
 public:
  static void define(workflow::Definer<TwoStartsTwoAwaits> d) { d.run<&TwoStartsTwoAwaits::run>(); }
  Task<int> run() {
    auto first = workflow::start_activity<&echo>(1, {.start_to_close_timeout = 1min});
    auto second = workflow::start_activity<&echo>(2, {.start_to_close_timeout = 1min});
    const int a = co_await first;
    const int b = co_await second;
    co_return a + b;
  }
};

TEST_F(Semantics, TwoStartsGoOutInOneWorkflowTask) {
  serve<TwoStartsTwoAwaits>();
  auto handle = env_.client().start_workflow<&TwoStartsTwoAwaits::run>({.id = "w", .task_queue = "q"});
  EXPECT_EQ(handle.result(), 3);
  const std::string json = handle.fetch_history().to_json();
  const std::size_t first = json.find("EVENT_TYPE_ACTIVITY_TASK_SCHEDULED");
  const std::size_t second = json.find("EVENT_TYPE_ACTIVITY_TASK_SCHEDULED", first + 1);
  ASSERT_NE(second, std::string::npos);
  EXPECT_EQ(json.substr(first, second - first).find("EVENT_TYPE_WORKFLOW_TASK"), std::string::npos) << json;
}

// ---- trap 4: when_any gives what finished first --------------------------------------------------------------------

class FirstOfThree {
 public:
  static void define(workflow::Definer<FirstOfThree> d) { d.run<&FirstOfThree::run>(); }
  Task<int> run() {
    auto slow = workflow::sleep(3h);
    auto slower = workflow::sleep(5h);
    auto fast = workflow::sleep(1h);
    const std::size_t first = co_await workflow::when_any(slow, slower, fast);
    const std::size_t second = co_await workflow::when_any(slow, slower);
    co_return static_cast<int>(first * 10 + second);
  }
};

TEST_F(Semantics, WhenAnyGivesWhatFinishedFirst) {
  serve<FirstOfThree>();
  EXPECT_EQ(env_.client().execute_workflow<&FirstOfThree::run>({.id = "w", .task_queue = "q"}), 20);
}

// ---- trap 18: equal-time timers in start order ----------------------------------------------------------------------

class EqualTimers {
 public:
  static void define(workflow::Definer<EqualTimers> d) { d.run<&EqualTimers::run>(); }
  Task<Strings> run() {
    std::vector<workflow::TaskHandle<void>> tasks;
    for (int i = 0; i < 5; ++i) {
      tasks.push_back(workflow::spawn(wait(i)));
    }
    co_await workflow::when_all(std::move(tasks));
    co_return order_;
  }
  Task<> wait(int i) {
    co_await workflow::sleep(1h);
    order_.push_back(std::to_string(i));
  }

 private:
  Strings order_;
};

TEST_F(Semantics, EqualTimersFireInTheOrderOfTheirStart) {
  serve<EqualTimers>();
  EXPECT_EQ(env_.client().execute_workflow<&EqualTimers::run>({.id = "w", .task_queue = "q"}),
            (Strings{"0", "1", "2", "3", "4"}));
}

// ---- trap 7: a cancelled workflow closes as Canceled
// -----------------------------------------------------------------

class SleepsLong {
 public:
  static void define(workflow::Definer<SleepsLong> d) { d.run<&SleepsLong::run>(); }
  Task<> run() { co_await workflow::sleep(std::chrono::days(30)); }
};

TEST_F(Semantics, ACancelledWorkflowClosesAsCanceled) {
  serve<SleepsLong>();
  auto handle = env_.client().start_workflow<&SleepsLong::run>({.id = "w", .task_queue = "q"});
  handle.cancel();
  try {
    handle.result();
    FAIL() << "expected a WorkflowFailureError";
  } catch (const WorkflowFailureError& error) {
    EXPECT_TRUE(is_cancelled_exception(*error.cause()));
  }
  EXPECT_EQ(count(handle.fetch_history().to_json(), "EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED"), 1u);
}

// ---- trap 17: cancelled before its first task, a workflow still runs
// -------------------------------------------------

class CommandsThenWait {
 public:
  static void define(workflow::Definer<CommandsThenWait> d) { d.run<&CommandsThenWait::run>(); }
  Task<std::string> run() {
    auto started = workflow::start_activity<&echo>(
        1, {.start_to_close_timeout = 1min, .cancellation_type = workflow::ActivityCancellationType::abandon});
    std::string seen = "ran";
    try {
      co_await workflow::sleep(1h);
    } catch (const CancelledError&) {
      seen += ", cancelled at the first await";
    }
    static_cast<void>(started);
    co_return seen;
  }
};

TEST_F(Semantics, AWorkflowCancelledBeforeItsFirstTaskStillRuns) {
  auto handle = env_.client().start_workflow<&CommandsThenWait::run>({.id = "w", .task_queue = "q"});
  handle.cancel();
  serve<CommandsThenWait>();
  EXPECT_EQ(handle.result(), "ran, cancelled at the first await");
  EXPECT_EQ(count(handle.fetch_history().to_json(), "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED"), 1u);
}

// ---- trap 16: early signals reach handlers that run sets up
// ----------------------------------------------------------

class HandlersSetInRun {
 public:
  static void define(workflow::Definer<HandlersSetInRun> d) {
    d.run<&HandlersSetInRun::run>();
    d.signal<&HandlersSetInRun::declared>();
  }
  Task<Strings> run() {
    seen_.push_back("run");
    workflow::set_signal_handler<int>("dynamic", [this](int i) { seen_.push_back("dynamic" + std::to_string(i)); });
    co_await workflow::wait_condition([this] { return seen_.size() >= 4; });
    co_return seen_;
  }
  void declared(int i) { seen_.push_back("declared" + std::to_string(i)); }

 private:
  Strings seen_;
};

TEST_F(Semantics, EarlySignalsReachHandlersThatRunSetsUp) {
  auto handle = env_.client().start_workflow<&HandlersSetInRun::run>({.id = "w", .task_queue = "q"});
  handle.signal("dynamic", 1);
  handle.signal<&HandlersSetInRun::declared>(2);
  handle.signal("dynamic", 3);
  serve<HandlersSetInRun>();
  EXPECT_EQ(handle.result(), (Strings{"declared2", "run", "dynamic1", "dynamic3"}));
}

// ---- trap 6: a patched workflow, evicted and replayed, takes the same branch
// ------------------------------------------

class Patched {
 public:
  static void define(workflow::Definer<Patched> d) { d.run<&Patched::run>(); }
  Task<int> run() {
    int taken = 0;
    if (workflow::patched("new-branch")) {
      const int a = co_await workflow::execute_activity<&echo>(10, {.start_to_close_timeout = 1min});
      taken += a;
    }
    co_await workflow::sleep(1h);
    if (workflow::patched("new-branch")) taken += 1;
    co_await workflow::sleep(1h);
    co_return taken;
  }
};

TEST_F(Semantics, APatchedWorkflowTakesTheSameBranchAfterEviction) {
  serve<Patched>(/*max_cached_workflows=*/0);
  auto handle = env_.client().start_workflow<&Patched::run>({.id = "w", .task_queue = "q"});
  EXPECT_EQ(handle.result(), 11);
  const std::string json = handle.fetch_history().to_json();
  EXPECT_EQ(count(json, "EVENT_TYPE_MARKER_RECORDED"), 1u);
  EXPECT_EQ(count(json, "EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"), 1u);
}

// ---- queries, randomness and failures
// --------------------------------------------------------------------------------

class Draws {
 public:
  static void define(workflow::Definer<Draws> d) {
    d.run<&Draws::run>();
    d.query<&Draws::peek>();
    d.query<&Draws::meddle>();
  }
  Task<Strings> run() {
    for (int i = 0; i < 3; ++i) {
      drawn_.push_back(workflow::uuid4());
      co_await workflow::sleep(1h);
    }
    co_return drawn_;
  }
  int peek() const { return static_cast<int>(drawn_.size()); }
  std::string meddle() const { return workflow::uuid4(); }

 private:
  Strings drawn_;
};

TEST_F(Semantics, RandomnessIsTheSameAfterEvictionAndQueriesDoNotDisturbIt) {
  serve<Draws>(0);
  auto handle = env_.client().start_workflow<&Draws::run>({.id = "w", .task_queue = "q"});
  EXPECT_EQ(handle.query<&Draws::peek>(), 1);
  EXPECT_THROW(static_cast<void>(handle.query<&Draws::meddle>()), WorkflowQueryFailedError);
  const Strings drawn = handle.result();
  ASSERT_EQ(drawn.size(), 3u);
  EXPECT_NE(drawn[0], drawn[1]);
  // A second replay from the first event gives the same three again.
  EXPECT_EQ(handle.query<&Draws::peek>(), 3);
}

int always_fails(int) { throw ApplicationError("boom", {.type = "Boom", .non_retryable = true}); }

class FailsWithItsActivity {
 public:
  static void define(workflow::Definer<FailsWithItsActivity> d) { d.run<&FailsWithItsActivity::run>(); }
  Task<> run() { co_await workflow::execute_activity<&always_fails>(1, {.start_to_close_timeout = 1min}); }
};

TEST_F(Semantics, AnUncaughtActivityErrorFailsTheWorkflowWithItsCauses) {
  serve<FailsWithItsActivity>();
  worker_->add_activity<&always_fails>();
  try {
    env_.client().execute_workflow<&FailsWithItsActivity::run>({.id = "w", .task_queue = "q"});
    FAIL() << "expected a WorkflowFailureError";
  } catch (const WorkflowFailureError& error) {
    const auto* activity = dynamic_cast<const ActivityError*>(error.cause().get());
    ASSERT_NE(activity, nullptr);
    EXPECT_EQ(activity->activity_type(), "always_fails");
    const auto* application = dynamic_cast<const ApplicationError*>(activity->cause().get());
    ASSERT_NE(application, nullptr);
    EXPECT_EQ(application->type(), "Boom");
  }
}

class Compensates {
 public:
  static void define(workflow::Definer<Compensates> d) { d.run<&Compensates::run>(); }
  Task<Strings> run() {
    workflow::Saga saga;
    saga.add([this] { return undo("first"); });
    saga.add([this] { return undo("second"); });
    const auto result =
        co_await workflow::as_result(workflow::start_activity<&always_fails>(1, {.start_to_close_timeout = 1min}));
    if (!result.has_value()) {
      co_await saga.compensate();
    }
    co_return undone_;
  }
  Task<> undo(std::string step) {
    co_await workflow::sleep(1min);
    undone_.push_back(step);
  }

 private:
  Strings undone_;
};

TEST_F(Semantics, ASagaCompensatesInReverseOrder) {
  serve<Compensates>();
  worker_->add_activity<&always_fails>();
  EXPECT_EQ(env_.client().execute_workflow<&Compensates::run>({.id = "w", .task_queue = "q"}),
            (Strings{"second", "first"}));
}

class TimesOut {
 public:
  static void define(workflow::Definer<TimesOut> d) { d.run<&TimesOut::run>(); }
  Task<Strings> run() {
    Strings seen;
    bool never = false;
    try {
      co_await workflow::wait_condition([&never] { return never; }, 1h);
    } catch (const TimeoutError&) {
      seen.push_back("condition");
    }
    auto sleeper = workflow::spawn(sleep_and_return(5h));
    try {
      const int value = co_await workflow::with_timeout(sleeper, 2h);
      seen.push_back(std::to_string(value));
    } catch (const TimeoutError&) {
      seen.push_back("task");
    }
    auto quick = workflow::spawn(sleep_and_return(1h));
    const int value = co_await workflow::with_timeout(quick, 2h);
    seen.push_back(std::to_string(value));
    co_return seen;
  }
  Task<int> sleep_and_return(Duration d) {
    co_await workflow::sleep(d);
    co_return 7;
  }
};

TEST_F(Semantics, WaitsWithALimitEndAtIt) {
  serve<TimesOut>();
  const SystemTime before = env_.get_current_time();
  EXPECT_EQ(env_.client().execute_workflow<&TimesOut::run>({.id = "w", .task_queue = "q"}),
            (Strings{"condition", "task", "7"}));
  const Duration passed = env_.get_current_time() - before;
  EXPECT_GE(passed, 4h);
  EXPECT_LT(passed, 5h);
}

class CountsDown {
 public:
  static void define(workflow::Definer<CountsDown> d) { d.run<&CountsDown::run>(); }
  Task<int> run(int n) {
    co_await workflow::sleep(1h);
    if (n > 0) workflow::continue_as_new<&CountsDown::run>(n - 1);
    co_return 42;
  }
};

TEST_F(Semantics, ResultFollowsContinueAsNew) {
  serve<CountsDown>();
  EXPECT_EQ(env_.client().execute_workflow<&CountsDown::run>(3, {.id = "w", .task_queue = "q"}), 42);
}

}  // namespace
