// Which calls are made again, how often, and after how long.
#include <gmock/gmock.h>
#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "sdk/src/rpc/retry_service.h"
#include "temporalio/log.h"
#include "tests/unit/rpc/fake_service.h"

namespace temporalio::rpc {
namespace {

using namespace std::chrono_literals;
using google::protobuf::Int32Value;

constexpr const char* kMethod = "/test.Service/Call";
constexpr int kUnavailable = 14;

// A clock that moves only when somebody waits for it.
class SteppedTime final : public base::TimeSource {
 public:
  SystemTime system_now() const override { return SystemTime(now_.load()); }
  base::MonotonicTime now() const override { return base::MonotonicTime(now_.load()); }
  void wait(std::condition_variable&, std::unique_lock<std::mutex>&, std::optional<Duration> limit) const override {
    ASSERT_TRUE(limit.has_value()) << "the loop waits for ever";
    now_.store(now_.load() + std::max(*limit, Duration::zero()));
  }

 private:
  mutable std::atomic<Duration> now_{Duration(0)};
};

class RetryService : public ::testing::Test {
 protected:
  // The answers of the tries, in order; the last one repeats.
  void answer(std::vector<int> codes) {
    fake_->on<Int32Value, Int32Value>("Call", [this, codes](Int32Value&, Int32Value& response) {
      EXPECT_EQ(response.value(), 0) << "a try sees what an earlier one left";
      response.set_value(42);
      times_.push_back(time_.now() - base::MonotonicTime());
      const std::size_t at = std::min(times_.size(), codes.size()) - 1;
      return Status{codes[at], "try " + std::to_string(times_.size()), ""};
    });
  }

  Status call(CallOptions options = {}) {
    Status outcome;
    bool is_done = false;
    loop_->post([&] {
      id_ = service_->start(kMethod, request_, response_, options, [&](Status status) {
        outcome = std::move(status);
        is_done = true;
      });
    });
    loop_->pump_until([&] { return is_done; });
    return outcome;
  }

  void make(RetryOptions options) { service_ = make_retry_service(fake_, loop_, options, 7); }

  SteppedTime time_;
  std::shared_ptr<base::Loop> loop_ = std::make_shared<base::Loop>(base::LoopOptions{.grace = 1h, .time = &time_});
  std::shared_ptr<FakeService> fake_ = std::make_shared<FakeService>(loop_);
  std::shared_ptr<Service> service_ = make_retry_service(fake_, loop_, RetryOptions{.jitter = 0}, 7);
  Int32Value request_;
  Int32Value response_;
  CallId id_ = 0;
  std::vector<Duration> times_;
};

TEST_F(RetryService, RepeatsWhatFailedInPassing) {
  answer({kUnavailable, kUnavailable, 0});
  EXPECT_TRUE(call().is_ok());
  EXPECT_EQ(response_.value(), 42);
  EXPECT_EQ(times_, (std::vector<Duration>{0ms, 100ms, 270ms}));
}

TEST_F(RetryService, GivesUpAfterTheLastTryWithItsStatus) {
  answer({kUnavailable});
  make({.jitter = 0, .max_elapsed = 1h, .max_attempts = 4});
  const Status status = call();
  EXPECT_EQ(status.code, kUnavailable);
  EXPECT_EQ(status.message, "try 4");
}

TEST_F(RetryService, StartsNoTryAfterTheTimeIsUp) {
  answer({kUnavailable});
  make({.jitter = 0, .max_elapsed = 400ms, .max_attempts = 1000});
  EXPECT_EQ(call().code, kUnavailable);
  EXPECT_EQ(times_, (std::vector<Duration>{0ms, 100ms, 270ms}));
}

TEST_F(RetryService, KnowsWhichCodesPass) {
  for (int code = 1; code <= 16; ++code) {
    times_.clear();
    answer({code, 0});
    const bool should_pass =
        code == 2 || code == 8 || code == 10 || code == 11 || code == 13 || code == 14 || code == 15;
    EXPECT_EQ(call().is_ok(), should_pass) << code;
    EXPECT_EQ(is_transient(code), should_pass) << code;
    response_.Clear();
  }
}

TEST_F(RetryService, MakesACallOnceWhenToldSo) {
  answer({kUnavailable, 0});
  CallOptions options;
  options.is_retryable = false;
  EXPECT_EQ(call(options).code, kUnavailable);
  EXPECT_EQ(times_.size(), 1u);
}

TEST_F(RetryService, LeavesAnOverloadedServerAlone) {
  answer({8, 8, 0});
  EXPECT_TRUE(call().is_ok());
  EXPECT_EQ(times_, (std::vector<Duration>{0s, 1s, 3s}));
}

TEST_F(RetryService, WorkersPollsAreRepeatedForEver) {
  std::vector<int> codes(100, kUnavailable);
  codes.push_back(0);
  answer(codes);
  CallOptions options;
  options.is_long_poll = true;
  options.is_worker_poll = true;
  EXPECT_TRUE(call(options).is_ok());
  ASSERT_EQ(times_.size(), 101u);
  EXPECT_EQ(times_[1], 200ms);
  EXPECT_EQ(times_[2], 600ms);
  EXPECT_EQ(times_[100] - times_[99], 10s);
}

TEST_F(RetryService, PollsThatFailAreReportedOnceAndSoIsTheirReturn) {
  std::vector<std::string> log;
  set_log_sink([&](LogLevel level, std::string_view text) {
    EXPECT_EQ(level, LogLevel::warning);
    log.emplace_back(text);
  });
  answer({4, kUnavailable, kUnavailable, kUnavailable, 0});
  CallOptions options;
  options.is_long_poll = true;
  options.is_worker_poll = true;
  EXPECT_TRUE(call(options).is_ok());
  set_log_sink({});
  ASSERT_EQ(log.size(), 2u);
  EXPECT_THAT(log[0], ::testing::HasSubstr("the service cannot be polled"));
  EXPECT_THAT(log[1], ::testing::HasSubstr("can be polled again"));
}

TEST_F(RetryService, AWorkersPollWhoseTimeIsUpIsRepeatedAtOnce) {
  answer({4, 4, kUnavailable, 0});
  CallOptions options;
  options.is_long_poll = true;
  options.is_worker_poll = true;
  EXPECT_TRUE(call(options).is_ok());
  EXPECT_EQ(times_, (std::vector<Duration>{0ms, 0ms, 0ms, 200ms}));
}

TEST_F(RetryService, ACallersLongPollGivesUpWhenTheServiceIsGone) {
  answer({kUnavailable});
  CallOptions options;
  options.is_long_poll = true;
  EXPECT_EQ(call(options).code, kUnavailable);
  EXPECT_GT(times_.size(), 5u);
  EXPECT_LE(times_.back(), 10s);
}

TEST_F(RetryService, ACallersLongPollHearsThatItsTimeIsUp) {
  answer({4, 0});
  CallOptions options;
  options.is_long_poll = true;
  EXPECT_EQ(call(options).code, 4);
  EXPECT_EQ(times_.size(), 1u);
}

TEST_F(RetryService, JitterStaysWithinItsShare) {
  answer({kUnavailable});
  make({.multiplier = 1, .jitter = 0.2, .max_elapsed = 1h, .max_attempts = 50});
  call();
  Duration shortest = 1h;
  Duration longest = 0s;
  for (std::size_t i = 1; i < times_.size(); ++i) {
    shortest = std::min(shortest, times_[i] - times_[i - 1]);
    longest = std::max(longest, times_[i] - times_[i - 1]);
  }
  EXPECT_GE(shortest, 80ms);
  EXPECT_LE(longest, 120ms);
  EXPECT_GT(longest - shortest, 20ms);
}

TEST_F(RetryService, CancelEndsACallThatWaitsForItsNextTry) {
  answer({kUnavailable});
  loop_->post_after(50ms, [&] { service_->cancel(id_); });
  EXPECT_EQ(call().code, 1);
  EXPECT_EQ(times_.size(), 1u);
}

TEST_F(RetryService, CancelEndsATryUnderWay) {
  CallOptions options;
  options.is_long_poll = true;  // no handler: it waits
  loop_->post_after(50ms, [&] { service_->cancel(id_); });
  EXPECT_EQ(call(options).code, 1);
  EXPECT_EQ(fake_->count("Call"), 1);
}

TEST_F(RetryService, MayBeDestroyedWithCallsUnderWay) {
  bool has_run = false;
  loop_->exclusively(
      [&] { service_->start(kMethod, request_, response_, {}, [&](const Status&) { has_run = true; }); });
  service_.reset();
  fake_->cancel(1);
  bool is_over = false;
  loop_->post([&] { is_over = true; });
  loop_->pump_until([&] { return is_over; });
  EXPECT_FALSE(has_run);
}

}  // namespace
}  // namespace temporalio::rpc
