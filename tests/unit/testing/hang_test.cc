// A test never hangs in silence: what fails for ever, what nobody knows and what does not move ends the calls that wait
// for it, in process and over a socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <string>
#include <thread>

#include "temporalio/log.h"
#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

namespace temporalio::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

int unknown_activity(int value) { return value; }
std::atomic<int> failures_left{0};
int failing_activity() {
  if (failures_left.fetch_sub(1) > 0) throw std::runtime_error("attempt failed");
  return 7;
}
std::atomic<bool> may_end{false};
int slow_activity() {
  while (!may_end) std::this_thread::sleep_for(5ms);
  return 1;
}
int beating_activity() {
  for (int i = 0; i < 30; ++i) {
    activity::heartbeat(i);
    std::this_thread::sleep_for(20ms);
  }
  return 1;
}

class Hanging {
 public:
  static void define(workflow::Definer<Hanging> d) {
    d.run<&Hanging::run>();
    d.query<&Hanging::value>();
  }
  workflow::Task<int> run(std::string how) {
    if (how == "throws") throw std::runtime_error("null customer");
    if (how == "stumbles" && failures_left.fetch_sub(1) > 0) throw std::runtime_error("null customer");
    if (how == "no timeout") co_await workflow::execute_activity<&failing_activity>({});
    if (how == "unknown activity") {
      co_await workflow::execute_activity<&unknown_activity>(1, {.start_to_close_timeout = 1min});
    }
    if (how == "fails for ever") {
      co_return co_await workflow::execute_activity<&failing_activity>({.start_to_close_timeout = 1min});
    }
    if (how == "other queue") {
      co_await workflow::execute_activity<&failing_activity>({.task_queue = "nobody", .start_to_close_timeout = 1min});
    }
    if (how == "slow") co_return co_await workflow::execute_activity<&slow_activity>({.start_to_close_timeout = 1h});
    if (how == "beats") {
      co_return co_await workflow::execute_activity<&beating_activity>(
          {.start_to_close_timeout = 1h, .heartbeat_timeout = 1s});
    }
    if (how == "waits") co_await workflow::wait_condition([] { return false; });
    if (how == "spins") {
      co_await workflow::sleep(1s);
      spin();
    }
    co_return 1;
  }
  int value() const { return 5; }

 private:
  [[gnu::noinline]] static void spin() {
    for (int looked = 0; !may_end && looked < 4000; ++looked) std::this_thread::sleep_for(5ms);
  }
};

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const RPCError& error) {
    return error.what();
  }
  return "no RPCError";
}

class HangIn : public ::testing::TestWithParam<std::string_view> {
 protected:
  HangIn() {
    set_log_sink([this](LogLevel level, std::string_view text) {
      if (level < LogLevel::warning) return;
      const std::lock_guard lock(mutex_);
      ++lines_;
      log_ += std::string(text) + "\n";
    });
    may_end = false;
    failures_left = 1 << 30;
  }
  ~HangIn() override {
    may_end = true;
    worker_.reset();
    set_log_sink({});
  }

  void begin(TimeSkippingOptions options = {}) {
    options.test_server_existing_path = GetParam();
    env_.emplace(WorkflowEnvironment::start_time_skipping(options));
    worker_.emplace(env_->client(), worker::WorkerOptions{.task_queue = "q"});
    worker_->add_workflow<Hanging>();
    worker_->add_activity<&failing_activity>().add_activity<&slow_activity>().add_activity<&beating_activity>();
    worker_->start();
  }
  client::WorkflowHandle<int> start(const std::string& how) {
    const client::StartWorkflowOptions options{.id = how, .task_queue = "q"};
    return env_->client().start_workflow<&Hanging::run>(how, options);
  }
  std::string result_error(const std::string& how) {
    return error_of([&] { start(how).result(); });
  }

  std::mutex mutex_;
  int lines_ = 0;
  std::string log_;
  std::optional<WorkflowEnvironment> env_;
  std::optional<worker::Worker> worker_;
};

TEST_P(HangIn, ATaskThatFailsInTheSameWayEndsTheWait) {
  begin();
  EXPECT_THAT(result_error("throws"),
              AllOf(HasSubstr("FAILED_PRECONDITION: workflow Hanging (id throws, run "),
                    HasSubstr("its workflow task has failed "), HasSubstr(" times in the same way: null customer"),
                    HasSubstr("throw an ApplicationError to fail the workflow instead")));
  EXPECT_THAT(result_error("no timeout"), HasSubstr("start_to_close_timeout or schedule_to_close_timeout is required"));
  EXPECT_THAT(env_->describe_time(), HasSubstr("failing: workflow Hanging (id throws, run "));
}

TEST_P(HangIn, AQueryOfAFailingWorkflowEnds) {
  begin();
  const auto handle = start("throws");
  EXPECT_THAT(error_of([&] { handle.query<&Hanging::value>(); }), HasSubstr("null customer"));
}

TEST_P(HangIn, AWorkflowTypeThatNobodyKnowsEndsTheWait) {
  begin();
  const auto handle = env_->client().start_workflow<int>("Nobody", {.id = "n", .task_queue = "q"});
  EXPECT_THAT(error_of([&] { handle.result(); }),
              AllOf(HasSubstr("no worker of this environment knows the workflow type Nobody (registered are: Hanging)"),
                    HasSubstr("register it with Worker::add_workflow")));
}

TEST_P(HangIn, AnActivityTypeThatNobodyKnowsEndsTheWait) {
  begin();
  EXPECT_THAT(result_error("unknown activity"),
              HasSubstr("no worker of this environment knows the activity type unknown_activity"));
}

TEST_P(HangIn, AThousandAttemptsEndTheWaitAndAreNotAllLogged) {
  begin();
  EXPECT_THAT(result_error("fails for ever"), HasSubstr("while nothing else happened: attempt failed"));
  const std::lock_guard lock(mutex_);
  EXPECT_LT(lines_, 60);
  EXPECT_THAT(log_, HasSubstr("activity failing_activity (id 1, attempt 3, of workflow fails for ever) failed"));
}

TEST_P(HangIn, FailuresThatEndDoNoHarm) {
  begin();
  failures_left = 2;
  EXPECT_EQ(start("stumbles").result(), 1);
  failures_left = 300;
  EXPECT_EQ(start("fails for ever").result(), 7);
}

TEST_P(HangIn, TheServersWaysOnDemand) {
  begin({.fail_fast = false});
  failures_left = 3;
  const std::string how = "stumbles";
  const client::StartWorkflowOptions options{.id = how, .task_queue = "q", .task_timeout = 10ms};
  EXPECT_EQ(env_->client().execute_workflow<&Hanging::run>(how, options), 1);
}

TEST_P(HangIn, WhatIsTerminatedIsReportedAsSuch) {
  begin();
  const auto handle = start("throws");
  EXPECT_THAT(error_of([&] { handle.result(); }), HasSubstr("null customer"));
  handle.terminate("enough");
  EXPECT_THROW(handle.result(), WorkflowFailureError);
  may_end = true;
  const client::StartWorkflowOptions again{.id = "throws", .task_queue = "q"};
  const std::string good = "good";
  EXPECT_EQ(env_->client().execute_workflow<&Hanging::run>(good, again), 1);
}

TEST_P(HangIn, WhatDoesNotMoveEndsTheWait) {
  begin({.hang_timeout = 300ms});
  for (const std::string how : {"waits", "other queue", "slow"}) {
    EXPECT_THAT(result_error(how), HasSubstr("nothing has moved for 0.3 s (TimeSkippingOptions::hang_timeout"));
  }
  if (GetParam().empty()) {
    EXPECT_THAT(error_of([&] { env_->sleep(1h); }),
                AllOf(HasSubstr("nothing has moved for 0.3 s"), HasSubstr("activity '1' (attempt 1) runs on worker"),
                      HasSubstr("which no worker polls now")));
  }
}

TEST_P(HangIn, HeartbeatsAreMovement) {
  begin({.hang_timeout = 300ms});
  EXPECT_EQ(start("beats").result(), 1);
}

TEST_P(HangIn, ResultTakesATimeout) {
  begin();
  const auto handle = start("waits");
  EXPECT_THAT(error_of([&] { handle.result({.timeout = 50ms}); }),
              HasSubstr("DEADLINE_EXCEEDED: workflow waits has not closed within 0.05"));
}

INSTANTIATE_TEST_SUITE_P(, HangIn, ::testing::Values(std::string_view(), std::string_view(TEST_SERVER)),
                         [](const auto& tried) { return tried.param.empty() ? "Process" : "Socket"; });

TEST(Hang, DescribeTimeAnswersWhileCodeDoesNotYield) {
  std::mutex mutex;
  std::string log;
  set_log_sink([&](LogLevel, std::string_view text) {
    const std::lock_guard lock(mutex);
    log += text;
  });
  may_end = false;
  auto env = WorkflowEnvironment::start_time_skipping();
  worker::Worker worker(env.client(), {.task_queue = "q"});
  worker.add_workflow<Hanging>();
  const std::string how = "spins";
  auto result = std::async(std::launch::async, [&] {
    return env.client().execute_workflow<&Hanging::run>(how, {.id = "spinning", .task_queue = "q"});
  });
  std::string said;
  const auto begin = std::chrono::steady_clock::now();
  while (said.find("has not yielded") == std::string::npos && std::chrono::steady_clock::now() - begin < 10s) {
    const auto asked = std::chrono::steady_clock::now();
    said = env.describe_time();
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 3s);
  }
  EXPECT_THAT(said, AllOf(HasSubstr("workflow Hanging (id spinning, run "), HasSubstr("virtual time "),
                          HasSubstr("is with worker ")));
  EXPECT_THAT(said, ::testing::AnyOf(HasSubstr("nanosleep"), HasSubstr("sleep_for"), HasSubstr("spin")));
  may_end = true;
  EXPECT_EQ(result.get(), 1);
  set_log_sink({});
}

}  // namespace
}  // namespace temporalio::testing
