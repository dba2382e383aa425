// What the server is told at the end of an activity: the table of outcome.h, line by line.
#include "sdk/src/activity/outcome.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace temporalio::activity {
namespace {

using Kind = Outcome::Kind;
using ::testing::HasSubstr;

struct Case {
  const char* name;
  std::exception_ptr error;
  std::optional<CancellationDetails> cancellation;
  Kind kind;
  const char* failure_type;  // of an application failure; null where there is none
};

std::exception_ptr cancelled() { return std::make_exception_ptr(CancelledError()); }
std::exception_ptr complete_async() { return std::make_exception_ptr(detail::CompleteAsync()); }
std::exception_ptr failure() { return std::make_exception_ptr(std::runtime_error("x")); }

class Outcomes : public ::testing::TestWithParam<Case> {};

TEST_P(Outcomes, FollowTheTable) {
  const Case& wanted = GetParam();
  const Outcome outcome = make_outcome(wanted.error, to_payload(7), wanted.cancellation);
  EXPECT_EQ(outcome.kind, wanted.kind);
  if (wanted.failure_type != nullptr) {
    EXPECT_EQ(outcome.failure.application_failure_info().type(), wanted.failure_type);
    EXPECT_FALSE(outcome.failure.application_failure_info().non_retryable());
  } else {
    EXPECT_FALSE(outcome.failure.has_application_failure_info());
  }
  if (wanted.kind == Kind::completed) {
    ASSERT_EQ(outcome.payloads.payloads_size(), 1);
    EXPECT_EQ(outcome.payloads.payloads(0).data(), "7");
  }
}

constexpr CancellationDetails kRequested{.cancel_requested = true};
constexpr CancellationDetails kPaused{.paused = true};
constexpr CancellationDetails kReset{.reset = true};
constexpr CancellationDetails kShutdown{.worker_shutdown = true};
constexpr CancellationDetails kTimedOut{.timed_out = true};
constexpr CancellationDetails kNotFound{.not_found = true};

INSTANTIATE_TEST_SUITE_P(
    Table, Outcomes,
    ::testing::Values(Case{"returned", nullptr, std::nullopt, Kind::completed, nullptr},
                      Case{"returned_though_cancelled", nullptr, kRequested, Kind::completed, nullptr},
                      Case{"returned_though_shut_down", nullptr, kShutdown, Kind::completed, nullptr},
                      Case{"completes_later", complete_async(), std::nullopt, Kind::completes_later, nullptr},
                      Case{"cancelled", cancelled(), kRequested, Kind::cancelled, nullptr},
                      Case{"cancelled_while_shut_down", cancelled(),
                           CancellationDetails{.cancel_requested = true, .worker_shutdown = true}, Kind::cancelled,
                           nullptr},
                      Case{"paused", cancelled(), kPaused, Kind::failed, "ActivityPause"},
                      Case{"reset", cancelled(), kReset, Kind::failed, "ActivityReset"},
                      Case{"shut_down", cancelled(), kShutdown, Kind::failed, "WorkerShutdown"},
                      Case{"failed_though_cancelled", failure(), kRequested, Kind::failed, "runtime_error"},
                      Case{"failed", failure(), std::nullopt, Kind::failed, "runtime_error"},
                      Case{"cancelled_unasked", cancelled(), std::nullopt, Kind::failed, nullptr},
                      Case{"cancelled_by_time_limit", cancelled(), kTimedOut, Kind::failed, nullptr},
                      Case{"unknown_to_the_server", nullptr, kNotFound, Kind::dropped, nullptr},
                      Case{"failed_unknown_to_the_server", failure(), kNotFound, Kind::dropped, nullptr}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(Outcomes, CancellationDetailsAreReported) {
  const auto error = std::make_exception_ptr(CancelledError("stopped", to_payloads("half", 50)));
  const Outcome outcome = make_outcome(error, Payload(), kRequested);
  ASSERT_EQ(outcome.payloads.payloads_size(), 2);
  EXPECT_EQ(outcome.payloads.payloads(0).data(), "\"half\"");
}

TEST(Outcomes, AnUnknownTypeIsRetryableAndListsTheKnownOnes) {
  const Outcome outcome = not_registered("charge", "Order", "pack, ship");
  EXPECT_EQ(outcome.kind, Kind::failed);
  EXPECT_EQ(outcome.failure.application_failure_info().type(), "NotFoundError");
  EXPECT_FALSE(outcome.failure.application_failure_info().non_retryable());
  EXPECT_THAT(outcome.failure.message(), HasSubstr("Activity type charge is not registered"));
  EXPECT_THAT(outcome.failure.message(), HasSubstr("pack, ship"));
  EXPECT_THAT(not_registered("charge", "", "").failure.message(), HasSubstr("no activity is"));
}

}  // namespace
}  // namespace temporalio::activity
