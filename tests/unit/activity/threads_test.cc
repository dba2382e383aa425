// Synchronous activities: their functions run on threads of the pool.
#include <gmock/gmock.h>

#include <latch>
#include <semaphore>
#include <stdexcept>
#include <thread>

#include "tests/unit/activity/fixture.h"

namespace temporalio::activity {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Kind = Outcome::Kind;

std::counting_semaphore<16> reached(0);

int add(int a, int b) { return a + b; }
void fail() { throw ApplicationError("out of paper", {.type = "Printer", .non_retryable = true}, 3); }
void throw_foreign() { throw std::out_of_range("row 7"); }
void later() { raise_complete_async(); }
std::string describe() {
  const Info& known = info();
  return known.activity_id + " " + known.activity_type + " " + known.workflow_type + " " + known.namespace_ + " " +
         known.task_queue + " " + std::to_string(known.attempt) + " " +
         std::to_string(known.heartbeat_detail<std::optional<int>>(0).value_or(-1));
}
bool wait_for_cancel() {
  reached.release();
  const bool is_told = wait_for_cancelled_sync(1min);
  check_cancelled();
  return is_told;
}
std::string see_reasons() {
  reached.release();
  wait_for_cancelled_sync();
  const CancellationDetails why = *cancellation_details();
  return std::string(why.cancel_requested ? "requested " : "") + (why.paused ? "paused " : "") +
         (why.worker_shutdown ? "shutdown" : "");
}
int beat_and_fail() {
  heartbeat(1);
  heartbeat(2);
  heartbeat("three", 3);
  throw ApplicationError("gone");
}
void beat_until_cancelled() {
  while (!is_cancelled()) {
    heartbeat("alive");
    std::this_thread::yield();
  }
  throw CancelledError("stopped", to_payloads("half"));
}
bool wait_for_shutdown() {
  reached.release();
  return wait_for_worker_shutdown_sync(1min) && is_worker_shutdown() && !is_cancelled();
}
bool wait_in_vain() { return wait_for_cancelled_sync(1ms) || wait_for_worker_shutdown_sync(1ms); }
void use_coroutine_api() { static_cast<void>(sleep(1s)); }
bool is_inside() { return in_activity(); }
int meet(int n) {
  static std::latch all(3);
  all.arrive_and_wait();
  return n;
}

class ThreadActivities : public ActivityFixture {
 protected:
  ThreadActivities() : ActivityFixture(false) {}

  // The release is no event of the loop, so the loop is not what may be waited for: it would sleep through it.
  void pump_until_reached() {
    bool has_begun = false;
    loop_->post([&] { has_begun = true; });  // runs after the activity was handed to its thread
    pump_until([&] { return has_begun; });
    reached.acquire();
  }
};

TEST_F(ThreadActivities, GiveTheirResult) {
  registry_.add(registration<&add>());
  EXPECT_EQ(result(run("add", 2, 3)), "5");
}

TEST_F(ThreadActivities, OfAnUnknownTypeFailAndListTheKnown) {
  registry_.add(registration<&add>());
  const Outcome outcome = run("subtract", 2, 3);
  EXPECT_EQ(outcome.kind, Kind::failed);
  EXPECT_EQ(outcome.failure.application_failure_info().type(), "NotFoundError");
  EXPECT_THAT(outcome.failure.message(), HasSubstr("registered are: add"));
}

TEST_F(ThreadActivities, WithWrongArgumentsFailAndSayWhich) {
  registry_.add(registration<&add>());
  const Outcome outcome = run("add", 2, "three");
  EXPECT_EQ(outcome.kind, Kind::failed);
  EXPECT_EQ(outcome.failure.application_failure_info().type(), "PayloadDecodeError");
  EXPECT_THAT(outcome.failure.message(), HasSubstr("argument 2: "));
  EXPECT_THAT(run("add", 2).failure.message(), HasSubstr("argument 2: "));
}

TEST_F(ThreadActivities, FailWithWhatTheyThrow) {
  registry_.add(registration<&fail>());
  registry_.add(registration<&throw_foreign>());
  const Outcome outcome = run("fail");
  EXPECT_EQ(outcome.kind, Kind::failed);
  EXPECT_EQ(outcome.failure.message(), "out of paper");
  EXPECT_EQ(outcome.failure.application_failure_info().type(), "Printer");
  EXPECT_TRUE(outcome.failure.application_failure_info().non_retryable());
  EXPECT_EQ(outcome.failure.application_failure_info().details().payloads(0).data(), "3");
  EXPECT_EQ(run("throw_foreign").failure.application_failure_info().type(), "out_of_range");
}

TEST_F(ThreadActivities, MayBeCompletedByOthers) {
  registry_.add(registration<&later>());
  EXPECT_EQ(run("later").kind, Kind::completes_later);
}

TEST_F(ThreadActivities, KnowWhatTheyAre) {
  registry_.add(registration<&describe>());
  PolledTask task = make_task("describe");
  task.set_attempt(4);
  payload::append_payload(*task.mutable_heartbeat_details(), to_payload(55));
  start(std::move(task));
  EXPECT_EQ(result(finish()), "\"1 describe Order default queue 4 55\"");
}

TEST_F(ThreadActivities, RunAtTheSameTime) {
  registry_.add(registration<&meet>());
  int done = 0;
  on_loop([&] {
    for (int i = 0; i < 3; ++i) {
      executor_->start(make_task("meet", i), [&](const Outcome& outcome) {
        EXPECT_EQ(outcome.kind, Kind::completed);
        ++done;
      });
    }
  });
  EXPECT_EQ(executor_->running_count(), 3U);
  pump_until([&] { return done == 3; });
}

TEST_F(ThreadActivities, HeartbeatsAreThrottledAndTheLastIsNotLost) {
  registry_.add(registration<&beat_and_fail>());
  const Outcome outcome = run("beat_and_fail");
  EXPECT_EQ(outcome.kind, Kind::failed);
  // Which values the first heartbeat carries depends on how fast the loop was; nothing else may have been sent.
  ASSERT_LE(heartbeats_.size(), 1U);
  const bool is_sent = !heartbeats_.empty() && heartbeats_[0].details.size() == 2;
  if (is_sent && outcome.last_heartbeat_details.payloads_size() == 0) return;  // and answered
  ASSERT_EQ(outcome.last_heartbeat_details.payloads_size(), 2);
  EXPECT_EQ(outcome.last_heartbeat_details.payloads(1).data(), "3");
}

TEST_F(ThreadActivities, ACancelRequestComesWithTheHeartbeat) {
  registry_.add(registration<&beat_until_cancelled>());
  answer_.cancel_requested = true;
  const Outcome outcome = run("beat_until_cancelled");
  EXPECT_EQ(outcome.kind, Kind::cancelled);
  ASSERT_EQ(outcome.payloads.payloads_size(), 1);
  EXPECT_EQ(outcome.payloads.payloads(0).data(), "\"half\"");
  EXPECT_EQ(heartbeats_.size(), 1U);
}

TEST_F(ThreadActivities, WhatTheServerHasForgottenIsDropped) {
  registry_.add(registration<&beat_until_cancelled>());
  answer_.not_found = true;
  EXPECT_EQ(run("beat_until_cancelled").kind, Kind::dropped);
}

TEST_F(ThreadActivities, ShutdownIsAnnouncedBeforeItCancels) {
  registry_.add(registration<&wait_for_shutdown>());
  registry_.add(registration<&wait_for_cancel>());
  start(make_task("wait_for_shutdown"));
  pump_until_reached();
  on_loop([&] { executor_->announce_shutdown(); });
  EXPECT_EQ(result(finish()), "true");
  // Also for what is started afterwards.
  start(make_task("wait_for_shutdown"));
  EXPECT_EQ(result(finish()), "true");
  reached.acquire();

  start(make_task("wait_for_cancel"));
  pump_until_reached();
  on_loop([&] { executor_->cancel_all(); });
  EXPECT_EQ(finish().failure.application_failure_info().type(), "WorkerShutdown");
}

TEST_F(ThreadActivities, SeeWhyTheyAreCancelled) {
  registry_.add(registration<&see_reasons>());
  start(make_task("see_reasons"));
  pump_until_reached();
  on_loop([&] { executor_->cancel_all(); });
  EXPECT_EQ(result(finish()), "\"shutdown\"");
}

TEST_F(ThreadActivities, WaitsEndAtTheirTimeout) {
  registry_.add(registration<&wait_in_vain>());
  EXPECT_EQ(result(run("wait_in_vain")), "false");
}

TEST_F(ThreadActivities, CannotUseWhatNeedsACoroutine) {
  registry_.add(registration<&use_coroutine_api>());
  const Outcome outcome = run("use_coroutine_api");
  EXPECT_THAT(outcome.failure.message(), HasSubstr("activity::sleep is for asynchronous activities"));
}

TEST_F(ThreadActivities, AreToldApartFromOtherCode) {
  registry_.add(registration<&is_inside>());
  EXPECT_EQ(result(run("is_inside")), "true");
  EXPECT_FALSE(in_activity());
  EXPECT_THROW(info(), std::logic_error);
  EXPECT_THROW(heartbeat(1), std::logic_error);
  EXPECT_THROW(static_cast<void>(sleep(1s)), std::logic_error);
}

TEST_F(ThreadActivities, OutliveAnExecutorThatIsDestroyed) {
  registry_.add(registration<&wait_for_cancel>());
  start(make_task("wait_for_cancel"));
  pump_until_reached();
  on_loop([&] {
    executor_->cancel_all();
    executor_.reset();
  });
  // The function returns by itself; its outcome goes nowhere.
  bool has_run = false;
  loop_->post([&] { has_run = true; });
  pump_until([&] { return has_run; });
  EXPECT_FALSE(outcome_.has_value());
}

}  // namespace
}  // namespace temporalio::activity
