// When heartbeats go out, as a script of what happens and what follows.
#include "sdk/src/activity/heartbeat.h"

#include <gtest/gtest.h>

namespace temporalio::activity {
namespace {

using namespace std::chrono_literals;
using base::MonotonicTime;

MonotonicTime at(Duration time) { return MonotonicTime(1h + time); }

TEST(HeartbeatThrottle, TheFirstGoesOutAtOnce) {
  HeartbeatThrottle throttle(10s);
  const auto step = throttle.on_recorded(at(0s));
  EXPECT_TRUE(step.send);
  EXPECT_EQ(step.timer, std::nullopt);
  EXPECT_FALSE(throttle.has_unsent());
}

TEST(HeartbeatThrottle, LaterOnesWaitForTheEndOfTheWindow) {
  HeartbeatThrottle throttle(10s);
  throttle.on_recorded(at(0s));
  throttle.on_answered(at(1s));
  const auto second = throttle.on_recorded(at(3s));
  EXPECT_FALSE(second.send);
  EXPECT_EQ(second.timer, Duration(7s));
  // One timer serves all that are recorded meanwhile.
  const auto third = throttle.on_recorded(at(4s));
  EXPECT_FALSE(third.send);
  EXPECT_EQ(third.timer, std::nullopt);
  EXPECT_TRUE(throttle.has_unsent());
  EXPECT_TRUE(throttle.on_timer(at(10s)).send);
  EXPECT_FALSE(throttle.has_unsent());
  throttle.on_answered(at(10s));
  EXPECT_EQ(throttle.on_recorded(at(11s)).timer, Duration(9s));
}

TEST(HeartbeatThrottle, AfterAQuietWindowTheNextGoesOutAtOnce) {
  HeartbeatThrottle throttle(10s);
  throttle.on_recorded(at(0s));
  EXPECT_FALSE(throttle.on_answered(at(1s)).send);
  EXPECT_TRUE(throttle.on_recorded(at(10s)).send);
}

TEST(HeartbeatThrottle, NeverTwoAtATime) {
  HeartbeatThrottle throttle(10s);
  throttle.on_recorded(at(0s));
  // The answer is late; the window is over.
  const auto second = throttle.on_recorded(at(15s));
  EXPECT_FALSE(second.send);
  EXPECT_EQ(second.timer, std::nullopt);
  EXPECT_TRUE(throttle.on_answered(at(16s)).send);
}

TEST(HeartbeatThrottle, AnAnswerInsideTheWindowArmsTheTimer) {
  HeartbeatThrottle throttle(10s);
  throttle.on_recorded(at(0s));
  throttle.on_recorded(at(2s));
  const auto step = throttle.on_answered(at(4s));
  EXPECT_FALSE(step.send);
  EXPECT_EQ(step.timer, Duration(6s));
}

TEST(HeartbeatThrottle, ATimerThatFindsNothingSendsNothing) {
  HeartbeatThrottle throttle(10s);
  throttle.on_recorded(at(0s));
  const auto step = throttle.on_timer(at(10s));
  EXPECT_FALSE(step.send);
  EXPECT_EQ(step.timer, std::nullopt);
}

TEST(HeartbeatInterval, FollowsTimeoutDefaultAndMaximum) {
  EXPECT_EQ(heartbeat_interval(10s, 60s, 30s), Duration(8s));
  EXPECT_EQ(heartbeat_interval(std::nullopt, 60s, 30s), Duration(30s));
  EXPECT_EQ(heartbeat_interval(1h, 60s, 30s), Duration(60s));
  EXPECT_EQ(heartbeat_interval(std::nullopt, 5s, 30s), Duration(5s));
}

}  // namespace
}  // namespace temporalio::activity
