// Payloads, times and retry policies as messages.
#include "sdk/src/payload/payload_proto.h"

#include <gtest/gtest.h>

namespace temporalio::payload {
namespace {

namespace common = temporal::api::common::v1;

TEST(PayloadProto, KeepsEncodingDataAndMetadata) {
  common::Payloads message;
  append_payload(message, Payload("json/protobuf", "{}", {{"messageType", "a.B"}, {"k", "v"}}));
  append_payload(message, to_payload(5));
  ASSERT_EQ(message.payloads_size(), 2);
  EXPECT_EQ(message.payloads(0).metadata().at("encoding"), "json/protobuf");
  EXPECT_EQ(message.payloads(0).metadata().at("messageType"), "a.B");
  EXPECT_EQ(message.payloads(1).data(), "5");

  const PayloadListView list = view(message);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].encoding, "json/protobuf");
  EXPECT_EQ(list[0].find_metadata("k"), "v");
  EXPECT_EQ(list[0].find_metadata("encoding"), std::nullopt);
  EXPECT_EQ(from_payload<int>(list[1]), 5);
  // The view reads the message itself.
  EXPECT_EQ(list[1].data.data(), message.payloads(1).data().data());
}

TEST(PayloadProto, APayloadWithoutMetadataHasNoEncoding) {
  common::Payload message;
  message.set_data("x");
  EXPECT_EQ(view(message).encoding, "");
  EXPECT_THROW(from_payload<int>(view(message)), PayloadDecodeError);
}

TEST(PayloadProto, DurationsRoundTripAndAreHeldInRange) {
  google::protobuf::Duration message;
  for (const Duration duration : {Duration(0), Duration(1), Duration(-1'500'000'000), Duration(1'234'567'890'123)}) {
    to_proto(duration, message);
    EXPECT_EQ(from_proto(message), duration);
  }
  message.set_seconds(315'576'000'000);  // ten thousand years
  EXPECT_EQ(from_proto(message), Duration::max());
  message.set_seconds(-315'576'000'000);
  EXPECT_EQ(from_proto(message), Duration::min());
}

TEST(PayloadProto, TimestampsCountNanosecondsForward) {
  google::protobuf::Timestamp message;
  to_proto(SystemTime(Duration(-1)), message);
  EXPECT_EQ(message.seconds(), -1);
  EXPECT_EQ(message.nanos(), 999'999'999);
  EXPECT_EQ(from_proto(message), SystemTime(Duration(-1)));
  to_proto(SystemTime(Duration(1'700'000'000'000'000'001)), message);
  EXPECT_EQ(message.seconds(), 1'700'000'000);
  EXPECT_EQ(message.nanos(), 1);
}

TEST(PayloadProto, RetryPolicyDefaultsAndNames) {
  common::RetryPolicy message;
  to_proto(RetryPolicy(), message);
  EXPECT_EQ(message.initial_interval().seconds(), 1);
  EXPECT_EQ(message.backoff_coefficient(), 2.0);
  EXPECT_FALSE(message.has_maximum_interval());
  EXPECT_EQ(message.maximum_attempts(), 0);

  static constexpr std::string_view kTypes[] = {"CardError", "UserError"};
  common::RetryPolicy full;
  to_proto(
      RetryPolicy{
          .maximum_interval = std::chrono::minutes(1), .maximum_attempts = 3, .non_retryable_error_types = kTypes},
      full);
  EXPECT_EQ(full.maximum_interval().seconds(), 60);
  EXPECT_EQ(full.maximum_attempts(), 3);
  ASSERT_EQ(full.non_retryable_error_types_size(), 2);
  EXPECT_EQ(full.non_retryable_error_types(1), "UserError");
}

}  // namespace
}  // namespace temporalio::payload
