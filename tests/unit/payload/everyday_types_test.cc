// Types that convert without a line of the user's, and structs with TEMPORALIO_FIELDS. No header of the JSON library is
// included here: that this file compiles is part of the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

#include "temporalio/payload.h"

namespace temporalio {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

enum class Color { red, green = 7 };

struct Card {
  std::string number;
  friend bool operator==(const Card&, const Card&) = default;
  TEMPORALIO_FIELDS(Card, number)
};
struct Cash {
  int amount = 0;
  friend bool operator==(const Cash&, const Cash&) = default;
  TEMPORALIO_FIELDS(Cash, amount)
};
struct Order {
  std::string item;
  int count = 1;
  std::optional<std::string> note;
  std::variant<Card, Cash> payment;
  std::chrono::minutes lead{30};
  friend bool operator==(const Order&, const Order&) = default;
  TEMPORALIO_FIELDS(Order, item, count, note, payment, lead)
};

struct Tree {
  int value = 0;
  std::vector<Tree> children;
  std::unique_ptr<Tree> twin;
  TEMPORALIO_FIELDS(Tree, value, children, twin)
};

struct Point {  // as if it came from a library
  double x = 0;
  double y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};
TEMPORALIO_STRUCT(Point, x, y)

class Account {  // with private fields
 public:
  Account() = default;
  explicit Account(int balance) : balance_(balance) {}
  int balance() const { return balance_; }

 private:
  int balance_ = 0;
  TEMPORALIO_FIELDS(Account, balance_)
};

Payload json(std::string data) { return Payload("json/plain", std::move(data)); }

template <class T>
void expect_round_trip(const T& value, std::string_view text) {
  const Payload payload = to_payload(value);
  EXPECT_EQ(payload.encoding, "json/plain");
  EXPECT_EQ(payload.data, text);
  EXPECT_EQ(from_payload<T>(payload), value) << text;
}

template <class T>
std::string refusal(const std::string& text) {
  try {
    from_payload<T>(json(text));
    return "(accepted)";
  } catch (const PayloadDecodeError& error) {
    return error.what();
  }
}

TEST(EverydayTypes, Containers) {
  expect_round_trip(std::vector<std::string>{"a", "b"}, R"(["a","b"])");
  expect_round_trip(std::list<int>{3, 1}, "[3,1]");
  expect_round_trip(std::deque<bool>{true, false}, "[true,false]");
  expect_round_trip(std::vector<bool>{true, false}, "[true,false]");
  expect_round_trip(std::set<int>{2, 1}, "[1,2]");
  expect_round_trip(std::array<int, 3>{1, 2, 3}, "[1,2,3]");
  expect_round_trip(std::map<std::string, std::vector<int>>{{"a", {1}}, {"b", {}}}, R"({"a":[1],"b":[]})");
  expect_round_trip(std::unordered_map<std::string, int>{{"a", 1}}, R"({"a":1})");
  expect_round_trip(std::map<int, std::string>{{-1, "x"}, {20, "y"}}, R"({"-1":"x","20":"y"})");
  expect_round_trip(std::map<Color, int>{{Color::green, 1}}, R"({"7":1})");
  expect_round_trip(std::map<std::pair<int, int>, int>{{{1, 2}, 3}}, "[[[1,2],3]]");
  expect_round_trip(std::pair<int, std::string>(1, "x"), R"([1,"x"])");
  expect_round_trip(std::tuple<int, std::string, bool>(1, "x", true), R"([1,"x",true])");
  // As an earlier form had maps with keys that are numbers.
  EXPECT_EQ((from_payload<std::map<int, std::string>>(json(R"([[5,"x"]])"))), (std::map<int, std::string>{{5, "x"}}));
}

TEST(EverydayTypes, OptionalValuesAtEveryDepth) {
  expect_round_trip(std::vector<std::optional<int>>{1, std::nullopt}, "[1,null]");
  expect_round_trip(std::map<std::string, std::optional<std::string>>{{"a", "x"}, {"b", std::nullopt}},
                    R"({"a":"x","b":null})");
  expect_round_trip(std::make_optional(std::vector<std::optional<int>>{std::nullopt}), "[null]");
  expect_round_trip(std::vector<std::optional<std::optional<int>>>{{{3}}, std::nullopt}, "[3,null]");
  EXPECT_EQ(from_payload<std::optional<std::optional<int>>>(json("null")), std::nullopt);
}

TEST(EverydayTypes, EnumsAreNumbers) {
  expect_round_trip(Color::green, "7");
  expect_round_trip(std::vector<Color>{Color::red, Color::green}, "[0,7]");
  // A version ahead may have more enumerators.
  EXPECT_EQ(static_cast<int>(from_payload<Color>(json("9"))), 9);
  EXPECT_THAT(refusal<Color>("\"red\""), HasSubstr("expected a whole number, found string"));
}

TEST(EverydayTypes, VariantsTellTheirAlternativesApart) {
  using Value = std::variant<std::monostate, bool, int, double, std::string, std::vector<int>, Card, Cash>;
  expect_round_trip(Value(), "null");
  expect_round_trip(Value(true), "true");
  expect_round_trip(Value(5), "5");
  expect_round_trip(Value(5.0), "5.0");
  expect_round_trip(Value("text"), "\"text\"");
  expect_round_trip(Value(std::vector<int>{1}), "[1]");
  expect_round_trip(Value(Card{"4"}), R"({"number":"4"})");
  expect_round_trip(Value(Cash{5}), R"({"amount":5})");
  expect_round_trip(std::variant<double, int>(5), "5");
  // None fits exactly: the first that reads it.
  EXPECT_EQ((from_payload<std::variant<int, std::string>>(json("5.0"))), (std::variant<int, std::string>(5)));
  EXPECT_THAT((refusal<std::variant<int, bool>>("\"x\"")),
              ::testing::AllOf(HasSubstr("no alternative of the variant fits"), HasSubstr("whole number")));
}

TEST(EverydayTypes, LengthsOfTime) {
  expect_round_trip(std::chrono::seconds(90), "\"PT1M30S\"");
  expect_round_trip(0ms, "\"PT0S\"");
  expect_round_trip(1500ms, "\"PT1.5S\"");
  expect_round_trip(-1500ms, "\"PT-1.5S\"");
  expect_round_trip(-500ms, "\"PT-0.5S\"");
  expect_round_trip(-90s, "\"PT-1M-30S\"");
  expect_round_trip(36h, "\"PT36H\"");
  expect_round_trip(std::chrono::days(400000), "\"PT9600000H\"");  // more than nanoseconds can count
  expect_round_trip(std::chrono::nanoseconds::max(), "\"PT2562047H47M16.854775807S\"");
  expect_round_trip(std::chrono::nanoseconds::min(), "\"PT-2562047H-47M-16.854775808S\"");
  expect_round_trip(std::chrono::duration<double>(0.25), "\"PT0.25S\"");
  EXPECT_EQ(from_payload<std::chrono::seconds>(json("\"P1DT2H3M4S\"")), 26h + 3min + 4s);
  EXPECT_EQ(from_payload<std::chrono::hours>(json("\"P2W\"")), 336h);
  EXPECT_EQ(from_payload<std::chrono::milliseconds>(json("\"-PT0.250S\"")), -250ms);
  EXPECT_EQ(from_payload<std::chrono::milliseconds>(json("\"3.5s\"")), 3500ms);  // proto JSON
  EXPECT_THAT(refusal<std::chrono::minutes>("\"PT90S\""), HasSubstr("no whole number of 60 s"));
  EXPECT_THAT(refusal<std::chrono::nanoseconds>("\"PT9600000H\""), HasSubstr("out of range"));
  for (const char* bad : {"\"\"", "\"P\"", "\"PT\"", "\"P1Y\"", "\"PT1M1H\"", "\"PT1\"", "\"1:30\"", "\"PT1.5M\"",
                          "\"PT-1H2M\"", "\"PT99999999999999999999S\"", "5"}) {
    EXPECT_NE(refusal<std::chrono::seconds>(bad), "(accepted)") << bad;
  }
}

TEST(EverydayTypes, PointsInTime) {
  using namespace std::chrono;
  const sys_seconds noon = sys_days(2026y / 1 / 31) + 12h;
  expect_round_trip(noon, "\"2026-01-31T12:00:00Z\"");
  expect_round_trip(sys_time<nanoseconds>(noon + 5ms), "\"2026-01-31T12:00:00.005Z\"");
  expect_round_trip(sys_time<nanoseconds>(-1ns), "\"1969-12-31T23:59:59.999999999Z\"");
  expect_round_trip(sys_days(1969y / 12 / 31), "\"1969-12-31T00:00:00Z\"");
  EXPECT_EQ(from_payload<sys_seconds>(json("\"2026-01-31T14:00:00+02:00\"")), noon);
  EXPECT_EQ(from_payload<sys_seconds>(json("\"2026-01-31 06:30:00-0530\"")), noon);
  EXPECT_EQ(from_payload<sys_time<microseconds>>(json("\"2026-01-31T12:00:00.000250+00:00\"")), noon + 250us);
  for (const char* bad : {"\"2026-01-31T12:00:00\"", "\"2026-02-30T12:00:00Z\"", "\"2026-01-31\"", "\"soon\"", "1",
                          "\"2026-01-31T25:00:00Z\"", "\"2026-01-31T12:00:00Zx\""}) {
    EXPECT_NE(refusal<sys_seconds>(bad), "(accepted)") << bad;
  }
  EXPECT_THAT(refusal<sys_seconds>("\"2026-01-31T12:00:00.5Z\""), HasSubstr("no whole number of 1 s"));
}

TEST(EverydayTypes, BytesInsideJsonAreBase64) {
  const std::vector<std::byte> bytes = {std::byte{0}, std::byte{255}, std::byte{7}, std::byte{8}};
  expect_round_trip(std::vector<std::vector<std::byte>>{bytes, {}}, R"(["AP8HCA==",""])");
  EXPECT_EQ(from_payload<std::vector<std::vector<std::byte>>>(json("[[0,255,7,8]]")).front(), bytes);
  EXPECT_NE(refusal<std::vector<std::vector<std::byte>>>("[\"A\"]"), "(accepted)");
  EXPECT_NE(refusal<std::vector<std::vector<std::byte>>>("[[256]]"), "(accepted)");
}

TEST(EverydayTypes, StructsWithFields) {
  Order order;
  order.item = "book";
  order.payment = Cash{5};
  expect_round_trip(order, R"({"count":1,"item":"book","lead":"PT30M","note":null,"payment":{"amount":5}})");
  expect_round_trip(std::vector<Point>{{1, 2}}, R"([{"x":1.0,"y":2.0}])");
  EXPECT_EQ(from_payload<Account>(to_payload(Account(12))).balance(), 12);
}

TEST(EverydayTypes, FieldsMayBeAddedLater) {
  const auto old = from_payload<Order>(json(R"({"item": "book", "payment": {"amount": 5}})"));
  EXPECT_EQ(old.count, 1);
  EXPECT_EQ(old.lead, 30min);
  const auto newer = from_payload<Card>(json(R"({"number": "4", "holder": "me"})"));
  EXPECT_EQ(newer.number, "4");
  EXPECT_THAT(refusal<Card>("[]"), HasSubstr("expected an object, found array"));
  EXPECT_THAT(refusal<Order>(R"({"item": 5})"), HasSubstr("at .item: expected a string, found number 5"));
}

TEST(EverydayTypes, TypesMayContainThemselves) {
  const auto tree = from_payload<Tree>(json(R"({"value":1,"children":[{"value":2}],"twin":{"value":3}})"));
  ASSERT_EQ(tree.children.size(), 1u);
  EXPECT_EQ(tree.children[0].value, 2);
  EXPECT_EQ(tree.twin->value, 3);
  EXPECT_EQ(
      to_payload(tree).data,
      R"({"children":[{"children":[],"twin":null,"value":2}],"twin":{"children":[],"twin":null,"value":3},"value":1})");
}

struct Celsius {
  double degrees = 0;
};

}  // namespace

template <>
struct PayloadTraits<Celsius> {
  static Payload encode(const Celsius& value) { return to_payload(value.degrees); }
  static Celsius decode(const PayloadView& payload) { return {from_payload<double>(payload)}; }
};

namespace {

TEST(EverydayTypes, TypesWithTraitsStandInContainers) {
  const Payload payload = to_payload(std::vector<Celsius>{{21.5}});
  EXPECT_EQ(payload, json("[21.5]"));
  EXPECT_EQ(from_payload<std::vector<Celsius>>(payload).front().degrees, 21.5);
  EXPECT_EQ(to_payload(std::vector<RawValue>{RawValue(json("{\"a\":1}"))}), json("[{\"a\":1}]"));
}

}  // namespace
}  // namespace temporalio
