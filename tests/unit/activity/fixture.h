// An executor on a loop of its own, for the tests of activities: runs one task and gives its outcome. Time that nobody
// uses is jumped over, so that no test waits for a real clock.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sdk/src/activity/executor.h"
#include "sdk/src/payload/payload_proto.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporalio::activity {

// Waiting for a limited time advances the clock by it, at once.
class JumpingTime final : public base::TimeSource {
 public:
  SystemTime system_now() const override { return SystemTime(Duration(now_.load())); }
  base::MonotonicTime now() const override { return base::MonotonicTime(Duration(now_.load())); }
  void wait(std::condition_variable& signal, std::unique_lock<std::mutex>& lock,
            std::optional<Duration> limit) const override {
    if (!limit) return signal.wait(lock);
    now_ += limit->count();
  }

 private:
  mutable std::atomic<std::int64_t> now_ = 1'000'000'000;
};

using PolledTask = temporal::api::workflowservice::v1::PollActivityTaskQueueResponse;

struct SentHeartbeat {
  std::vector<Payload> details;
  base::MonotonicTime time;
};

class ActivityFixture : public ::testing::Test {
 protected:
  // With the real clock where activities run on threads: a jump would pass them by.
  explicit ActivityFixture(bool jumps) {
    base::LoopOptions options;
    options.grace = std::chrono::hours(1);  // only the test pumps
    if (jumps) options.time = &jumping_time_;
    loop_ = std::make_shared<base::Loop>(options);
    ExecutorOptions executor;
    executor.namespace_ = "default";
    executor.task_queue = "queue";
    executor.send_heartbeat = [this](const std::string& token, temporal::api::common::v1::Payloads details,
                                     std::function<void(HeartbeatAnswer)> answered) {
      EXPECT_EQ(token, "token");
      heartbeats_.push_back({payload::from_proto(details), loop_->time().now()});
      loop_->post([this, answered] { answered(answer_); });
    };
    executor_ = std::make_unique<Executor>(loop_, registry_, std::move(executor));
  }

  template <class... Args>
  static PolledTask make_task(const std::string& type, const Args&... args) {
    PolledTask task;
    task.set_task_token("token");
    task.set_activity_id("1");
    task.set_attempt(1);
    task.mutable_activity_type()->set_name(type);
    task.mutable_workflow_type()->set_name("Order");
    payload::append_payloads(*task.mutable_input(), to_payloads(args...));
    return task;
  }

  // Starts without waiting; `outcome_` follows.
  void start(PolledTask task) {
    outcome_.reset();
    loop_->exclusively(
        [&] { executor_->start(std::move(task), [this](Outcome outcome) { outcome_ = std::move(outcome); }); });
  }
  Outcome finish() {
    loop_->pump_until([this] { return outcome_.has_value(); });
    EXPECT_EQ(executor_->running_count(), 0U);
    return std::move(*outcome_);
  }
  template <class... Args>
  Outcome run(const std::string& type, const Args&... args) {
    start(make_task(type, args...));
    return finish();
  }
  // Runs `function` between callbacks.
  template <class F>
  void on_loop(F function) {
    loop_->exclusively(function);
  }
  template <class F>
  void pump_until(F predicate) {
    loop_->pump_until(predicate);
  }

  static std::string result(const Outcome& outcome) {
    EXPECT_EQ(outcome.kind, Outcome::Kind::completed) << outcome.failure.DebugString();
    return outcome.payloads.payloads_size() == 1 ? outcome.payloads.payloads(0).data() : "(none)";
  }

  JumpingTime jumping_time_;
  std::shared_ptr<base::Loop> loop_;
  Registry registry_;
  HeartbeatAnswer answer_;
  std::vector<SentHeartbeat> heartbeats_;
  std::optional<Outcome> outcome_;
  std::unique_ptr<Executor> executor_;
};

}  // namespace temporalio::activity
