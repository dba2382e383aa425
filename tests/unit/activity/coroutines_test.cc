// Asynchronous activities: coroutines on the loop's thread.
#include <gmock/gmock.h>

#include <stdexcept>
#include <thread>

#include "tests/unit/activity/fixture.h"

namespace temporalio::activity {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Kind = Outcome::Kind;

std::vector<std::string> events;

struct Leaves {
  explicit Leaves(std::string what) : name(std::move(what)) {}
  ~Leaves() { events.push_back(name + " leaves"); }
  std::string name;
};

Task<int> nap(int seconds) {
  co_await sleep(std::chrono::seconds(seconds));
  co_return seconds;
}
Task<> nothing() { co_return; }
Task<> fail_later() {
  co_await sleep(1s);
  throw ApplicationError("late failure", {.type = "Late"});
}
Task<int> child(int n) {
  co_await sleep(1s);
  co_return n + 1;
}
Task<int> with_children() {
  const int first = co_await child(1);
  const int second = co_await child(first);
  co_return second;
}
Task<std::string> wait_politely() {
  const Leaves leaves("polite");
  co_await wait_for_cancelled();
  const bool is_requested = cancellation_details()->cancel_requested;
  // Cancelled already: no exception, no wait.
  co_await wait_for_cancelled();
  co_return is_requested ? "requested" : "otherwise";
}
Task<> wait_rudely() {
  const Leaves leaves("rude");
  co_await sleep(24h);
  events.push_back("not reached");
}
Task<> clean_up() {
  try {
    co_await sleep(24h);
  } catch (const CancelledError&) {
    events.push_back("caught");
  }
  co_await sleep(1s);
  events.push_back("cleaned up");
  check_cancelled();
}
Task<> beat() {
  for (int i = 0; i < 25; ++i) {
    heartbeat(i);
    co_await sleep(1s);
  }
}
Task<> beat_for_ever() {
  for (;;) {
    heartbeat();
    co_await sleep(1s);
  }
}
Task<bool> offload_work(std::string text) {
  const std::thread::id loop_thread = std::this_thread::get_id();
  bool was_elsewhere = false;
  const auto work = [&] {
    heartbeat("from the pool");
    was_elsewhere = std::this_thread::get_id() != loop_thread && in_activity();
    return text + "!";
  };
  const std::string longer = co_await offload(work);
  co_return was_elsewhere&& longer == "hello!" && std::this_thread::get_id() == loop_thread;
}
Task<int> offload_failure() {
  int caught = 0;
  try {
    co_await offload([] { throw std::out_of_range("x"); });
  } catch (const std::out_of_range&) {
    caught = 1;
  }
  co_return caught;
}
std::atomic<bool> may_end = false;
Task<> offload_while_cancelled() {
  const int result = co_await offload([] {
    while (!may_end) std::this_thread::yield();
    return 7;
  });
  events.push_back("result " + std::to_string(result));
  co_await sleep(1s);
  events.push_back("not reached");
}
Task<> misuse_offload() {
  co_await offload([] { static_cast<void>(sleep(1s)); });
}
Task<bool> see_shutdown() {
  co_await wait_for_worker_shutdown();
  co_return is_worker_shutdown() && !is_cancelled();
}
Task<> block_the_loop() {
  wait_for_cancelled_sync(1s);
  co_return;
}
Task<> later() {
  raise_complete_async();
  co_return;
}
Task<int> many(int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i) {
    const int one = co_await [](int value) -> Task<int> { co_return value; }(1);
    sum += one;
  }
  co_return sum;
}

class CoroutineActivities : public ActivityFixture {
 protected:
  CoroutineActivities() : ActivityFixture(true) { events.clear(); }

  void pass(int steps) {
    int count = 0;
    for (int i = 0; i < steps; ++i) loop_->post([&count] { ++count; });
    pump_until([&] { return count == steps; });
  }
};

TEST_F(CoroutineActivities, SleepWithoutAThread) {
  registry_.add(registration<&nap>());
  const auto start_time = loop_->time().now();
  EXPECT_EQ(result(run("nap", 3600)), "3600");
  EXPECT_EQ(loop_->time().now() - start_time, Duration(1h));
}

TEST_F(CoroutineActivities, GiveNullForVoid) {
  registry_.add(registration<&nothing>());
  const Outcome outcome = run("nothing");
  ASSERT_EQ(outcome.payloads.payloads_size(), 1);
  EXPECT_EQ(outcome.payloads.payloads(0).metadata().at("encoding"), "binary/null");
}

TEST_F(CoroutineActivities, AwaitOtherCoroutines) {
  registry_.add(registration<&with_children>());
  EXPECT_EQ(result(run("with_children")), "3");
}

TEST_F(CoroutineActivities, RunSideBySide) {
  registry_.add(registration<&nap>());
  std::vector<std::string> results;
  const auto start_time = loop_->time().now();
  on_loop([&] {
    for (const int seconds : {30, 10, 20}) {
      executor_->start(make_task("nap", seconds), [&](const Outcome& outcome) { results.push_back(result(outcome)); });
    }
  });
  pump_until([&] { return results.size() == 3; });
  EXPECT_EQ(results, (std::vector<std::string>{"10", "20", "30"}));
  EXPECT_EQ(loop_->time().now() - start_time, Duration(30s));
}

TEST_F(CoroutineActivities, FailWithWhatTheyThrow) {
  registry_.add(registration<&fail_later>());
  registry_.add(registration<&nap>());
  EXPECT_EQ(run("fail_later").failure.application_failure_info().type(), "Late");
  EXPECT_EQ(run("nap", "x").failure.application_failure_info().type(), "PayloadDecodeError");
}

TEST_F(CoroutineActivities, HeartbeatsGoOutOncePerWindow) {
  registry_.add(registration<&beat>());
  PolledTask task = make_task("beat");
  payload::to_proto(Duration(10s), *task.mutable_heartbeat_timeout());
  start(std::move(task));
  const auto begin = loop_->time().now();
  EXPECT_EQ(finish().kind, Kind::completed);
  // 0.8 of the timeout: at 0, 8, 16 and 24 seconds, each with the newest value.
  ASSERT_EQ(heartbeats_.size(), 4U);
  for (int i = 0; i < 4; ++i) {
    const SentHeartbeat& sent = heartbeats_[static_cast<std::size_t>(i)];
    EXPECT_EQ(sent.time - begin, Duration(8s * i));
    ASSERT_EQ(sent.details.size(), 1U);
    // At the end of a window its timer and the sleep are due together, the timer was set later.
    EXPECT_NEAR(from_payload<int>(sent.details[0]), 8 * i, 1);
  }
}

TEST_F(CoroutineActivities, CancellationThrowsAtTheWait) {
  registry_.add(registration<&beat_for_ever>());
  answer_.cancel_requested = true;
  const auto begin = loop_->time().now();
  EXPECT_EQ(run("beat_for_ever").kind, Kind::cancelled);
  EXPECT_LT(loop_->time().now() - begin, Duration(1s));
}

TEST_F(CoroutineActivities, PauseAndResetAreFailuresOfTheirOwn) {
  registry_.add(registration<&beat_for_ever>());
  answer_.activity_paused = true;
  EXPECT_EQ(run("beat_for_ever").failure.application_failure_info().type(), "ActivityPause");
  answer_.activity_paused = false;
  answer_.activity_reset = true;
  EXPECT_EQ(run("beat_for_ever").failure.application_failure_info().type(), "ActivityReset");
}

TEST_F(CoroutineActivities, WaitForCancelledReturns) {
  registry_.add(registration<&wait_politely>());
  start(make_task("wait_politely"));
  pass(3);
  on_loop([&] { executor_->cancel_all(); });
  EXPECT_EQ(result(finish()), "\"otherwise\"");
  EXPECT_EQ(events, std::vector<std::string>{"polite leaves"});
}

TEST_F(CoroutineActivities, CancelledOnceTheyMayCleanUp) {
  registry_.add(registration<&clean_up>());
  start(make_task("clean_up"));
  pass(3);
  on_loop([&] {
    executor_->cancel_all();
    executor_->cancel_all();
  });
  EXPECT_EQ(finish().failure.application_failure_info().type(), "WorkerShutdown");
  EXPECT_EQ(events, (std::vector<std::string>{"caught", "cleaned up"}));
}

TEST_F(CoroutineActivities, CancelledBeforeTheFirstStepThrowAtTheFirstWait) {
  registry_.add(registration<&wait_rudely>());
  on_loop([&] {
    executor_->start(make_task("wait_rudely"), [this](Outcome outcome) { outcome_ = std::move(outcome); });
    executor_->cancel_all();
  });
  EXPECT_EQ(finish().failure.application_failure_info().type(), "WorkerShutdown");
  EXPECT_EQ(events, std::vector<std::string>{"rude leaves"});
}

TEST_F(CoroutineActivities, ArePulledDownWithTheExecutor) {
  registry_.add(registration<&wait_rudely>());
  start(make_task("wait_rudely"));
  pass(3);
  on_loop([&] { executor_.reset(); });
  EXPECT_EQ(events, std::vector<std::string>{"rude leaves"});
  EXPECT_FALSE(outcome_.has_value());
}

TEST_F(CoroutineActivities, AreToldWhenTheirTimeIsOver) {
  registry_.add(registration<&wait_rudely>());
  PolledTask task = make_task("wait_rudely");
  payload::to_proto(Duration(1min), *task.mutable_start_to_close_timeout());
  start(std::move(task));
  const auto begin = loop_->time().now();
  const Outcome outcome = finish();
  EXPECT_EQ(outcome.kind, Kind::failed);
  EXPECT_TRUE(outcome.failure.has_canceled_failure_info());
  EXPECT_EQ(loop_->time().now() - begin, Duration(65s));
}

TEST_F(CoroutineActivities, SeeTheShutdown) {
  registry_.add(registration<&see_shutdown>());
  start(make_task("see_shutdown"));
  pass(3);
  on_loop([&] { executor_->announce_shutdown(); });
  EXPECT_EQ(result(finish()), "true");
  EXPECT_EQ(result(run("see_shutdown")), "true");
}

TEST_F(CoroutineActivities, MustNotBlockTheLoop) {
  registry_.add(registration<&block_the_loop>());
  EXPECT_THAT(run("block_the_loop").failure.message(), HasSubstr("must not block"));
}

TEST_F(CoroutineActivities, MayBeCompletedByOthers) {
  registry_.add(registration<&later>());
  EXPECT_EQ(run("later").kind, Kind::completes_later);
}

TEST_F(CoroutineActivities, AMillionReadyAwaitsDoNotGrowTheStack) {
  registry_.add(registration<&many>());
  EXPECT_EQ(result(run("many", 1'000'000)), "1000000");
}

// With the real clock: a jump would not wait for the pool.
class OffloadingActivities : public ActivityFixture {
 protected:
  OffloadingActivities() : ActivityFixture(false) { events.clear(); }
};

TEST_F(OffloadingActivities, WorkOnAThreadAndComeBack) {
  registry_.add(registration<&offload_work>());
  EXPECT_EQ(result(run("offload_work", "hello")), "true");
  ASSERT_EQ(heartbeats_.size(), 1U);
  EXPECT_EQ(heartbeats_[0].details[0].data, "\"from the pool\"");
}

TEST_F(OffloadingActivities, CatchWhatTheWorkThrows) {
  registry_.add(registration<&offload_failure>());
  EXPECT_EQ(result(run("offload_failure")), "1");
}

TEST_F(OffloadingActivities, KeepTheResultWhenCancelledMeanwhile) {
  registry_.add(registration<&offload_while_cancelled>());
  start(make_task("offload_while_cancelled"));
  int steps = 0;
  for (int i = 0; i < 3; ++i) loop_->post([&] { ++steps; });
  pump_until([&] { return steps == 3; });
  on_loop([&] { executor_->cancel_all(); });
  may_end = true;
  EXPECT_EQ(finish().failure.application_failure_info().type(), "WorkerShutdown");
  EXPECT_EQ(events, std::vector<std::string>{"result 7"});
}

TEST_F(OffloadingActivities, CannotAwaitInsideTheWork) {
  registry_.add(registration<&misuse_offload>());
  EXPECT_THAT(run("misuse_offload").failure.message(), HasSubstr("not in the activity's coroutine"));
}

}  // namespace
}  // namespace temporalio::activity
