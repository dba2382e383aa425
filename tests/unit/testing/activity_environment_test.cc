// testing::ActivityEnvironment: info, heartbeats, cancellation and exceptions of one activity, without a worker.
#include "temporalio/activity_environment.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;

namespace temporalio::testing {
namespace {

std::string whose(std::string item) {
  return item + " of " + activity::info().workflow_id + ", attempt " + std::to_string(activity::info().attempt);
}

struct MyError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void fail(std::string why) { throw MyError(why); }

int count_heartbeats(int n) {
  for (int i = 1; i <= n; ++i) {
    activity::heartbeat(i);
    activity::check_cancelled();
  }
  return n;
}

bool wait_for_end() { return activity::wait_for_cancelled_sync(10s); }

activity::Task<int> count_slowly(int n) {
  for (int i = 1; i <= n; ++i) {
    activity::heartbeat(i);
    co_await activity::sleep(1ms);
  }
  co_return n;
}

activity::Task<> fail_slowly(std::string why) {
  co_await activity::sleep(1ms);
  throw MyError(why);
}

class Counter {
 public:
  int add(int n) { return total_ += n; }

 private:
  int total_ = 0;
};

TEST(ActivityEnvironment, GivesInfoAndResult) {
  ActivityEnvironment env;
  env.info.workflow_id = "order-7";
  env.info.attempt = 3;
  EXPECT_EQ(env.run<&whose>("book"), "book of order-7, attempt 3");
  EXPECT_FALSE(activity::in_activity());
}

TEST(ActivityEnvironment, RunsMethodsOnAnObject) {
  ActivityEnvironment env;
  Counter counter;
  EXPECT_EQ(env.run_on<&Counter::add>(counter, 2), 2);
  EXPECT_EQ(env.run_on<&Counter::add>(counter, 3), 5);
}

TEST(ActivityEnvironment, ExceptionsComeOutAsTheyWereThrown) {
  ActivityEnvironment env;
  EXPECT_THROW(env.run<&fail>("no"), MyError);
  EXPECT_THROW(env.run<&fail_slowly>("no"), MyError);
}

TEST(ActivityEnvironment, SeesEachHeartbeatOfASynchronousActivity) {
  ActivityEnvironment env;
  std::vector<int> seen;
  env.on_heartbeat = [&seen](const std::vector<Payload>& details) { seen.push_back(from_payload<int>(details.at(0))); };
  EXPECT_EQ(env.run<&count_heartbeats>(3), 3);
  EXPECT_EQ(seen, (std::vector<int>{1, 2, 3}));
}

TEST(ActivityEnvironment, SeesHeartbeatsOfACoroutine) {
  ActivityEnvironment env;
  std::vector<int> seen;
  env.on_heartbeat = [&seen](const std::vector<Payload>& details) { seen.push_back(from_payload<int>(details.at(0))); };
  EXPECT_EQ(env.run<&count_slowly>(3), 3);
  EXPECT_EQ(seen, (std::vector<int>{1, 2, 3}));
}

TEST(ActivityEnvironment, CancelFromAHeartbeatStopsTheActivity) {
  ActivityEnvironment env;
  int heartbeats = 0;
  env.on_heartbeat = [&](const std::vector<Payload>&) {
    if (++heartbeats == 2) env.cancel();
  };
  EXPECT_THROW(env.run<&count_heartbeats>(100), CancelledError);
  EXPECT_EQ(heartbeats, 2);
}

TEST(ActivityEnvironment, CancelFromAHeartbeatStopsACoroutine) {
  ActivityEnvironment env;
  int heartbeats = 0;
  env.on_heartbeat = [&](const std::vector<Payload>&) {
    if (++heartbeats == 2) env.cancel();
  };
  EXPECT_THROW(env.run<&count_slowly>(100), CancelledError);
  EXPECT_LE(heartbeats, 3);
}

TEST(ActivityEnvironment, WhatTheObserverOfHeartbeatsThrowsComesOut) {
  ActivityEnvironment env;
  env.on_heartbeat = [](const std::vector<Payload>&) { throw MyError("seen"); };
  EXPECT_THROW(env.run<&count_heartbeats>(3), MyError);
  EXPECT_THROW(env.run<&count_slowly>(3), MyError);
}

TEST(ActivityEnvironment, CancelFromAnotherThreadWakesTheActivity) {
  ActivityEnvironment env;
  auto cancelling = std::async(std::launch::async, [&env] { env.cancel(); });
  EXPECT_TRUE(env.run<&wait_for_end>());
}

}  // namespace
}  // namespace temporalio::testing
