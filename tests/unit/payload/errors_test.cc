// What is refused when payloads are read or made, and what the refusal says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "temporalio/payload.h"
#include "temporalio/payload_json.h"

namespace temporalio {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Order {
  std::string name;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, name)

template <class T>
std::string refusal(const std::string& encoding, const std::string& data) {
  try {
    from_payload<T>(Payload(encoding, data));
  } catch (const PayloadDecodeError& error) {
    return error.what();
  }
  return "(accepted)";
}

TEST(PayloadErrors, SayEncodingTypeAndReason) {
  EXPECT_THAT(refusal<int>("json/plain", "\"five\""),
              AllOf(HasSubstr("json/plain"), HasSubstr("as int"), HasSubstr("found string \"five\"")));
  EXPECT_THAT(refusal<int>("json/protobuf", "{}"), HasSubstr("the encoding must be json/plain"));
  EXPECT_THAT(refusal<int>("", "1"), HasSubstr("encoding (none)"));
  EXPECT_THAT(refusal<Order>("json/plain", "{\"nam\":1}"), AllOf(HasSubstr("Order"), HasSubstr("name")));
  EXPECT_THAT(refusal<Order>("json/plain", "{\"name\": \"x\""), HasSubstr("unexpected end of input"));
  EXPECT_THAT(refusal<bool>("json/plain", "1"), HasSubstr("expected true or false, found 1"));
  EXPECT_THAT(refusal<std::string>("json/plain", "1"), HasSubstr("expected a string, found number 1"));
  EXPECT_THAT(refusal<double>("json/plain", "\"1\""), HasSubstr("expected a number, found string"));
  EXPECT_THAT(refusal<std::vector<std::byte>>("json/plain", "[]"), HasSubstr("must be binary/plain"));
  EXPECT_THAT(refusal<std::nullptr_t>("json/plain", "1"), HasSubstr("expected null"));
  EXPECT_THAT(refusal<int>("json/plain", ""), HasSubstr("the data is empty"));
}

struct BadNumber {
  const char* text;
};

class PayloadIntegers : public ::testing::TestWithParam<BadNumber> {};

TEST_P(PayloadIntegers, OutOfRangeOrNotWholeIsRefused) {
  EXPECT_NE(refusal<std::int32_t>("json/plain", GetParam().text), "(accepted)");
  EXPECT_NE(refusal<std::uint16_t>("json/plain", GetParam().text), "(accepted)");
}

INSTANTIATE_TEST_SUITE_P(All, PayloadIntegers,
                         ::testing::Values(BadNumber{"2147483648"}, BadNumber{"-2147483649"}, BadNumber{"1e400"},
                                           BadNumber{"1.5"}, BadNumber{"9223372036854775808"}, BadNumber{"1e19"},
                                           BadNumber{"1e20"}, BadNumber{"-1e30"}, BadNumber{"99999999999999999999"},
                                           BadNumber{"01"}, BadNumber{"-"}, BadNumber{"+1"}, BadNumber{"0x10"},
                                           BadNumber{"1 2"}, BadNumber{"true"}, BadNumber{"null"}, BadNumber{"[1]"},
                                           BadNumber{"NaN"}));

TEST(PayloadErrors, NegativeIsNoUnsigned) { EXPECT_NE(refusal<unsigned>("json/plain", "-1"), "(accepted)"); }

TEST(PayloadErrors, SayWhichArgument) {
  const std::vector<Payload> payloads = to_payloads(1, 2);
  try {
    from_payloads<std::tuple<int, std::string>>(payloads);
    FAIL() << "accepted";
  } catch (const PayloadDecodeError& error) {
    EXPECT_EQ(error.position(), 1);
    EXPECT_EQ(error.encoding(), "json/plain");
    EXPECT_EQ(error.expected_type(), "string");
    EXPECT_THAT(error.what(), HasSubstr("argument 2: "));
  }
  try {
    from_payloads<std::tuple<int, int, int>>(payloads);
    FAIL() << "accepted";
  } catch (const PayloadDecodeError& error) {
    EXPECT_EQ(error.position(), 2);
    EXPECT_THAT(error.what(), HasSubstr("it was not given (2 arguments were)"));
  }
}

TEST(PayloadErrors, NoJsonForNanInfinityAndBrokenUtf8) {
  EXPECT_THROW(to_payload(std::numeric_limits<double>::quiet_NaN()), PayloadEncodeError);
  EXPECT_THROW(to_payload(std::numeric_limits<double>::infinity()), PayloadEncodeError);
  EXPECT_THROW(to_payload(std::string("\xff\xfe")), PayloadEncodeError);
  Order order;
  order.name = "\xff";
  EXPECT_THROW(to_payload(order), PayloadEncodeError);
}

TEST(PayloadErrors, DeepNestingIsRefusedNotSuffered) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  EXPECT_THAT(refusal<nlohmann::json>("json/plain", deep), HasSubstr("nested more than 1000 levels"));
  const std::string fine = std::string(900, '[') + std::string(900, ']');
  EXPECT_EQ(refusal<nlohmann::json>("json/plain", fine), "(accepted)");
}

}  // namespace
}  // namespace temporalio
