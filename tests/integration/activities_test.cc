// Activities from the workflow's call to the worker's answer and back: retries, heartbeats, cancellation, names, the
// end of a worker. The same tests in process and against temporal-test-server over a socket.
#include "temporalio/activity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "temporalio/payload_json.h"
#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

using namespace std::chrono_literals;
using namespace temporalio;
using temporalio::testing::WorkflowEnvironment;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

namespace {

// ---- the activities ----------------------------------------------------------------------------------------------

std::string fails_twice() {
  const int attempt = activity::info().attempt;
  if (attempt < 3) throw ApplicationError("attempt " + std::to_string(attempt), {.type = "Flaky"});
  return "attempt " + std::to_string(attempt);
}

std::string resumes() {
  const Duration enough = activity::info().heartbeat_timeout.value();
  if (activity::info().heartbeat_details.empty()) {
    activity::heartbeat(7, "rows");
    throw ApplicationError("lost the connection after " + std::to_string(enough / 1ms) + " ms");
  }
  return "resumed at " + std::to_string(activity::info().heartbeat_detail<int>(0)) + " " +
         activity::info().heartbeat_detail<std::string>(1);
}

std::string refuses() { throw ApplicationError("no such card", {.type = "Card", .non_retryable = true}, "4711"); }

std::string throws_foreign() { throw std::out_of_range("row 9"); }

std::string retries_when_told() {
  if (activity::info().attempt == 1) throw ApplicationError("busy", {.next_retry_delay = 24h});
  return "a day later";
}

std::atomic<bool> is_running = false;

std::string stops_when_cancelled() {
  is_running = true;
  while (!activity::is_cancelled()) {
    activity::heartbeat();
    activity::wait_for_cancelled_sync(5ms);
  }
  activity::check_cancelled();
  return "not reached";
}

activity::Task<std::string> awaits_cancellation() {
  is_running = true;
  for (;;) {
    activity::heartbeat();
    co_await activity::sleep(5ms);
  }
}

std::string finishes_all_the_same() {
  is_running = true;
  while (!activity::wait_for_cancelled_sync(5ms)) activity::heartbeat();
  return activity::cancellation_details()->cancel_requested ? "finished after the request" : "finished";
}

activity::Task<std::string> falls_silent() {
  activity::heartbeat("last words");
  co_await activity::wait_for_cancelled();
  co_return "too late";
}

activity::Task<std::string> is_completed_by_nobody() {
  activity::raise_complete_async();
  co_return "";
}

std::string shouts() { return "HELLO"; }

std::string known_under_another_name() { return activity::info().activity_type; }

activity::Task<std::string> offloads() {
  std::string text = "from";
  const auto work = [&] { return text + " the pool"; };
  const std::string longer = co_await activity::offload(work);
  co_return longer;
}

std::string outlives_its_worker() {
  if (activity::info().attempt > 1) return "taken over";
  is_running = true;
  activity::wait_for_cancelled_sync();
  throw CancelledError();
}

std::string all_meet() {
  static std::barrier everybody(3);
  everybody.arrive_and_wait();
  return "met";
}

class Counter {
 public:
  std::string next() { return std::to_string(++count_); }

 private:
  std::atomic<int> count_ = 0;
};

// ---- the workflow: calls one activity, gives its result or the failure as text
// ---------------------------------------

struct Limits {
  Limits() = default;
  int start_to_close_ms = 60'000;
  int heartbeat_ms = 0;
  int maximum_attempts = 0;
  bool waits_for_cancellation = false;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Limits, start_to_close_ms, heartbeat_ms, maximum_attempts, waits_for_cancellation)

}  // namespace

template <>
inline constexpr std::string_view temporalio::activity::kName<&known_under_another_name> = "ChosenName";

namespace {

template <auto kActivity>
class Call {
 public:
  static void define(workflow::Definer<Call> d) {
    d.name("Call");
    d.template run<&Call::run>();
  }
  workflow::Task<std::string> run(Limits limits) {
    workflow::ActivityOptions options;
    options.start_to_close_timeout = std::chrono::milliseconds(limits.start_to_close_ms);
    if (limits.heartbeat_ms > 0) options.heartbeat_timeout = std::chrono::milliseconds(limits.heartbeat_ms);
    if (limits.maximum_attempts > 0) options.retry_policy = RetryPolicy{.maximum_attempts = limits.maximum_attempts};
    if (limits.waits_for_cancellation) {
      options.cancellation_type = workflow::ActivityCancellationType::wait_cancellation_completed;
    }
    std::string text;
    try {
      text = co_await workflow::execute_activity<kActivity>(options);
    } catch (const ActivityError& error) {
      text = describe_failure(error);
    }
    co_return text;
  }
};

struct Place {
  const char* name;
  std::string_view server;  // empty: in process
};

class ActivitiesIn : public ::testing::TestWithParam<Place> {
 protected:
  ActivitiesIn() { is_running = false; }

  template <auto kActivity>
  client::WorkflowHandle<std::string> start(const Limits& limits = Limits()) {
    worker_.add_workflow<Call<kActivity>>();
    worker_.add_activity<kActivity>();
    worker_.start();
    return env_.client().start_workflow<&Call<kActivity>::run>(limits, {.id = "call", .task_queue = "q"});
  }
  template <auto kActivity>
  std::string call(const Limits& limits = Limits()) {
    return start<kActivity>(limits).result();
  }
  static void wait_until_running() {
    while (!is_running) std::this_thread::yield();
  }

  WorkflowEnvironment env_ = WorkflowEnvironment::start_time_skipping({.test_server_existing_path = GetParam().server});
  // Heartbeats go out often, so that no test waits for the answer to one.
  worker::Worker worker_{env_.client(), {.task_queue = "q", .max_heartbeat_throttle_interval = 20ms}};
};

TEST_P(ActivitiesIn, AreTriedAgainUntilTheySucceed) { EXPECT_EQ(call<&fails_twice>(), "attempt 3"); }

TEST_P(ActivitiesIn, FailTheCallAfterTheLastAttempt) {
  Limits limits;
  limits.maximum_attempts = 2;
  EXPECT_THAT(call<&fails_twice>(limits), AllOf(HasSubstr("retry state maximum_attempts_reached"),
                                                HasSubstr("caused by ApplicationError(Flaky): attempt 2")));
}

TEST_P(ActivitiesIn, ResumeFromTheirLastHeartbeat) {
  Limits limits;
  limits.heartbeat_ms = 30'000;
  EXPECT_EQ(call<&resumes>(limits), "resumed at 7 rows");
}

TEST_P(ActivitiesIn, AreNotTriedAgainWhenTheyRefuse) {
  EXPECT_THAT(call<&refuses>(), AllOf(HasSubstr("retry state non_retryable_failure"),
                                      HasSubstr("caused by ApplicationError(Card): no such card")));
}

TEST_P(ActivitiesIn, ReportForeignExceptionsByTheirClass) {
  Limits limits;
  limits.maximum_attempts = 1;
  EXPECT_THAT(call<&throws_foreign>(limits), HasSubstr("caused by ApplicationError(out_of_range): row 9"));
}

TEST_P(ActivitiesIn, MayChooseWhenToBeTriedAgain) {
  const SystemTime before = env_.get_current_time();
  EXPECT_EQ(call<&retries_when_told>(), "a day later");
  EXPECT_GE(env_.get_current_time() - before, 24h);
}

TEST_P(ActivitiesIn, LearnOfACancellationByTheirHeartbeats) {
  Limits limits;
  limits.heartbeat_ms = 30'000;
  limits.waits_for_cancellation = true;
  const auto handle = start<&stops_when_cancelled>(limits);
  wait_until_running();
  handle.cancel();
  EXPECT_THAT(handle.result(), AllOf(StartsWith("ActivityError(stops_when_cancelled"),
                                     HasSubstr("retry state cancel_requested"), HasSubstr("caused by CancelledError")));
}

TEST_P(ActivitiesIn, AreThrownOutOfTheirAwaits) {
  Limits limits;
  limits.heartbeat_ms = 30'000;
  limits.waits_for_cancellation = true;
  const auto handle = start<&awaits_cancellation>(limits);
  wait_until_running();
  handle.cancel();
  EXPECT_THAT(handle.result(), HasSubstr("caused by CancelledError"));
}

TEST_P(ActivitiesIn, MayFinishThoughTheyAreCancelled) {
  Limits limits;
  limits.heartbeat_ms = 30'000;
  limits.waits_for_cancellation = true;
  const auto handle = start<&finishes_all_the_same>(limits);
  wait_until_running();
  handle.cancel();
  EXPECT_EQ(handle.result(), "finished after the request");
}

TEST_P(ActivitiesIn, AreNotWaitedForByWhoOnlyTries) {
  const auto handle = start<&stops_when_cancelled>();  // no heartbeat timeout: it hears nothing for 30 s
  wait_until_running();
  handle.cancel();
  EXPECT_THAT(handle.result(), HasSubstr("caused by CancelledError"));
}

TEST_P(ActivitiesIn, TimeOutWithoutAHeartbeat) {
  Limits limits;
  limits.heartbeat_ms = 200;
  limits.maximum_attempts = 1;
  EXPECT_THAT(call<&falls_silent>(limits), HasSubstr("caused by TimeoutError(heartbeat)"));
}

TEST_P(ActivitiesIn, ThatOthersCompleteTimeOutWhenNobodyDoes) {
  Limits limits;
  limits.start_to_close_ms = 200;
  limits.maximum_attempts = 1;
  EXPECT_THAT(call<&is_completed_by_nobody>(limits), HasSubstr("caused by TimeoutError(start_to_close)"));
}

TEST_P(ActivitiesIn, OfAnUnknownTypeFailAndNameTheKnownOnes) {
  worker_.add_workflow<Call<&refuses>>();
  worker_.add_activity<&shouts>();
  worker_.start();
  Limits limits;
  limits.maximum_attempts = 1;
  const std::string text = env_.client().execute_workflow<&Call<&refuses>::run>(limits, {.id = "w", .task_queue = "q"});
  EXPECT_THAT(text, AllOf(HasSubstr("ApplicationError(NotFoundError)"), HasSubstr("registered are: shouts")));
}

TEST_P(ActivitiesIn, HaveTheNameThatWasChosen) { EXPECT_EQ(call<&known_under_another_name>(), "ChosenName"); }

TEST_P(ActivitiesIn, OffloadFromTheirCoroutine) { EXPECT_EQ(call<&offloads>(), "from the pool"); }

// Nothing waits for the old worker: its workflow goes on with the next one at once, without a task that times out.
void expect_taken_over(const client::WorkflowHandle<std::string>& handle, client::Client& client) {
  worker::Worker heir(client, {.task_queue = "q"});
  heir.add_workflow<Call<&outlives_its_worker>>();
  heir.add_activity<&outlives_its_worker>();
  heir.start();
  EXPECT_EQ(handle.result(), "taken over");
  const std::string history = handle.fetch_history().to_json();
  EXPECT_THAT(history, HasSubstr("WorkerShutdown"));
  EXPECT_THAT(history, Not(HasSubstr("TIMED_OUT")));
}

TEST_P(ActivitiesIn, AreTakenOverWhenTheirWorkerIsShutDown) {
  const auto handle = start<&outlives_its_worker>();
  wait_until_running();
  worker_.shutdown();
  expect_taken_over(handle, env_.client());
}

TEST_P(ActivitiesIn, AreTakenOverWhenTheirWorkerIsDestroyed) {
  auto worker = std::make_unique<worker::Worker>(env_.client(), worker::WorkerOptions{.task_queue = "q"});
  worker->add_workflow<Call<&outlives_its_worker>>();
  worker->add_activity<&outlives_its_worker>();
  worker->start();
  const auto handle =
      env_.client().start_workflow<&Call<&outlives_its_worker>::run>(Limits(), {.id = "call", .task_queue = "q"});
  wait_until_running();
  worker.reset();
  expect_taken_over(handle, env_.client());
}

class ThreeAtOnce {
 public:
  static void define(workflow::Definer<ThreeAtOnce> d) { d.run<&ThreeAtOnce::run>(); }
  workflow::Task<std::string> run() {
    auto a = workflow::start_activity<&all_meet>({.start_to_close_timeout = 1min});
    auto b = workflow::start_activity<&all_meet>({.start_to_close_timeout = 1min});
    auto c = workflow::start_activity<&all_meet>({.start_to_close_timeout = 1min});
    co_await workflow::when_all(a, b, c);
    co_return "all";
  }
};

TEST_P(ActivitiesIn, RunAtTheSameTime) {
  worker_.add_workflow<ThreeAtOnce>();
  worker_.add_activity<&all_meet>();
  worker_.start();
  EXPECT_EQ(env_.client().execute_workflow<&ThreeAtOnce::run>({.id = "w", .task_queue = "q"}), "all");
}

class CountsTwice {
 public:
  static void define(workflow::Definer<CountsTwice> d) { d.run<&CountsTwice::run>(); }
  workflow::Task<std::string> run() {
    const std::string first = co_await workflow::execute_activity<&Counter::next>({.start_to_close_timeout = 1min});
    const std::string second = co_await workflow::execute_activity<&Counter::next>({.start_to_close_timeout = 1min});
    co_return first + second;
  }
};

TEST_P(ActivitiesIn, ThatAreMethodsShareTheirObject) {
  worker_.add_workflow<CountsTwice>();
  worker_.add_activity<&Counter::next>(std::make_shared<Counter>());
  worker_.start();
  EXPECT_EQ(env_.client().execute_workflow<&CountsTwice::run>({.id = "w", .task_queue = "q"}), "12");
}

INSTANTIATE_TEST_SUITE_P(, ActivitiesIn, ::testing::Values(Place{"InProcess", ""}, Place{"OverASocket", TEST_SERVER}),
                         [](const auto& place) { return std::string(place.param.name); });

}  // namespace
