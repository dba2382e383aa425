// Exceptions as Failure messages and back.
#include "sdk/src/payload/failure.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "temporal/api/failure/v1/message.pb.h"

namespace shop {
struct OutOfStock : std::runtime_error {
  using std::runtime_error::runtime_error;
};
template <class T>
struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};
}  // namespace shop

namespace temporalio::payload {
namespace {

using temporal::api::failure::v1::Failure;
using Differ = google::protobuf::util::MessageDifferencer;

Failure parse(const char* text) {
  Failure message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

Failure again(const Failure& message) {
  Failure result;
  to_proto(to_exception(message), result);
  return result;
}

template <class F>
Failure thrown(F function) {
  Failure message;
  try {
    function();
  } catch (...) {
    to_proto(std::current_exception(), message);
  }
  return message;
}

class EveryKind : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryKind, ComesOutAsItWentIn) {
  const Failure message = parse(GetParam());
  EXPECT_TRUE(Differ::Equals(again(message), message)) << again(message).DebugString() << message.DebugString();
}

INSTANTIATE_TEST_SUITE_P(
    Failures, EveryKind,
    ::testing::Values(
        R"(message: "m" source: "GoSDK" stack_trace: "s" application_failure_info { type: "T" non_retryable: true
           details { payloads { metadata { key: "encoding" value: "json/plain" } data: "1" } }
           next_retry_delay { seconds: 3 nanos: 5 } category: APPLICATION_ERROR_CATEGORY_BENIGN })",
        R"(message: "m" source: "S" timeout_failure_info { timeout_type: TIMEOUT_TYPE_HEARTBEAT
           last_heartbeat_details { payloads { metadata { key: "encoding" value: "binary/null" } } } })",
        R"(message: "m" source: "S" canceled_failure_info { details { payloads { data: "x"
           metadata { key: "encoding" value: "e" } } } })",
        R"(message: "m" source: "S" canceled_failure_info { identity: "me" })",
        R"(message: "m" source: "S" terminated_failure_info { identity: "me" })",
        R"(message: "m" source: "Server" terminated_failure_info { })",
        R"(message: "m" source: "Server" server_failure_info { non_retryable: true })",
        R"(message: "m" source: "S" reset_workflow_failure_info { last_heartbeat_details { payloads { data: "x" } } })",
        R"(message: "m" source: "S" activity_failure_info { scheduled_event_id: 5 started_event_id: 6 identity: "i"
           activity_type { name: "A" } activity_id: "1" retry_state: RETRY_STATE_TIMEOUT }
           cause { message: "c" source: "S" application_failure_info { type: "X" } })",
        R"(message: "m" source: "S" child_workflow_execution_failure_info { namespace: "n"
           workflow_execution { workflow_id: "w" run_id: "r" } workflow_type { name: "C" } initiated_event_id: 1
           started_event_id: 2 retry_state: RETRY_STATE_NON_RETRYABLE_FAILURE }
           cause { message: "c" source: "S" terminated_failure_info { } })",
        R"(message: "m" source: "S" nexus_operation_execution_failure_info { endpoint: "e" service: "s" })",
        R"(message: "m" source: "S" nexus_handler_failure_info { type: "INTERNAL" })",
        R"(message: "Encoded failure" source: "S" encoded_attributes { data: "{}"
           metadata { key: "encoding" value: "json/plain" } } application_failure_info { })",
        R"(message: "only a message" source: "S")"));

TEST(Failure, KindsBecomeTheirExceptions) {
  const Failure activity = parse(R"(message: "m" activity_failure_info { activity_id: "7" activity_type { name: "A" }
      retry_state: RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED }
      cause { message: "c" application_failure_info { type: "X" } })");
  try {
    std::rethrow_exception(to_exception(activity));
  } catch (const ActivityError& error) {
    EXPECT_EQ(error.activity_id(), "7");
    EXPECT_EQ(error.activity_type(), "A");
    EXPECT_EQ(error.retry_state(), RetryState::maximum_attempts_reached);
    const auto* cause = dynamic_cast<const ApplicationError*>(error.cause().get());
    ASSERT_NE(cause, nullptr);
    EXPECT_EQ(cause->type(), "X");
  }
  EXPECT_THROW(std::rethrow_exception(to_exception(parse("nexus_handler_failure_info { }"))), FailureError);
}

TEST(Failure, UnknownEnumValuesBecomeUnspecified) {
  Failure message;
  message.mutable_timeout_failure_info()->set_timeout_type(static_cast<temporal::api::enums::v1::TimeoutType>(77));
  const FailurePtr failure = from_proto(message);
  EXPECT_EQ(dynamic_cast<const TimeoutError&>(*failure).type(), TimeoutType::unspecified);
}

TEST(Failure, OurOwnErrorsNameTheirSource) {
  const Failure message = thrown([] { throw ApplicationError("x", {.type = "T"}); });
  EXPECT_EQ(message.source(), "CppSDK");
  EXPECT_EQ(message.application_failure_info().type(), "T");
}

TEST(Failure, ForeignExceptionsAreApplicationErrorsOfTheirClass) {
  const Failure message = thrown([] { throw shop::OutOfStock("none left"); });
  EXPECT_EQ(message.message(), "none left");
  EXPECT_EQ(message.application_failure_info().type(), "OutOfStock");
  EXPECT_FALSE(message.application_failure_info().non_retryable());
  EXPECT_EQ(thrown([] { throw shop::Broken<int>("x"); }).application_failure_info().type(), "Broken");
  EXPECT_EQ(thrown([] { throw std::runtime_error("x"); }).application_failure_info().type(), "runtime_error");
  EXPECT_EQ(thrown([] { throw 42; }).application_failure_info().type(), "int");
}

TEST(Failure, NestedExceptionsAreCauses) {
  const Failure message = thrown([] {
    try {
      throw shop::OutOfStock("none left");
    } catch (...) {
      std::throw_with_nested(ApplicationError("cannot ship", {.type = "Shipping"}));
    }
  });
  EXPECT_EQ(message.message(), "cannot ship");
  EXPECT_EQ(message.application_failure_info().type(), "Shipping");
  EXPECT_EQ(message.cause().message(), "none left");
  EXPECT_EQ(message.cause().application_failure_info().type(), "OutOfStock");

  const Failure foreign = thrown([] {
    try {
      throw 1;
    } catch (...) {
      std::throw_with_nested(shop::OutOfStock("again"));
    }
  });
  EXPECT_EQ(foreign.application_failure_info().type(), "OutOfStock");
  EXPECT_EQ(foreign.cause().application_failure_info().type(), "int");
}

TEST(Failure, AClientErrorKeepsTheFailureItCarries) {
  const Failure message = thrown(
      [] { throw WorkflowFailureError(std::make_shared<ApplicationError>("inner", ApplicationErrorOptions{})); });
  EXPECT_EQ(message.application_failure_info().type(), "WorkflowFailureError");
  EXPECT_EQ(message.cause().message(), "inner");
}

TEST(Failure, EndlessCausesAreCut) {
  Failure message;
  Failure* level = &message;
  for (int i = 0; i < 5000; ++i) {
    level->set_message("m");
    level = level->mutable_cause();
  }
  int depth = 0;
  for (FailurePtr failure = from_proto(message); failure; failure = failure->cause()) ++depth;
  EXPECT_EQ(depth, 81);
}

}  // namespace
}  // namespace temporalio::payload
