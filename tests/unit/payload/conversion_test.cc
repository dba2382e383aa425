// The JSON forms that other SDKs read and write, for each type with a path of its own.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>

#include "temporalio/payload.h"
#include "temporalio/payload_json.h"

namespace temporalio {
namespace {

struct Purchase {
  std::string item;
  int count = 0;
  friend bool operator==(const Purchase&, const Purchase&) = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Purchase, item, count)

enum class Status { pending, done };

struct Celsius {
  double degrees = 0;
};

}  // namespace

template <>
struct PayloadTraits<Celsius> {
  static Payload encode(const Celsius& value) {
    return Payload("text/celsius", std::to_string(static_cast<int>(value.degrees)), {{"unit", "C"}});
  }
  static Celsius decode(const PayloadView& payload) {
    Celsius value;
    value.degrees = std::stod(std::string(payload.data));
    if (payload.find_metadata("unit") != "C") value.degrees = -1;
    return value;
  }
};

namespace {

template <class T>
void expect_round_trip(const T& value, std::string_view json) {
  const Payload payload = to_payload(value);
  EXPECT_EQ(payload.encoding, "json/plain");
  EXPECT_EQ(payload.data, json);
  EXPECT_TRUE(payload.metadata.empty());
  EXPECT_EQ(from_payload<T>(payload), value) << json;
}

Payload json(std::string data) { return Payload("json/plain", std::move(data)); }

TEST(PayloadConversion, WritesPlainJsonForScalars) {
  expect_round_trip(true, "true");
  expect_round_trip(false, "false");
  expect_round_trip(0, "0");
  expect_round_trip(-17, "-17");
  expect_round_trip(std::numeric_limits<std::int64_t>::min(), "-9223372036854775808");
  expect_round_trip(std::numeric_limits<std::uint64_t>::max(), "18446744073709551615");
  expect_round_trip(std::uint8_t{200}, "200");
  expect_round_trip(1.5, "1.5");
  expect_round_trip(0.1F, "0.10000000149011612");
  expect_round_trip(std::string("one"), "\"one\"");
  expect_round_trip(std::string(), "\"\"");
}

TEST(PayloadConversion, EscapesStringsAndKeepsUtf8) {
  expect_round_trip(std::string("a\"b\\c\n"), R"("a\"b\\c\n")");
  expect_round_trip(std::string("gr\xc3\xbc\xc3\x9f"), "\"gr\xc3\xbc\xc3\x9f\"");
  EXPECT_EQ(from_payload<std::string>(json(R"(" \u00fc")")), " \xc3\xbc");
  EXPECT_EQ(from_payload<std::string>(json(" \n\"x\"\t")), "x");
}

TEST(PayloadConversion, LiteralsAndViewsAreStrings) {
  EXPECT_EQ(to_payload("hello"), to_payload(std::string("hello")));
  EXPECT_EQ(to_payload(std::string_view("hello")), to_payload(std::string("hello")));
}

TEST(PayloadConversion, UserTypesGoThroughJsonWithSortedKeysAndNoSpace) {
  Purchase purchase;
  purchase.item = "book";
  purchase.count = 2;
  expect_round_trip(purchase, R"({"count":2,"item":"book"})");
  expect_round_trip(std::vector<Purchase>{purchase}, R"([{"count":2,"item":"book"}])");
  expect_round_trip(std::map<std::string, int>{{"b", 1}, {"a", 2}}, R"({"a":2,"b":1})");
  expect_round_trip(Status::done, "1");
}

TEST(PayloadConversion, NothingIsBinaryNull) {
  EXPECT_EQ(to_payload(nullptr), Payload("binary/null", ""));
  EXPECT_EQ(to_payload(std::optional<int>()), Payload("binary/null", ""));
  EXPECT_EQ(to_payload(std::optional<int>(3)), json("3"));
  EXPECT_EQ(from_payload<std::optional<int>>(Payload("binary/null", "")), std::nullopt);
  EXPECT_EQ(from_payload<std::optional<int>>(json("null")), std::nullopt);
  EXPECT_EQ(from_payload<std::optional<int>>(json("4")), 4);
  from_payload<std::nullptr_t>(json("null"));
  from_payload<void>(json("whatever"));
}

TEST(PayloadConversion, BytesAreBinaryPlain) {
  const std::vector<std::byte> bytes = {std::byte{0}, std::byte{255}, std::byte{7}};
  const Payload payload = to_payload(bytes);
  EXPECT_EQ(payload, Payload("binary/plain", std::string("\0\xff\x07", 3)));
  EXPECT_EQ(from_payload<std::vector<std::byte>>(payload), bytes);
}

TEST(PayloadConversion, RawValuesPassThroughWithTheirMetadata) {
  const Payload odd("json/protobuf", "{}", {{"messageType", "a.B"}});
  EXPECT_EQ(to_payload(odd), odd);
  EXPECT_EQ(from_payload<Payload>(odd), odd);
  EXPECT_EQ(from_payload<RawValue>(odd).payload, odd);
  EXPECT_EQ(to_payload(RawValue(odd)), odd);
}

TEST(PayloadConversion, TraitsReplaceJson) {
  Celsius value;
  value.degrees = 21;
  const Payload payload = to_payload(value);
  EXPECT_EQ(payload.encoding, "text/celsius");
  EXPECT_EQ(from_payload<Celsius>(payload).degrees, 21);
}

TEST(PayloadConversion, IntegersMayComeAsWholeFloats) {
  EXPECT_EQ(from_payload<int>(json("5.0")), 5);
  EXPECT_EQ(from_payload<std::int64_t>(json("1e3")), 1000);
  EXPECT_EQ(from_payload<std::uint64_t>(json("1e19")), 10000000000000000000ULL);
  EXPECT_EQ(from_payload<double>(json("7")), 7.0);
}

TEST(PayloadConversion, ArgumentsAreDecodedInOrder) {
  const std::vector<Payload> payloads = to_payloads(1, "two", 3.5);
  using Arguments = std::tuple<int, std::string, double, std::optional<int>>;
  EXPECT_EQ(from_payloads<Arguments>(payloads), Arguments(1, "two", 3.5, std::nullopt));
  // A caller that is a version ahead gives one more.
  EXPECT_EQ((from_payloads<std::tuple<int, std::string>>(payloads)), std::make_tuple(1, std::string("two")));
}

TEST(PayloadConversion, ResultsMayBeMissing) {
  const std::vector<Payload> none;
  EXPECT_EQ(from_result<std::optional<int>>(none), std::nullopt);
  from_result<void>(none);
  EXPECT_THROW(from_result<int>(none), PayloadDecodeError);
}

}  // namespace
}  // namespace temporalio
