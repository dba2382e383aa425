// testing::WorkflowEnvironment: its clock, its gate for time skipping, launching a server; in process and over a
// socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

using namespace std::chrono_literals;

namespace temporalio::testing {
namespace {

using ::testing::HasSubstr;

class Sleeper {
 public:
  static void define(workflow::Definer<Sleeper> d) { d.run<&Sleeper::run>(); }
  workflow::Task<int> run(int seconds) {
    co_await workflow::sleep(std::chrono::seconds(seconds));
    co_return seconds;
  }
};

WorkflowEnvironment* environment_of_activity = nullptr;
void sleep_for_days(int days) { environment_of_activity->sleep(std::chrono::days(days)); }

// Waits for an activity that needs three days.
class WaitsForActivity {
 public:
  static void define(workflow::Definer<WaitsForActivity> d) { d.run<&WaitsForActivity::run>(); }
  workflow::Task<int> run(std::optional<int> heartbeat_hours) {
    const workflow::ActivityOptions options{
        .start_to_close_timeout = std::chrono::days(4),
        .heartbeat_timeout =
            heartbeat_hours ? std::optional<Duration>(std::chrono::hours(*heartbeat_hours)) : std::nullopt,
        .retry_policy = RetryPolicy{.maximum_attempts = 1}};
    const auto result = co_await workflow::as_result(workflow::start_activity<&sleep_for_days>(3, options));
    co_return result.has_value() ? 1 : 0;
  }
};

class EnvironmentIn : public ::testing::TestWithParam<std::string_view> {
 protected:
  EnvironmentIn() {
    worker_.add_workflow<Sleeper>().add_workflow<WaitsForActivity>().add_activity<&sleep_for_days>();
    environment_of_activity = &env_;
    worker_.start();
  }

  client::WorkflowHandle<int> start(std::string_view id, int seconds) {
    return env_.client().start_workflow<&Sleeper::run>(seconds, {.id = id, .task_queue = "q"});
  }

  WorkflowEnvironment env_ = WorkflowEnvironment::start_time_skipping({.test_server_existing_path = GetParam()});
  worker::Worker worker_{env_.client(), {.task_queue = "q"}};
};

TEST_P(EnvironmentIn, SleepMovesTheClockAndNothingElseDoes) {
  EXPECT_TRUE(env_.supports_time_skipping());
  const SystemTime start = env_.get_current_time();
  env_.sleep(std::chrono::days(30));
  const Duration passed = env_.get_current_time() - start;
  EXPECT_GE(passed, std::chrono::days(30));
  EXPECT_LT(passed, std::chrono::days(30) + 1min);
}

TEST_P(EnvironmentIn, TheClockStandsWhereTheLastWorkflowEndedNotAtItsTimeout) {
  const SystemTime before = env_.get_current_time();
  EXPECT_EQ(start("day", 24 * 3600).result(), 24 * 3600);
  EXPECT_LT(env_.get_current_time() - before, 24h + 1min);
}

TEST_P(EnvironmentIn, TwoThreadsMayWaitForResultsAtOnce) {
  auto first = start("one", 3600);
  auto second = start("two", 7200);
  auto waiting = std::async(std::launch::async, [&first] { return first.result(); });
  EXPECT_EQ(second.result(), 7200);
  EXPECT_EQ(waiting.get(), 3600);
  // Locked again, once: a third wait can unlock, and a sleep too.
  EXPECT_EQ(start("three", 60).result(), 60);
  env_.sleep(1h);
}

TEST_P(EnvironmentIn, SleepAndResultMayOverlap) {
  auto handle = start("long", 3 * 24 * 3600);
  auto waiting = std::async(std::launch::async, [&handle] { return handle.result(); });
  env_.sleep(std::chrono::days(1));
  EXPECT_EQ(waiting.get(), 3 * 24 * 3600);
  env_.sleep(1h);
}

// The activity itself holds time, so a sleep of its own must count for more than that.
TEST_P(EnvironmentIn, AnActivityMaySleepWhileItsResultIsAwaited) {
  const SystemTime before = env_.get_current_time();
  EXPECT_EQ(env_.client().execute_workflow<&WaitsForActivity::run>(std::nullopt, {.id = "a", .task_queue = "q"}), 1);
  const Duration passed = env_.get_current_time() - before;
  EXPECT_GE(passed, std::chrono::days(3));
  EXPECT_LT(passed, std::chrono::days(4));
  // One that does not heartbeat meanwhile is given up.
  EXPECT_EQ(env_.client().execute_workflow<&WaitsForActivity::run>(1, {.id = "b", .task_queue = "q"}), 0);
}

TEST_P(EnvironmentIn, DisabledScopeKeepsWallPace) {
  auto handle = start("held", 3600);
  const SystemTime before = env_.get_current_time();
  std::future<int> waiting;
  {
    const auto scope = env_.auto_time_skipping_disabled();
    waiting = std::async(std::launch::async, [&handle] { return handle.result(); });
    EXPECT_EQ(waiting.wait_for(100ms), std::future_status::timeout);
    EXPECT_LT(env_.get_current_time() - before, 1min);
  }
  // The wait that began inside the scope goes on outside of it, and skips.
  EXPECT_EQ(waiting.get(), 3600);
}

TEST_P(EnvironmentIn, FailedWaitLocksTimeAgain) {
  auto handle = start("ended", 3600);
  handle.terminate();
  EXPECT_THROW(handle.result(), WorkflowFailureError);
  const SystemTime before = env_.get_current_time();
  auto other = start("other", 3600);
  EXPECT_LT(env_.get_current_time() - before, 1min);
  EXPECT_EQ(other.result(), 3600);
}

TEST_P(EnvironmentIn, WorkflowsAreListedAndCounted) {
  for (const char* id : {"l1", "l2", "l3"}) start(id, 3600).result();
  start("open", 3600);
  const client::Client client = env_.client();
  std::vector<std::string> ids;
  for (const client::WorkflowExecution& run : client.list_workflows("WorkflowType = 'Sleeper'", {.page_size = 2})) {
    ids.push_back(run.id);
    EXPECT_EQ(run.workflow_type, "Sleeper");
    EXPECT_EQ(run.task_queue, "q");
    EXPECT_EQ(run.root_id, run.id);
    EXPECT_EQ(run.close_time.has_value(), run.id != "open");
    EXPECT_EQ(run.status,
              run.id == "open" ? client::WorkflowExecutionStatus::running : client::WorkflowExecutionStatus::completed);
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"open", "l3", "l2", "l1"}));
  ids.clear();
  for (const auto& run : client.list_workflows("", {.page_size = 2, .limit = 3})) ids.push_back(run.id);
  EXPECT_EQ(ids.size(), 3u);
  EXPECT_EQ(client.count_workflows("ExecutionStatus = 'Completed'").count, 3);
  const auto counted = client.count_workflows("GROUP BY ExecutionStatus");
  EXPECT_EQ(counted.count, 4);
  ASSERT_EQ(counted.groups.size(), 2u);
  EXPECT_EQ(from_payload<std::string>(counted.groups[1].values.at(0)), "Completed");
  EXPECT_EQ(counted.groups[1].count, 3);
}

TEST_P(EnvironmentIn, HistoriesOfAListAreFetched) {
  start("h1", 60).result();
  start("h2", 60).result();
  std::vector<std::string> ids;
  for (const WorkflowHistory& history :
       env_.client().list_workflows("ExecutionStatus = 'Completed'", {.page_size = 1}).map_histories()) {
    ids.push_back(history.workflow_id());
    EXPECT_FALSE(history.run_id().empty());
    EXPECT_EQ(history.size(), 10u);
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"h2", "h1"}));
}

TEST_P(EnvironmentIn, AQueryThatMakesNoSenseIsRefusedWithItsPlace) {
  const client::Client client = env_.client();
  try {
    client.count_workflows("WorkflowType = ");
    FAIL();
  } catch (const RPCError& error) {
    EXPECT_EQ(error.status(), RPCStatusCode::invalid_argument);
    EXPECT_THAT(error.what(), HasSubstr("syntax error at position 42"));
  }
  auto list = client.list_workflows("Unknown = 'a'");
  EXPECT_THROW(list.begin(), RPCError);
}

TEST_P(EnvironmentIn, SaysWhoHoldsTime) { EXPECT_NE(env_.describe_time(), ""); }

INSTANTIATE_TEST_SUITE_P(, EnvironmentIn, ::testing::Values(std::string_view(), std::string_view(TEST_SERVER)),
                         [](const auto& place) { return place.param.empty() ? "InProcess" : "OverASocket"; });

TEST(Environment, EachHasItsOwnClock) {
  auto first = WorkflowEnvironment::start_time_skipping();
  auto second = WorkflowEnvironment::start_time_skipping();
  first.sleep(24h);
  EXPECT_GT(first.get_current_time() - second.get_current_time(), 23h);
}

TEST(Environment, TheSameSeedGivesTheSameRunIds) {
  const auto run_id = [](std::uint64_t seed) {
    auto env = WorkflowEnvironment::start_time_skipping({.seed = seed});
    worker::Worker worker(env.client(), {.task_queue = "q"});
    worker.add_workflow<Sleeper>();
    auto handle = env.client().start_workflow<&Sleeper::run>(1, {.id = "w", .task_queue = "q"});
    handle.result();
    return handle.describe().run_id;
  };
  EXPECT_EQ(run_id(5), run_id(5));
  EXPECT_NE(run_id(5), run_id(6));
}

TEST(Environment, FromClientSleepsForReal) {
  auto inner = WorkflowEnvironment::start_time_skipping();
  auto env = WorkflowEnvironment::from_client(inner.client());
  EXPECT_FALSE(env.supports_time_skipping());
  const SystemTime before = env.get_current_time();
  env.sleep(20ms);
  const Duration passed = env.get_current_time() - before;
  EXPECT_GE(passed, 19ms);
  EXPECT_LT(passed, 10s);
}

TEST(Environment, TheClientOutlivesTheEnvironment) {
  std::optional<client::Client> client;
  {
    auto env = WorkflowEnvironment::start_time_skipping();
    client = env.client();
  }
  worker::Worker worker(*client, {.task_queue = "q"});
  worker.add_workflow<Sleeper>();
  EXPECT_EQ(client->execute_workflow<&Sleeper::run>(3600, {.id = "w", .task_queue = "q"}), 3600);
}

TEST(Environment, AServerThatCannotBeLaunchedIsReported) {
  const auto launch = [](std::string_view path) {
    try {
      (void)WorkflowEnvironment::start_time_skipping({.test_server_existing_path = path});
      return std::string("no error");
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
  };
  EXPECT_THAT(launch("/nowhere/server"), HasSubstr("cannot run the test server /nowhere/server"));
  EXPECT_THAT(launch("/bin/false"), HasSubstr("ended with exit code 1 instead of listening"));
}

TEST(Environment, ConnectingToNothingIsReported) {
  EXPECT_THROW((void)WorkflowEnvironment::connect_time_skipping("no address"), std::invalid_argument);
}

}  // namespace
}  // namespace temporalio::testing
