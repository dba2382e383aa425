// The executor: order, leader and followers, timers, idle hooks, and the background thread that fills in.
#include "sdk/src/base/loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sdk/src/base/attendant.h"

namespace temporalio::base {
namespace {

using namespace std::chrono_literals;

// A clock that moves only when somebody waits for it.
class SteppedTime final : public TimeSource {
 public:
  SystemTime system_now() const override { return SystemTime(now_.load()); }
  MonotonicTime now() const override { return MonotonicTime(now_.load()); }
  void wait(std::condition_variable&, std::unique_lock<std::mutex>&, std::optional<Duration> limit) const override {
    ASSERT_TRUE(limit.has_value()) << "the loop waits for ever";
    now_.store(now_.load() + std::max(*limit, Duration::zero()));
  }

 private:
  mutable std::atomic<Duration> now_{Duration(0)};
};

TEST(Loop, RunsCallbacksInTheOrderOfPosting) {
  Loop loop;
  std::string order;
  loop.post([&] {
    order += "a";
    loop.post([&] { order += "c"; });
  });
  loop.post([&] { order += "b"; });
  loop.pump_until([&] { return order.size() == 3; });
  EXPECT_EQ(order, "abc");
}

TEST(Loop, StopsAfterTheCallbackThatMakesThePredicateHold) {
  Loop loop({.grace = 1h});
  int ran = 0;
  for (int i = 0; i < 3; ++i) loop.post([&] { ++ran; });
  loop.pump_until([&] { return ran == 2; });
  EXPECT_EQ(ran, 2);
  loop.pump_until([&] { return ran == 3; });
  EXPECT_EQ(ran, 3);
}

TEST(Loop, RefusesToWaitInsideACallback) {
  Loop loop;
  bool has_thrown = false;
  bool is_done = false;
  loop.post([&] {
    EXPECT_TRUE(loop.is_inside());
    try {
      loop.pump_until([] { return true; });
    } catch (const NestedPump&) {
      has_thrown = true;
    }
    is_done = true;
  });
  EXPECT_FALSE(loop.is_inside());
  loop.pump_until([&] { return is_done; });
  EXPECT_TRUE(has_thrown);
}

TEST(Loop, MayWaitForAnotherLoopInsideACallback) {
  Loop outer;
  Loop inner;
  bool is_inner_done = false;
  bool is_outer_done = false;
  outer.post([&] {
    inner.post([&] { is_inner_done = true; });
    inner.pump_until([&] { return is_inner_done; });
    EXPECT_TRUE(outer.is_inside());
    is_outer_done = true;
  });
  outer.pump_until([&] { return is_outer_done; });
  EXPECT_TRUE(is_inner_done);
}

TEST(Loop, RefusesToWaitForItselfThroughAnotherLoop) {
  Loop outer;
  Loop inner;
  bool has_thrown = false;
  bool is_done = false;
  outer.post([&] {
    bool is_inner_done = false;
    inner.post([&] {
      try {
        outer.pump_until([] { return true; });
      } catch (const NestedPump&) {
        has_thrown = true;
      }
      is_inner_done = true;
    });
    inner.pump_until([&] { return is_inner_done; });
    is_done = true;
  });
  outer.pump_until([&] { return is_done; });
  EXPECT_TRUE(has_thrown);
}

// Two threads of a loop may tell the attendant in the wrong order: the earlier time must not be lost.
TEST(Attendant, TheEarlierOfTwoTimesCounts) {
  std::mutex mutex;
  std::condition_variable changed;
  int visits = 0;
  const auto visit = [&]() -> std::optional<MonotonicTime> {
    const std::lock_guard lock(mutex);
    ++visits;
    changed.notify_one();
    return std::nullopt;
  };
  const MonotonicTime now = real_time().now();
  Attendant::instance().watch(&visits, now + 20ms, visit);
  Attendant::instance().watch(&visits, now + 1h, visit);
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return visits == 1; });
  lock.unlock();
  Attendant::instance().forget(&visits);
}

TEST(Loop, FiresTimersInOrderOfTimeThenOfCreation) {
  SteppedTime time;
  Loop loop({.grace = 1h, .time = &time});
  std::string order;
  loop.post_after(2s, [&] { order += "c"; });
  loop.post_after(1s, [&] { order += "a"; });
  loop.post_after(1s, [&] { order += "b"; });
  loop.pump_until([&] { return order.size() == 3; });
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(time.now(), MonotonicTime(2s));
}

TEST(Loop, CancelledTimerNeverFires) {
  SteppedTime time;
  Loop loop({.grace = 1h, .time = &time});
  std::string order;
  const Loop::TimerId timer = loop.post_after(1s, [&] { order += "x"; });
  loop.post_after(2s, [&] { order += "a"; });
  EXPECT_TRUE(loop.cancel(timer));
  EXPECT_FALSE(loop.cancel(timer));
  EXPECT_FALSE(loop.cancel({}));
  loop.pump_until([&] { return !order.empty(); });
  EXPECT_EQ(order, "a");
}

TEST(Loop, IdleHookRunsOnlyWhenNoCallbackIsLeft) {
  Loop loop({.grace = 1h});
  std::string order;
  const Loop::HookId hook = loop.add_idle_hook([&]() -> std::optional<Duration> {
    order += "h";
    return std::nullopt;
  });
  loop.post([&] {
    order += "a";
    loop.post([&] { order += "b"; });
  });
  loop.pump_until([&] { return order.ends_with("h"); });
  EXPECT_EQ(order, "abh");
  loop.remove_idle_hook(hook);
  loop.post([&] { order += "c"; });
  loop.pump_until([&] { return order.ends_with("c"); });
  EXPECT_EQ(order, "abhc");
}

TEST(Loop, IdleHookIsCalledAgainWhenItAsked) {
  SteppedTime time;
  Loop loop({.grace = 1h, .time = &time});
  std::vector<MonotonicTime> calls;
  loop.add_idle_hook([&]() -> std::optional<Duration> {
    calls.push_back(time.now());
    return calls.size() == 1 ? 0s : 5s;
  });
  loop.pump_until([&] { return calls.size() == 3; });
  EXPECT_EQ(calls, (std::vector{MonotonicTime(0s), MonotonicTime(0s), MonotonicTime(5s)}));
}

TEST(Loop, BackgroundThreadRunsWhatNobodyWaitsFor) {
  Loop loop;
  std::atomic<bool> has_run = false;
  loop.post([&] {
    EXPECT_TRUE(loop.is_inside());
    has_run = true;
    has_run.notify_one();
  });
  has_run.wait(false);
  std::atomic<bool> has_fired = false;
  loop.post_after(1us, [&] {
    has_fired = true;
    has_fired.notify_one();
  });
  has_fired.wait(false);
}

TEST(Loop, CallerTakesTheLeadBackFromTheBackgroundThread) {
  Loop loop;
  std::atomic<bool> has_run = false;
  loop.post([&] {
    has_run = true;
    has_run.notify_one();
  });
  has_run.wait(false);
  std::thread::id ran_on;
  bool is_done = false;
  loop.pump_until([&] { return true; });  // once this returns the background thread has given way
  loop.post([&] {
    ran_on = std::this_thread::get_id();
    is_done = true;
  });
  loop.pump_until([&] { return is_done; });
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(Loop, WithoutGraceTheBackgroundThreadStartsAtOnce) {
  Loop loop({.grace = 0s});
  std::atomic<bool> has_run = false;
  loop.post([&] {
    has_run = true;
    has_run.notify_one();
  });
  has_run.wait(false);
  bool is_done = false;
  loop.post([&] { is_done = true; });
  loop.pump_until([&] { return is_done; });
}

TEST(Loop, ManyThreadsWaitAndEachGetsItsAnswer) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 200;
  for (const Duration grace : {Duration(0), Duration(50us), Duration(1h)}) {
    Loop loop({.grace = grace});
    std::atomic<int> running = 0;
    std::atomic<int> answered = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < kRounds; ++round) {
          bool is_answered = false;
          loop.post([&] {
            EXPECT_EQ(running.fetch_add(1), 0) << "two callbacks at a time";
            loop.post([&] { is_answered = true; });
            running.fetch_sub(1);
          });
          loop.pump_until([&] { return is_answered; });
          answered.fetch_add(1);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(answered.load(), kThreads * kRounds);
  }
}

TEST(Loop, ExclusivelyRunsBetweenCallbacksWithoutRunningWhatIsPosted) {
  Loop loop({.grace = 1h});
  bool has_posted_run = false;
  loop.post([&] { has_posted_run = true; });
  bool was_inside = false;
  loop.exclusively([&] { was_inside = loop.is_inside(); });
  EXPECT_TRUE(was_inside);
  EXPECT_FALSE(has_posted_run);
}

TEST(Loop, ExclusivelyWaitsForAnotherLeader) {
  Loop loop;
  std::atomic<bool> is_leading = false;
  bool is_over = false;
  std::thread leader([&] {
    loop.post([&] {
      is_leading = true;
      is_leading.notify_one();
    });
    loop.pump_until([&] { return is_over; });
  });
  is_leading.wait(false);
  loop.exclusively([&] { is_over = true; });
  leader.join();
}

TEST(Loop, DropsWhatHasNotRun) {
  auto token = std::make_shared<int>(0);
  {
    Loop loop({.grace = 1h});
    loop.post([token] {});
    loop.post_after(1h, [token] {});
    EXPECT_EQ(token.use_count(), 3);
  }
  EXPECT_EQ(token.use_count(), 1);
}

TEST(Loop, BackgroundThreadMayDropTheLastReference) {
  auto loop = std::make_shared<Loop>(LoopOptions{.grace = 0s});
  std::atomic<bool> is_dropped = false;
  std::atomic<bool> may_drop = false;
  loop->post([&is_dropped, &may_drop, held = loop]() mutable {
    may_drop.wait(false);
    held.reset();
    is_dropped = true;
    is_dropped.notify_one();
  });
  loop.reset();
  may_drop = true;
  may_drop.notify_one();
  is_dropped.wait(false);
}

}  // namespace
}  // namespace temporalio::base
