// Workers that end while tasks are on their way to them: the next worker gets everything at once, in process and over a
// socket. A task that were lost would have to time out first, which its history shows.
#include <gtest/gtest.h>

#include <string>

#include "temporal/api/history/v1/message.pb.h"
#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

namespace temporalio {
namespace {

using namespace std::chrono_literals;
using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types

int twice(int i) { return 2 * i; }

class WaitsThenCalls {
 public:
  static void define(workflow::Definer<WaitsThenCalls> d) {
    d.run<&WaitsThenCalls::run>();
    d.signal<&WaitsThenCalls::go>();
    d.query<&WaitsThenCalls::has_gone>();
  }
  workflow::Task<int> run() {
    co_await workflow::wait_condition([this] { return gone_; });
    const int result = co_await workflow::execute_activity<&twice>(21, {.start_to_close_timeout = 1min});
    co_return result;
  }
  void go() { gone_ = true; }
  bool has_gone() const { return gone_; }

 private:
  bool gone_ = false;
};

// By the path of the test server; empty: in process.
class RestartIn : public ::testing::TestWithParam<std::string_view> {
 protected:
  static worker::Worker make_worker(const client::Client& client) {
    return worker::Worker(client, {.task_queue = "q", .graceful_shutdown_timeout = 10s});
  }
  static void start(worker::Worker& worker) {
    worker.add_workflow<WaitsThenCalls>().add_activity<&twice>();
    worker.start();
  }
  static void expect_nothing_lost(const client::WorkflowHandle<int>& handle) {
    const WorkflowHistory history = handle.fetch_history();
    for (const auto& event : history.events().events()) {
      EXPECT_NE(event.event_type(), EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT) << event.DebugString();
      if (event.event_type() != EVENT_TYPE_ACTIVITY_TASK_STARTED) continue;
      EXPECT_EQ(event.activity_task_started_event_attributes().attempt(), 1) << event.DebugString();
    }
  }

  testing::WorkflowEnvironment env_ =
      testing::WorkflowEnvironment::start_time_skipping({.test_server_existing_path = GetParam()});
};

TEST_P(RestartIn, NothingIsLostOnTheWayToAWorkerThatShutsDown) {
  for (int round = 0; round < 10; ++round) {
    SCOPED_TRACE(round);
    const std::string id = "w" + std::to_string(round);
    worker::Worker first = make_worker(env_.client());
    start(first);
    auto handle = env_.client().start_workflow<&WaitsThenCalls::run>({.id = id, .task_queue = "q"});
    if (round % 2 == 1) {
      EXPECT_FALSE(handle.query<&WaitsThenCalls::has_gone>());
    }
    handle.signal<&WaitsThenCalls::go>();
    first.shutdown();
    worker::Worker second = make_worker(env_.client());
    start(second);
    EXPECT_EQ(handle.result(), 42);
    expect_nothing_lost(handle);
  }
}

TEST_P(RestartIn, NothingIsLostOnTheWayToAWorkerThatIsDestroyed) {
  for (int round = 0; round < 10; ++round) {
    SCOPED_TRACE(round);
    const std::string id = "w" + std::to_string(round);
    std::optional<client::WorkflowHandle<int>> handle;
    {
      worker::Worker first = make_worker(env_.client());
      start(first);
      handle = env_.client().start_workflow<&WaitsThenCalls::run>({.id = id, .task_queue = "q"});
      if (round % 2 == 1) {
        EXPECT_FALSE(handle->query<&WaitsThenCalls::has_gone>());
      }
    }
    worker::Worker second = make_worker(env_.client());
    start(second);
    handle->signal<&WaitsThenCalls::go>();
    EXPECT_EQ(handle->result(), 42);
    expect_nothing_lost(*handle);
  }
}

INSTANTIATE_TEST_SUITE_P(, RestartIn, ::testing::Values(std::string_view(), std::string_view(TEST_SERVER)),
                         [](const auto& where) { return where.param.empty() ? "Process" : "ASocket"; });

}  // namespace
}  // namespace temporalio
