// TestService: locks and unlocks of clients, and the sleeps that unlock.
#include <string>

#include "tests/unit/engine/harness.h"

namespace temporalio::timeskip::test {
namespace {

TEST(EngineTimeLocks, LocksOfClientsCount) {
  Harness h(/*starts_locked=*/true);
  h.begin("w");
  h.complete(h.task().task_token(), {start_timer("1", 1h)});
  EXPECT_EQ(h.test_call("LockTimeSkipping"), 0);
  EXPECT_EQ(h.test_call("UnlockTimeSkipping"), 0);
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 0s);
  EXPECT_NE(h.server.describe_time().find("1 lock(s) of TestService"), std::string::npos);
  EXPECT_EQ(h.test_call("UnlockTimeSkipping"), 0);
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 1h);
}

TEST(EngineTimeLocks, SleepSkipsWhenUnlockedAndLastsWhenLocked) {
  Harness h;
  auto sleep = h.sleep("Sleep", 48h);
  h.tick();
  EXPECT_EQ(sleep->code(), 0);
  EXPECT_EQ(h.virtual_offset(), 48h);
  h.test_call("LockTimeSkipping");
  auto real = h.sleep("Sleep", 5s);
  h.tick();
  EXPECT_FALSE(real->is_answered);
  h.pass_wall(5s);
  EXPECT_EQ(real->code(), 0);
}

TEST(EngineTimeLocks, UnlockWithSleepLocksAgainOnWakingAndWhenTheCallerGivesUp) {
  Harness h(/*starts_locked=*/true);
  auto sleep = h.sleep("UnlockTimeSkippingWithSleep", 2h);
  h.tick();
  EXPECT_EQ(sleep->code(), 0);
  EXPECT_EQ(h.virtual_offset(), 2h);
  auto real = h.sleep("Sleep", 1h);
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 2h) << "locked again";
  h.server.cancel(real->id);

  auto abandoned = h.sleep("UnlockTimeSkippingWithSleep", 3h);
  h.server.cancel(abandoned->id);
  EXPECT_EQ(abandoned->code(), errors::kCancelled);
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 2h);
  EXPECT_EQ(h.sleep("Sleep", 1h)->code(), -1);
  h.test_call("UnlockTimeSkipping");
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 3h) << "exactly one lock was held";
}

// Official clients unlock before each result they wait for and lock after it, whatever the state of the lock is.
TEST(EngineTimeLocks, SeveralResultsMayBeAwaitedAtOnce) {
  for (const bool starts_locked : {true, false}) {
    SCOPED_TRACE(starts_locked);
    Harness h(starts_locked);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(h.test_call("UnlockTimeSkipping"), 0);
    auto first = h.sleep("Sleep", 1h);
    h.tick();
    EXPECT_EQ(first->code(), 0);
    EXPECT_EQ(h.virtual_offset(), 1h);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(h.test_call("LockTimeSkipping"), 0);
    auto second = h.sleep("Sleep", 1h);
    h.tick();
    EXPECT_EQ(second->code(), starts_locked ? -1 : 0) << "the count is back where it was";
  }
}

TEST(EngineTimeLocks, UnlockingTooOftenDoesNotSkipPastWorkThatIsDue) {
  Harness h;
  h.begin("w");
  for (int i = 0; i < 5; ++i) h.test_call("UnlockTimeSkipping");
  auto sleep = h.sleep("Sleep", 1h);
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 0s) << "a workflow task is queued";
  h.complete(h.task().task_token(), {schedule_activity("a", 10h)});
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 0s) << "an activity is queued";
  EXPECT_EQ(sleep->code(), -1);
}

// A worker with one workflow whose activities it has taken, while a test awaits the result.
struct AwaitedActivities : Harness {
  explicit AwaitedActivities(int count) : Harness(/*starts_locked=*/true) {
    begin("w");
    std::vector<commandpb::Command> commands;
    for (int i = 0; i < count; ++i) commands.push_back(schedule_activity(std::to_string(i), 240h));
    complete(task().task_token(), commands);
    for (int i = 0; i < count; ++i) taken.push_back(activity());
  }
  void complete(std::size_t index) {
    svc::RespondActivityTaskCompletedRequest request;
    request.set_task_token(taken[index].task_token());
    EXPECT_EQ(complete_activity(request)->code(), 0);
  }
  using Harness::complete;
  std::vector<svc::PollActivityTaskQueueResponse> taken;
};

TEST(EngineTimeLocks, AnActivityMaySleepWhileItsResultIsAwaited) {
  AwaitedActivities h(1);
  h.test_call("UnlockTimeSkipping");
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 0s) << "the activity holds time";
  auto sleep = h.sleep("UnlockTimeSkippingWithSleep", 72h);
  EXPECT_NE(h.server.describe_time().find("nothing holds time\n  except what client sleeps outweigh"),
            std::string::npos)
      << h.server.describe_time();
  h.tick();
  EXPECT_EQ(sleep->code(), 0);
  EXPECT_EQ(h.virtual_offset(), 72h);
  auto other = h.sleep("Sleep", 1h);
  h.tick();
  EXPECT_EQ(other->code(), -1) << "after the sleep the activity holds time again";
}

TEST(EngineTimeLocks, ASleepThatBeganBeforeTheResultWasAwaitedCountsAlike) {
  AwaitedActivities h(1);
  auto sleep = h.sleep("UnlockTimeSkippingWithSleep", 72h);
  h.tick();
  EXPECT_EQ(sleep->code(), -1) << "it makes good for the lock of the environment";
  h.test_call("UnlockTimeSkipping");
  h.tick();
  EXPECT_EQ(sleep->code(), 0);
}

TEST(EngineTimeLocks, ASleepOutweighsOneActivityNotTwo) {
  AwaitedActivities h(2);
  h.test_call("UnlockTimeSkipping");
  auto sleep = h.sleep("UnlockTimeSkippingWithSleep", 72h);
  h.tick();
  EXPECT_EQ(sleep->code(), -1);
  EXPECT_NE(h.server.describe_time().find("client sleeps outweigh 1 of these"), std::string::npos)
      << h.server.describe_time();
  auto second = h.sleep("UnlockTimeSkippingWithSleep", 24h);
  h.tick();
  EXPECT_EQ(second->code(), 0);
  EXPECT_EQ(h.virtual_offset(), 24h);
  EXPECT_EQ(sleep->code(), -1) << "the second activity is at work again";
  h.complete(1);
  h.complete(h.task().task_token(), {});
  h.tick();
  EXPECT_EQ(sleep->code(), 0);
  EXPECT_EQ(h.virtual_offset(), 72h);
}

TEST(EngineTimeLocks, ASleepPassesATaskThatNoWorkerTakes) {
  Harness h(/*starts_locked=*/true);
  h.begin("w");
  h.complete(h.task().task_token(), {start_timer("1", 1h)});
  h.test_call("UnlockTimeSkipping");
  h.signal("w", "s");
  auto sleep = h.sleep("UnlockTimeSkippingWithSleep", 2h);
  h.tick();
  EXPECT_EQ(sleep->code(), 0);
  EXPECT_EQ(h.virtual_offset(), 2h);
  EXPECT_EQ(h.event_names("w"),
            "STARTED TASK_SCHEDULED TASK_STARTED TASK_COMPLETED TIMER_STARTED SIGNALED TASK_SCHEDULED TIMER_FIRED");
}

// Otherwise a sleep just after a start would jump to the timeout of the first workflow task.
TEST(EngineTimeLocks, ASleepDoesNotPassATaskThatAWorkerHasTaken) {
  Harness h(/*starts_locked=*/true);
  h.test_call("UnlockTimeSkipping");
  h.begin("w");
  const auto task = h.task();
  auto sleep = h.sleep("UnlockTimeSkippingWithSleep", 1h);
  h.tick();
  EXPECT_EQ(h.virtual_offset(), 0s);
  h.complete(task.task_token(), {});
  h.tick();
  EXPECT_EQ(sleep->code(), 0);
  EXPECT_EQ(h.event_names("w"), "STARTED TASK_SCHEDULED TASK_STARTED TASK_COMPLETED");
}

}  // namespace
}  // namespace temporalio::timeskip::test
