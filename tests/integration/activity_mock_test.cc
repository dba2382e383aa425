// What stands in for activities: its calls are counted, and what is expected of them is checked. The same tests in
// process and against temporal-test-server over a socket.
#include "temporalio/activity_mock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

using namespace std::chrono_literals;
using namespace temporalio;
using temporalio::testing::WorkflowEnvironment;
using ::testing::AllOf;
using ::testing::HasSubstr;

namespace {

int charge(std::string, int) { throw ApplicationError("the real one", {.non_retryable = true}); }
activity::Task<> notify(std::string) {
  co_await activity::sleep(1ms);
  throw ApplicationError("the real one", {.non_retryable = true});
}

class Order {
 public:
  static void define(workflow::Definer<Order> d) { d.run<&Order::run>(); }
  workflow::Task<std::string> run(int items) {
    std::string text;
    try {
      int total = 0;
      for (int i = 0; i < items; ++i) {
        const int charged = co_await workflow::execute_activity<&charge>("card", i, {.start_to_close_timeout = 1min});
        total += charged;
      }
      co_await workflow::execute_activity<&notify>("Ann", {.start_to_close_timeout = 1min});
      text = std::to_string(total);
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

class ActivityMocksIn : public ::testing::TestWithParam<Place> {
 protected:
  std::string order(int items) {
    worker::Worker worker(env_.client(), {.task_queue = "q"});
    worker.add_workflow<Order>();
    worker.add_activity<&charge>();
    worker.start();
    return env_.client().execute_workflow<&Order::run>(items, {.id = "order", .task_queue = "q"});
  }

  WorkflowEnvironment env_ = WorkflowEnvironment::start_time_skipping({.test_server_existing_path = GetParam().server});
};

TEST_P(ActivityMocksIn, StandInForRegisteredAndOtherActivitiesAndCountTheirCalls) {
  const auto charged = env_.mock_activity<&charge>([](const std::string& card, int item) {
    EXPECT_EQ(card, "card");
    return item + 10;
  });
  std::string notified;
  auto notifies = env_.mock_activity<&notify>(
      [&notified](std::string whom) { notified = whom + " at attempt " + std::to_string(activity::info().attempt); });
  notifies.times(1);
  EXPECT_EQ(order(2), "21");
  EXPECT_EQ(charged.call_count(), 2);
  EXPECT_EQ(notified, "Ann at attempt 1");
  EXPECT_EQ(env_.unmet_expectations(), "");
}

TEST_P(ActivityMocksIn, MayFailAndAreTriedAgain) {
  int calls = 0;
  env_.mock_activity<&charge>([&calls](const std::string&, int) {
        if (++calls < 3) throw ApplicationError("busy");
        return 1;
      })
      .times(3);
  env_.mock_activity<&notify>([](const std::string&) {});
  EXPECT_EQ(order(1), "1");
  EXPECT_EQ(env_.unmet_expectations(), "");
}

TEST_P(ActivityMocksIn, CalledTooOftenFailTheActivityAndSaySo) {
  env_.mock_activity<&charge>([](const std::string&, int) { return 1; }).at_most(1);
  EXPECT_THAT(order(3), AllOf(HasSubstr("ApplicationError(UnexpectedCall)"),
                              HasSubstr("the mock of activity charge is to be called at most once")));
  EXPECT_EQ(env_.unmet_expectations(), "activity charge was to be called at most once, and was called 2 times");
}

TEST_P(ActivityMocksIn, CallsThatAreMissingAreNamed) {
  env_.mock_activity<&charge>([](const std::string&, int) { return 1; }).at_least(3);
  env_.mock_activity<&notify>([](const std::string&) {}).never();
  EXPECT_THAT(order(1), HasSubstr("the mock of activity notify is to be called never"));
  EXPECT_EQ(env_.unmet_expectations(),
            "activity charge was to be called at least 3 times, and was called once; "
            "activity notify was to be called never, and was called once");
}

INSTANTIATE_TEST_SUITE_P(, ActivityMocksIn,
                         ::testing::Values(Place{"InProcess", ""}, Place{"OverASocket", TEST_SERVER}),
                         [](const auto& place) { return std::string(place.param.name); });

}  // namespace
