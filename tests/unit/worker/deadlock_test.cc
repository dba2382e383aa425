// Workflow code that does not yield.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>

#include "temporalio/log.h"
#include "temporalio/testing.h"
#include "temporalio/worker.h"
#include "temporalio/workflow.h"

namespace temporalio {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::atomic<bool> is_released{false};

// Loops without yielding, until it is released.
class Stuck {
 public:
  static void define(workflow::Definer<Stuck> d) { d.run<&Stuck::run>(); }
  workflow::Task<int> run() {
    co_await workflow::sleep(1h);
    for (int looked = 0; !is_released && looked < 2000; ++looked) std::this_thread::sleep_for(5ms);
    co_return 1;
  }
};

// The thread that waits for the result runs the loop, and with it the stuck code: only the watch can tell.
TEST(DeadlockWatch, CodeThatDoesNotYieldIsSuspected) {
  std::mutex mutex;
  std::string log;
  set_log_sink([&](LogLevel, std::string_view text) {
    const std::lock_guard lock(mutex);
    log += text;
    if (text.find("deadlock") != std::string_view::npos) is_released = true;
  });
  auto env = testing::WorkflowEnvironment::start_time_skipping();
  worker::Worker worker(env.client(), {.task_queue = "q"});
  worker.add_workflow<Stuck>();
  worker.start();
  EXPECT_EQ(env.client().execute_workflow<&Stuck::run>({.id = "stuck", .task_queue = "q"}), 1);
  EXPECT_TRUE(is_released) << "it was released by its own patience";
  set_log_sink({});
  EXPECT_THAT(log, HasSubstr("[TMPRL1101] Potential deadlock detected: workflow Stuck (id stuck, run "));
}

}  // namespace
}  // namespace temporalio
