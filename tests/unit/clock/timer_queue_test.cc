// The timer queue and the virtual clock, apart from the engine: order, ownership, and that time only moves forward.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "timeskip/src/clock/timer_queue.h"
#include "timeskip/src/clock/virtual_clock.h"

namespace temporalio::timeskip {
namespace {

using namespace std::chrono_literals;

Time at(Duration offset) { return Time(offset); }

TEST(TimerQueue, EqualTimesFireInTheOrderInWhichTheyWereSet) {
  TimerQueue queue;
  std::vector<Timer> timers(100);
  std::vector<int> fired;
  for (int i = 0; i < 100; ++i) {
    queue.set(timers[static_cast<std::size_t>(i)], at(5s), [&fired, i] { fired.push_back(i); });
  }
  while (queue.fire_one(at(5s))) {
  }
  ASSERT_EQ(fired.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(fired[static_cast<std::size_t>(i)], i);
}

TEST(TimerQueue, FiresNothingBeforeItsTime) {
  TimerQueue queue;
  Timer timer;
  bool fired = false;
  queue.set(timer, at(5s), [&fired] { fired = true; });
  EXPECT_FALSE(queue.fire_one(at(5s - 1ns)));
  EXPECT_FALSE(fired);
  EXPECT_TRUE(queue.fire_one(at(5s)));
  EXPECT_TRUE(fired);
  EXPECT_FALSE(timer.is_set());
}

TEST(TimerQueue, DestroyingTheOwnerCancels) {
  TimerQueue queue;
  {
    Timer timer;
    queue.set(timer, at(1s), [] { FAIL() << "its owner has gone"; });
    EXPECT_EQ(queue.size(), 1u);
  }
  EXPECT_EQ(queue.size(), 0u);
  EXPECT_FALSE(queue.next_due().has_value());
}

TEST(TimerQueue, MovingATimerKeepsItSet) {
  TimerQueue queue;
  int fired = 0;
  std::vector<Timer> timers;
  for (int i = 0; i < 20; ++i) {  // growing moves them
    timers.emplace_back();
    queue.set(timers.back(), at(1s), [&fired] { ++fired; });
  }
  timers.erase(timers.begin(), timers.begin() + 5);
  while (queue.fire_one(at(1s))) {
  }
  EXPECT_EQ(fired, 15);
}

TEST(TimerQueue, ACallbackMaySetItsOwnTimerAgain) {
  TimerQueue queue;
  Timer timer;
  int fired = 0;
  std::function<void()> again = [&] {
    if (++fired < 3) queue.set(timer, at(std::chrono::seconds(fired)), again);
  };
  queue.set(timer, at(0s), again);
  while (queue.fire_one(at(10s))) {
  }
  EXPECT_EQ(fired, 3);
}

TEST(TimerQueue, RandomSetsAndCancelsKeepTheOrder) {
  std::mt19937 random(20260101);
  for (int round = 0; round < 50; ++round) {
    TimerQueue queue;
    std::vector<Timer> timers(64);
    std::vector<std::pair<Time, int>> fired;
    int sequence = 0;
    for (int step = 0; step < 300; ++step) {
      Timer& timer = timers[random() % timers.size()];
      if (random() % 3 == 0) {
        timer.cancel();
        continue;
      }
      const Time due = at(Duration(static_cast<int>(random() % 20)));
      queue.set(timer, due, [&fired, due, number = sequence++] { fired.emplace_back(due, number); });
    }
    std::size_t pending = 0;
    for (const Timer& timer : timers) pending += timer.is_set() ? 1 : 0;
    EXPECT_EQ(queue.size(), pending);
    while (queue.fire_one(at(1s))) {
    }
    EXPECT_EQ(fired.size(), pending);
    EXPECT_TRUE(std::is_sorted(fired.begin(), fired.end())) << "round " << round;
  }
}

TEST(VirtualClock, FlowsWithTheWallAndJumpsForwardOnly) {
  VirtualClock clock(at(100s), at(10s));
  EXPECT_EQ(clock.now(), at(100s));
  clock.observe_wall(at(12s));
  EXPECT_EQ(clock.now(), at(102s));
  clock.observe_wall(at(11s));  // a wall clock that was set back
  EXPECT_EQ(clock.now(), at(102s));
  clock.jump_to(at(500s));
  EXPECT_EQ(clock.now(), at(500s));
  EXPECT_EQ(clock.wall_at(at(501s)), at(13s));
  clock.jump_to(at(300s));
  EXPECT_EQ(clock.now(), at(500s));
}

}  // namespace
}  // namespace temporalio::timeskip
