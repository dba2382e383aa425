// When virtual time skips, when it is held, and what the server says about it.
#include <string>

#include "tests/unit/engine/harness.h"

namespace temporalio::timeskip::test {
namespace {

TEST(EngineTime, AfterAOneDaySleepTheClockStandsOneDayOn) {
  Harness h;
  h.begin("w");
  h.complete(h.task().task_token(), {start_timer("1", 24h)});
  const auto task = h.task();
  EXPECT_EQ(h.virtual_offset(), 24h);
  h.complete(task.task_token(), {complete_workflow()});
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 24h);
  EXPECT_EQ(h.event_names("w"),
            "STARTED TASK_SCHEDULED TASK_STARTED TASK_COMPLETED TIMER_STARTED TIMER_FIRED TASK_SCHEDULED TASK_STARTED "
            "TASK_COMPLETED COMPLETED");
}

TEST(EngineTime, NothingIsLeftToJumpToOnceAllIsClosed) {
  Harness h;
  EXPECT_EQ(
      h.start_with("w", [](auto& request) { set_duration(request.mutable_workflow_run_timeout(), 240h); })->code(), 0);
  h.complete(h.task().task_token(), {start_timer("late", 2400h), schedule_activity("a"), complete_workflow()});
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 0s);
  EXPECT_NE(h.server.describe_time().find("no timer is set"), std::string::npos) << h.server.describe_time();
}

TEST(EngineTime, WhatIsSaidOfTimeIsAsOfTheMomentOfAsking) {
  Harness h(/*starts_locked=*/true);
  h.begin("w");
  h.complete(h.task().task_token(), {start_timer("t", 10s)});
  EXPECT_NE(h.server.describe_time(h.wall).find(", in 10."), std::string::npos) << h.server.describe_time();
  EXPECT_NE(h.server.describe_time(h.wall + 3s).find(", in 7."), std::string::npos) << h.server.describe_time();
}

TEST(EngineTime, EqualTimersFireInStartOrderInOneTask) {
  Harness h;
  h.begin("w");
  h.complete(h.task().task_token(), {start_timer("b", 1h), start_timer("c", 1h), start_timer("a", 1h)});
  h.task();
  std::string fired;
  const auto history = h.events_of("w");
  for (const auto& event : history.events()) {
    if (event.event_type() == enums::EVENT_TYPE_TIMER_FIRED) fired += event.timer_fired_event_attributes().timer_id();
  }
  EXPECT_EQ(fired, "bca");
}

TEST(EngineTime, ATaskThatNobodyPollsHoldsTime) {
  Harness h;
  h.begin("sleeper");
  h.complete(h.task().task_token(), {start_timer("1", 1h)});
  EXPECT_EQ(h.start_with("stuck", [](auto& request) { request.mutable_task_queue()->set_name("nobody"); })->code(), 0);
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 0s);
  const std::string text = h.server.describe_time();
  EXPECT_NE(text.find("workflow 'stuck'"), std::string::npos) << text;
  EXPECT_NE(text.find("task queue 'nobody', which no worker polls now"), std::string::npos) << text;
  EXPECT_NE(text.find("timer of workflow 'sleeper'"), std::string::npos) << text;
  svc::TerminateWorkflowExecutionRequest request;
  request.mutable_workflow_execution()->set_workflow_id("stuck");
  h.terminate(request);
  h.task();
  EXPECT_EQ(h.virtual_offset(), 1h);
}

TEST(EngineTime, HeldTimeRunsAtWallPace) {
  Harness h(/*starts_locked=*/true);
  h.begin("w");
  h.complete(h.task().task_token(), {start_timer("1", 10s)});
  auto poll = h.poll_task();
  h.pass_wall(9s);
  EXPECT_FALSE(poll->is_answered);
  EXPECT_EQ(h.virtual_offset(), 9s);
  h.pass_wall(1s);
  EXPECT_TRUE(poll->is_answered);
}

TEST(EngineTime, TickSaysWhenItWantsToBeCalledAgain) {
  Harness h(/*starts_locked=*/true);
  EXPECT_FALSE(h.server.tick(h.wall).has_value());
  h.begin("w");
  h.complete(h.task().task_token(), {start_timer("1", 10s)});
  EXPECT_EQ(h.server.tick(h.wall), h.wall + 10s);
}

TEST(EngineTime, TickIsBounded) {
  Harness h;
  h.begin("w");
  std::vector<commandpb::Command> timers;
  for (int i = 0; i < 20; ++i) timers.push_back(start_timer(std::to_string(i), std::chrono::hours(1)));
  h.complete(h.task().task_token(), timers);
  EXPECT_EQ(h.server.tick(h.wall, 4), h.wall);  // due at once: there may be more
  EXPECT_EQ(h.virtual_offset(), 1h);
}

TEST(EngineTime, AnIdleWorkflowThatWaitsForASignalIsNamed) {
  Harness h;
  h.begin("w");
  h.complete(h.task().task_token(), {});
  h.tick();
  const std::string text = h.server.describe_time();
  EXPECT_NE(text.find("nothing holds time"), std::string::npos) << text;
  EXPECT_NE(text.find("only a signal, a cancel request or a timeout can wake it"), std::string::npos) << text;
}

// Nanoseconds can tell no more than 2262; what goes beyond must not turn into the past.
TEST(EngineTime, SleepsLeadToTheEndOfTimeAndNoFurther) {
  Harness h;
  const Duration end = kEndOfTime - Harness::kStart;
  for (const Duration expected : {kMaxDuration, 2 * kMaxDuration, end}) {
    auto sleep = h.sleep("Sleep", kMaxDuration);
    h.tick();
    EXPECT_EQ(sleep->code(), 0);
    EXPECT_EQ(h.virtual_offset(), expected);
  }
  auto beyond = h.sleep("Sleep", kMaxDuration);
  auto real = h.sleep("Sleep", 10s);
  h.pass_wall(9s);
  EXPECT_EQ(real->code(), -1);
  EXPECT_NE(h.server.describe_time().find("the end of the time"), std::string::npos) << h.server.describe_time();
  h.pass_wall(1s);
  EXPECT_EQ(real->code(), 0);
  EXPECT_EQ(beyond->code(), -1);
}

TEST(EngineTime, AtTheEndOfTimeWorkflowsGoOnAtWallPace) {
  Harness h;
  h.begin("w");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(h.complete(h.task().task_token(), {start_timer(std::to_string(i), kMaxDuration)})->code(), 0);
  }
  const auto task = h.task();
  EXPECT_EQ(h.virtual_offset(), kEndOfTime - Harness::kStart);
  h.pass_wall(9s);
  EXPECT_EQ(h.complete(task.task_token(), {start_timer("last", 5s), schedule_activity("a")})->code(), 0);
  h.activity();
  EXPECT_EQ(h.start_with("x",
                         [](auto& request) {
                           set_duration(request.mutable_workflow_execution_timeout(), kMaxDuration);
                           set_duration(request.mutable_workflow_start_delay(), kMaxDuration);
                         })
                ->code(),
            0);
  h.pass_wall(5s);
  EXPECT_NE(h.event_names("w").find("TIMER_STARTED ACTIVITY_TASK_SCHEDULED TIMER_FIRED TASK_SCHEDULED"),
            std::string::npos)
      << h.event_names("w");
  EXPECT_EQ(h.event_names("x"), "STARTED");
}

TEST(EngineTime, TheRunTimeoutOfAnIdleWorkflowIsAJumpTarget) {
  Harness h;
  EXPECT_EQ(h.start_with("w", [](auto& request) { set_duration(request.mutable_workflow_run_timeout(), 3h); })->code(),
            0);
  h.complete(h.task().task_token(), {});
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 3h);
  EXPECT_EQ(h.event_names("w"), "STARTED TASK_SCHEDULED TASK_STARTED TASK_COMPLETED TIMED_OUT");
}

TEST(EngineTime, SameSeedSameIds) {
  Harness a;
  Harness b;
  Harness c(false, 8);
  const auto run = [](Harness& h) { return h.start_with("w", [](auto&) {})->response.run_id(); };
  const std::string id = run(a);
  EXPECT_EQ(id, run(b));
  EXPECT_NE(id, run(c));
}

}  // namespace
}  // namespace temporalio::timeskip::test
