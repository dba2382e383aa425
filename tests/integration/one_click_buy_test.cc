// One-click-buy, its signal, query and cancel: the same test in process and against temporal-test-server over a socket.
#include "fixtures/workflows/one_click_buy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "temporalio/testing.h"
#include "temporalio/worker.h"

using namespace std::chrono_literals;
using namespace temporalio;
using fixtures::do_purchase;
using fixtures::OneClickBuy;
using fixtures::Purchase;
using fixtures::PurchaseStatus;

namespace {

using temporalio::testing::WorkflowEnvironment;

struct Place {
  const char* name;
  std::string_view server;  // empty: in process
};

class OneClickBuyIn : public ::testing::TestWithParam<Place> {
 protected:
  OneClickBuyIn() {
    worker_.add_workflow<OneClickBuy>();
    worker_.add_activity<&do_purchase>();
    worker_.start();
  }

  client::WorkflowHandle<PurchaseStatus> start(std::string_view id) {
    return env_.client().start_workflow<&OneClickBuy::run>(Purchase("item1", "user1"),
                                                           {.id = id, .task_queue = "orders"});
  }

  WorkflowEnvironment env_ = WorkflowEnvironment::start_time_skipping({.test_server_existing_path = GetParam().server});
  worker::Worker worker_{env_.client(), {.task_queue = "orders"}};
};

TEST_P(OneClickBuyIn, IsPendingThenCompletesTenSecondsLater) {
  const SystemTime before = env_.get_current_time();
  auto handle = start("p1");
  EXPECT_EQ(handle.query<&OneClickBuy::current_status>(), PurchaseStatus::pending);
  EXPECT_EQ(handle.result(), PurchaseStatus::completed);
  EXPECT_EQ(handle.query<&OneClickBuy::current_status>(), PurchaseStatus::completed);
  const Duration passed = env_.get_current_time() - before;
  EXPECT_GE(passed, 10s);
  EXPECT_LT(passed, 5min) << env_.describe_time();
}

TEST_P(OneClickBuyIn, ASignalChangesWhatIsBought) {
  auto handle = start("p2");
  handle.signal<&OneClickBuy::update_purchase>(Purchase("item2", "user1"));
  EXPECT_EQ(handle.result(), PurchaseStatus::completed);
  EXPECT_THAT(handle.fetch_history().to_binary(), ::testing::HasSubstr("user1 bought item2"));
}

TEST_P(OneClickBuyIn, ACancelledPurchaseIsNotMade) {
  auto handle = start("p3");
  EXPECT_EQ(handle.query<&OneClickBuy::current_status>(), PurchaseStatus::pending);
  handle.cancel();
  EXPECT_EQ(handle.result(), PurchaseStatus::cancelled);
  const std::string history = handle.fetch_history().to_json();
  EXPECT_THAT(history, ::testing::HasSubstr("EVENT_TYPE_TIMER_CANCELED"));
  EXPECT_THAT(history, ::testing::Not(::testing::HasSubstr("EVENT_TYPE_ACTIVITY_TASK_SCHEDULED")));
}

TEST_P(OneClickBuyIn, SleepOfTheEnvironmentMovesTheWorkflowOn) {
  auto handle = start("p4");
  env_.sleep(9s);
  EXPECT_EQ(handle.query<&OneClickBuy::current_status>(), PurchaseStatus::pending);
  env_.sleep(2s);
  EXPECT_EQ(handle.result(), PurchaseStatus::completed);
}

TEST_P(OneClickBuyIn, ManyPurchasesAtOnce) {
  std::vector<client::WorkflowHandle<PurchaseStatus>> handles;
  for (int i = 0; i < 50; ++i) handles.push_back(start("many-" + std::to_string(i)));
  for (const auto& handle : handles) EXPECT_EQ(handle.result(), PurchaseStatus::completed);
}

INSTANTIATE_TEST_SUITE_P(, OneClickBuyIn, ::testing::Values(Place{"InProcess", ""}, Place{"OverASocket", TEST_SERVER}),
                         [](const auto& place) { return std::string(place.param.name); });

}  // namespace
