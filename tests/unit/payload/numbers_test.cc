// Numbers are checked at every depth and in both directions: what does not fit is refused, never changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "temporalio/payload.h"
#include "temporalio/payload_json.h"

namespace temporalio {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Line {
  int count = 0;
  std::map<std::string, std::vector<unsigned>> parts;
  TEMPORALIO_FIELDS(Line, count, parts)
};

struct OldLine {  // as nlohmann's macro reads it
  int count = 0;
  std::vector<std::uint8_t> bytes;
  float weight = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OldLine, count, bytes, weight)

enum class Small : std::uint8_t { one = 1 };

Payload json(std::string data) { return Payload("json/plain", std::move(data)); }

template <class T>
std::string refusal(const std::string& text) {
  try {
    from_payload<T>(json(text));
    return "(accepted)";
  } catch (const PayloadDecodeError& error) {
    return error.what();
  }
}

TEST(PayloadNumbers, AreCheckedInsideContainers) {
  EXPECT_THAT(refusal<std::vector<int>>("[3000000000]"),
              AllOf(HasSubstr("at [0]: the number 3000000000 does not fit int"), HasSubstr("vector<int")));
  EXPECT_THAT(refusal<std::vector<int>>("[1, 1.9]"), HasSubstr("at [1]: the number 1.9 does not fit int"));
  EXPECT_THAT(refusal<std::vector<unsigned>>("[-1]"), HasSubstr("does not fit unsigned int"));
  EXPECT_THAT(refusal<std::vector<int>>("[true]"), HasSubstr("expected a whole number, found boolean true"));
  EXPECT_THAT(refusal<std::vector<bool>>("[1]"), HasSubstr("expected true or false"));
  EXPECT_THAT((refusal<std::map<std::string, std::int8_t>>(R"({"a": 128})")), HasSubstr("at .a: the number 128"));
  EXPECT_THAT((refusal<std::map<int, int>>(R"({"3000000000": 1})")), HasSubstr("fits int"));
  EXPECT_THAT((refusal<std::tuple<int, std::vector<std::uint16_t>>>("[1, [65536]]")), HasSubstr("at [1][0]"));
  EXPECT_THAT((refusal<std::array<short, 2>>("[1, 40000]")), HasSubstr("at [1]"));
  EXPECT_THAT((refusal<std::array<short, 2>>("[1]")), HasSubstr("expected an array of 2, found one of 1"));
  EXPECT_THAT((refusal<std::optional<std::vector<int>>>("[2147483648]")), HasSubstr("2147483648"));
  EXPECT_THAT((refusal<std::set<std::int64_t>>("[9223372036854775808]")), HasSubstr("does not fit long"));
  EXPECT_THAT(refusal<std::vector<float>>("[1e39]"), HasSubstr("does not fit float"));
  EXPECT_THAT(refusal<float>("1e39"), HasSubstr("out of range"));
  EXPECT_THAT(refusal<std::vector<Small>>("[256]"), HasSubstr("256"));
  EXPECT_EQ(from_payload<std::vector<int>>(json("[5.0, 1e3, -2147483648]")), (std::vector<int>{5, 1000, -2147483648}));
}

TEST(PayloadNumbers, AreCheckedInsideStructs) {
  EXPECT_THAT(refusal<Line>(R"({"count": 3000000000})"), HasSubstr("at .count: the number 3000000000"));
  EXPECT_THAT(refusal<Line>(R"({"parts": {"a": [1, -1]}})"), HasSubstr("at .parts.a[1]: the number -1"));
  EXPECT_THAT(refusal<OldLine>(R"({"count": 3000000000, "bytes": [], "weight": 0})"), HasSubstr("3000000000"));
  EXPECT_THAT(refusal<OldLine>(R"({"count": 1.9, "bytes": [], "weight": 0})"), HasSubstr("1.9"));
  EXPECT_THAT(refusal<OldLine>(R"({"count": 1, "bytes": [256], "weight": 0})"), HasSubstr("256"));
  EXPECT_THAT(refusal<OldLine>(R"({"count": 1, "bytes": [], "weight": 1e39})"), HasSubstr("does not fit float"));
  EXPECT_THAT(refusal<std::vector<OldLine>>(R"([{"count": true, "bytes": [], "weight": 0}])"),
              AllOf(HasSubstr("at [0]"), HasSubstr("true")));
}

template <class T>
class EachInteger : public ::testing::Test {};
using Integers = ::testing::Types<char, signed char, unsigned char, short, unsigned short, int, unsigned, long,
                                  unsigned long, long long, unsigned long long, wchar_t, char8_t, char16_t, char32_t>;
TYPED_TEST_SUITE(EachInteger, Integers);

TYPED_TEST(EachInteger, KeepsItsExtremesAndRefusesTheNext) {
  using Limits = std::numeric_limits<TypeParam>;
  const std::vector<TypeParam> extremes = {Limits::min(), 0, 1, Limits::max()};
  EXPECT_EQ(from_payload<std::vector<TypeParam>>(to_payload(extremes)), extremes);
  EXPECT_EQ(from_payload<TypeParam>(to_payload(Limits::max())), Limits::max());
  const std::string above = sizeof(TypeParam) == 8 && !std::is_signed_v<TypeParam>
                                ? "18446744073709551616"
                                : std::to_string(static_cast<std::uint64_t>(Limits::max()) + 1);
  EXPECT_NE(refusal<std::vector<TypeParam>>("[" + above + "]"), "(accepted)");
  EXPECT_NE(refusal<TypeParam>(above), "(accepted)");
  EXPECT_NE(refusal<std::vector<TypeParam>>("[0.5]"), "(accepted)");
  if (!std::is_signed_v<TypeParam>) {
    EXPECT_NE(refusal<std::vector<TypeParam>>("[-1]"), "(accepted)");
  }
}

TEST(PayloadNumbers, OnesWithoutJsonFormAreNotWritten) {
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_THROW(to_payload(std::vector<double>{1.0, infinite}), PayloadEncodeError);
  EXPECT_THROW(to_payload(std::map<std::string, float>{{"a", std::numeric_limits<float>::quiet_NaN()}}),
               PayloadEncodeError);
  OldLine line;
  line.weight = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(to_payload(line), PayloadEncodeError);
}

}  // namespace
}  // namespace temporalio
