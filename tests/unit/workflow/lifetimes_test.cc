// What workflow code may drop, throw and try at odd moments, live with and without a cache, and replayed: handles that
// go while they are awaited, queries that want to change something, signals whose arguments refuse to be read.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

#include "temporalio/payload_json.h"
#include "temporalio/replayer.h"
#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

using namespace std::chrono_literals;
namespace workflow = temporalio::workflow;
using temporalio::function_name;
using workflow::Task;

namespace {

int echo(int i) { return i; }
constexpr workflow::ActivityOptions kShort{.start_to_close_timeout = 10s};

template <class W>
struct Rig {
  temporalio::testing::WorkflowEnvironment environment =
      temporalio::testing::WorkflowEnvironment::start_time_skipping();
  temporalio::worker::Worker worker;

  explicit Rig(int cache) : worker(environment.client(), {.task_queue = "q", .max_cached_workflows = cache}) {
    worker.add_workflow<W>();
    worker.add_activity<&echo>();
  }
  auto start() { return environment.client().start_workflow<&W::run>({.id = "w", .task_queue = "q"}); }
  template <class Handle>
  void expect_replays(Handle& handle) {
    temporalio::replayer::Replayer replayer;
    replayer.add_workflow<W>();
    const auto result = replayer.replay_history(handle.fetch_history());
    EXPECT_TRUE(result.has_passed()) << result.report();
  }
};

class WorkflowLifetimes : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Cache, WorkflowLifetimes, testing::Values(0, 1000));

// ---- handles dropped while awaited -------------------------------------------------------------------------------

class DropsTimer {
 public:
  static void define(workflow::Definer<DropsTimer> d) {
    d.run<&DropsTimer::run>();
    d.signal<&DropsTimer::replace>();
  }
  Task<int> run() {
    timer_.emplace(workflow::sleep(1h));
    co_await *timer_;
    co_return 5;
  }
  void replace() { timer_.emplace(workflow::sleep(2h)); }

 private:
  std::optional<workflow::TimerHandle> timer_;
};

TEST_P(WorkflowLifetimes, ATimerThatIsReplacedWhileItIsAwaitedStillFires) {
  Rig<DropsTimer> rig(GetParam());
  auto handle = rig.start();
  rig.environment.sleep(1s);
  handle.signal<&DropsTimer::replace>();
  EXPECT_EQ(handle.result(), 5);
  rig.expect_replays(handle);
}

class DropsActivity {
 public:
  static void define(workflow::Definer<DropsActivity> d) {
    d.run<&DropsActivity::run>();
    d.signal<&DropsActivity::drop>();
  }
  Task<int> run() {
    activity_.emplace(workflow::start_activity<&echo>(77, kShort));
    const int result = co_await *activity_;
    co_return result;
  }
  void drop() { activity_.reset(); }

 private:
  std::optional<workflow::ActivityHandle<int>> activity_;
};

TEST_P(WorkflowLifetimes, AnActivityThatIsDroppedWhileItIsAwaitedGivesItsResult) {
  Rig<DropsActivity> rig(GetParam());
  auto handle = rig.start();
  handle.signal<&DropsActivity::drop>();
  EXPECT_EQ(handle.result(), 77);
  rig.expect_replays(handle);
}

class DropsTask {
 public:
  static void define(workflow::Definer<DropsTask> d) {
    d.run<&DropsTask::run>();
    d.signal<&DropsTask::drop>();
  }
  Task<std::string> run() {
    task_.emplace(workflow::spawn(nap()));
    std::string result = co_await *task_;
    co_return result;
  }
  void drop() { task_.reset(); }

 private:
  static Task<std::string> nap() {
    co_await workflow::sleep(1h);
    co_return std::string(100, 'x');
  }
  std::optional<workflow::TaskHandle<std::string>> task_;
};

TEST_P(WorkflowLifetimes, ATaskThatIsDroppedWhileItIsAwaitedGivesItsResult) {
  Rig<DropsTask> rig(GetParam());
  auto handle = rig.start();
  handle.signal<&DropsTask::drop>();
  EXPECT_EQ(handle.result(), std::string(100, 'x'));
  rig.expect_replays(handle);
}

// ---- queries that change something -------------------------------------------------------------------------------

class CancelsInQuery {
 public:
  static void define(workflow::Definer<CancelsInQuery> d) {
    d.run<&CancelsInQuery::run>();
    d.query<&CancelsInQuery::cancel_timer>();
    d.query<&CancelsInQuery::cancel_activity>();
    d.query<&CancelsInQuery::cancel_task>();
  }
  Task<bool> run() {
    timer_.emplace(workflow::sleep(1h));
    task_.emplace(workflow::spawn(nap()));
    activity_.emplace(workflow::start_activity<&echo>(1, kShort));
    const auto slept = co_await workflow::as_result(*timer_);
    const auto napped = co_await workflow::as_result(*task_);
    const auto echoed = co_await workflow::as_result(*activity_);
    co_return slept.has_value() && napped.has_value() && echoed.has_value();
  }
  bool cancel_timer() const { return cancelled(timer_); }
  bool cancel_task() const { return cancelled(task_); }
  bool cancel_activity() const { return cancelled(activity_); }

 private:
  static Task<> nap() { co_await workflow::sleep(1h); }
  template <class Handle>
  static bool cancelled(std::optional<Handle> handle) {
    handle->cancel();
    return true;
  }
  std::optional<workflow::TimerHandle> timer_;
  std::optional<workflow::TaskHandle<void>> task_;
  std::optional<workflow::ActivityHandle<int>> activity_;
};

TEST_P(WorkflowLifetimes, AQueryCannotCancel) {
  Rig<CancelsInQuery> rig(GetParam());
  auto handle = rig.start();
  EXPECT_THROW(static_cast<void>(handle.query<&CancelsInQuery::cancel_timer>()), temporalio::WorkflowQueryFailedError);
  EXPECT_THROW(static_cast<void>(handle.query<&CancelsInQuery::cancel_task>()), temporalio::WorkflowQueryFailedError);
  EXPECT_THROW(static_cast<void>(handle.query<&CancelsInQuery::cancel_activity>()),
               temporalio::WorkflowQueryFailedError);
  EXPECT_TRUE(handle.result());
  rig.expect_replays(handle);
}

// ---- arguments that refuse to be read ----------------------------------------------------------------------------

struct Positive {
  int value = 0;
};
void from_json(const nlohmann::json& json, Positive& positive) {
  positive.value = json.get<int>();
  if (positive.value < 0) throw std::runtime_error("it is negative");
}

class TakesPositive {
 public:
  static void define(workflow::Definer<TakesPositive> d) {
    d.run<&TakesPositive::run>();
    d.signal<&TakesPositive::plain>();
    d.signal<&TakesPositive::slow>();
  }
  Task<int> run() {
    co_await workflow::wait_condition([this] { return sum_ >= 3; });
    co_return sum_;
  }
  void plain(Positive positive) { sum_ += positive.value; }
  Task<> slow(Positive positive) {
    co_await workflow::sleep(1s);
    sum_ += positive.value;
  }

 private:
  int sum_ = 0;
};

TEST_P(WorkflowLifetimes, SignalsThatTheirTypeRefusesAreDropped) {
  Rig<TakesPositive> rig(GetParam());
  auto handle = rig.start();
  handle.signal("plain", -1);
  handle.signal("slow", -1);
  handle.signal("plain", 1);
  handle.signal("slow", 2);
  EXPECT_EQ(handle.result(), 3);
  rig.expect_replays(handle);
}

// ---- names -------------------------------------------------------------------------------------------------------

template <class T>
struct Box {
  void hit(T) {}
  struct Inner {
    int count() const { return 0; }
  };
};

TEST(FunctionName, OfMembersOfTemplates) {
  EXPECT_EQ(function_name<&Box<int>::hit>(), "hit");
  EXPECT_EQ(function_name<&Box<Box<int>>::Inner::count>(), "count");
  EXPECT_EQ(temporalio::type_name<Box<Box<int>>>(), "Box");
  EXPECT_EQ(temporalio::type_name<Box<int>::Inner>(), "Inner");
  EXPECT_EQ(function_name<&echo>(), "echo");
}

}  // namespace
