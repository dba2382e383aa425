// What user code sees of failures: members, causes, the printed tree, cancellation.
#include <gtest/gtest.h>

#include "temporalio/errors.h"

namespace temporalio {
namespace {

using namespace std::chrono_literals;

FailurePtr activity_failure(FailurePtr cause) {
  ActivityErrorInfo info;
  info.activity_type = "charge";
  info.activity_id = "1";
  info.retry_state = RetryState::maximum_attempts_reached;
  return std::make_shared<ActivityError>("Activity task failed", info, std::move(cause));
}

TEST(Errors, AnApplicationErrorCarriesOptionsAndDetails) {
  try {
    throw ApplicationError("refused", {.type = "CardError", .non_retryable = true, .next_retry_delay = 5s}, 7, "late");
  } catch (const FailureError& error) {
    EXPECT_STREQ(error.what(), "refused");
    const auto& application = dynamic_cast<const ApplicationError&>(error);
    EXPECT_EQ(application.type(), "CardError");
    EXPECT_TRUE(application.non_retryable());
    EXPECT_EQ(application.next_retry_delay(), 5s);
    ASSERT_EQ(application.details().size(), 2U);
    EXPECT_EQ(application.details<int>(0), 7);
    EXPECT_EQ(application.details<std::string>(1), "late");
    EXPECT_THROW(application.details<int>(1), PayloadDecodeError);
    EXPECT_THROW(application.details<int>(2), PayloadDecodeError);
    EXPECT_EQ(application.details<std::optional<int>>(2), std::nullopt);
  }
}

TEST(Errors, AnApplicationErrorNeedsOnlyAMessage) {
  const ApplicationError error("no");
  EXPECT_EQ(error.type(), "");
  EXPECT_FALSE(error.non_retryable());
  EXPECT_TRUE(error.details().empty());
  EXPECT_EQ(error.cause(), nullptr);
}

TEST(Errors, RaiseThrowsTheMostDerivedType) {
  const FailurePtr failure = std::make_shared<TimeoutError>("late", TimeoutType::heartbeat);
  try {
    failure->raise();
    FAIL() << "nothing thrown";
  } catch (const TimeoutError& error) {
    EXPECT_EQ(error.type(), TimeoutType::heartbeat);
  }
}

TEST(Errors, CancellationIsSeenThroughActivitiesAndChildren) {
  const FailurePtr cancelled = std::make_shared<CancelledError>();
  const FailurePtr failed = std::make_shared<ApplicationError>("x");
  EXPECT_TRUE(is_cancelled_exception(*cancelled));
  EXPECT_TRUE(is_cancelled_exception(*activity_failure(cancelled)));
  EXPECT_TRUE(is_cancelled_exception(ChildWorkflowError("x", ChildWorkflowErrorInfo(), cancelled)));
  EXPECT_FALSE(is_cancelled_exception(*failed));
  EXPECT_FALSE(is_cancelled_exception(*activity_failure(failed)));
  EXPECT_FALSE(is_cancelled_exception(*activity_failure(nullptr)));
  // An application error that was caused by a cancellation is a failure of its own.
  ApplicationError application("x");
  application.set_cause(cancelled);
  EXPECT_FALSE(is_cancelled_exception(application));
  EXPECT_FALSE(is_cancelled_exception(std::exception_ptr()));
  EXPECT_TRUE(is_cancelled_exception(std::make_exception_ptr(CancelledError())));
  EXPECT_FALSE(is_cancelled_exception(std::make_exception_ptr(1)));
}

TEST(Errors, TheTreeIsPrintedOneCauseALine) {
  const FailurePtr root =
      std::make_shared<ApplicationError>("declined", ApplicationErrorOptions{.type = "CardError"}, detail::Details());
  const WorkflowFailureError error(activity_failure(root));
  EXPECT_EQ(describe_failure(error),
            "Error: Workflow execution failed\n"
            "  caused by ActivityError(charge id 1, retry state maximum_attempts_reached): Activity task failed\n"
            "    caused by ApplicationError(CardError): declined");
  EXPECT_EQ(describe_failure(std::make_exception_ptr(std::runtime_error("plain"))), "plain");
}

TEST(Errors, AnRpcErrorNamesItsCode) {
  const RPCError error(RPCStatusCode::not_found, "no such workflow");
  EXPECT_STREQ(error.what(), "NOT_FOUND: no such workflow");
  EXPECT_EQ(error.status(), RPCStatusCode::not_found);
  EXPECT_EQ(to_string(static_cast<RPCStatusCode>(99)), "unknown");
}

TEST(Errors, CopiesShareDetails) {
  const ApplicationError error("x", {}, 1);
  const ApplicationError copy = error;  // NOLINT(performance-unnecessary-copy-initialization): the subject
  EXPECT_EQ(&copy.details(), &error.details());
}

}  // namespace
}  // namespace temporalio
