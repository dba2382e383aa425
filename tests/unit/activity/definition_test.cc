// Names of activities, and how workers are given them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "sdk/src/activity/registry.h"

namespace temporalio::activity {
namespace {

int twice(int n) { return 2 * n; }
Task<int> thrice(int n) { co_return 3 * n; }
void log_line(const std::string&) {}

class Shop {
 public:
  int price(std::string item) const { return static_cast<int>(item.size()) + offset_; }
  void close() { offset_ = 0; }

 private:
  int offset_ = 100;
};

int renamed() { return 1; }

}  // namespace
}  // namespace temporalio::activity

template <>
inline constexpr std::string_view temporalio::activity::kName<&temporalio::activity::renamed> = "NewName";

namespace temporalio::activity {
namespace {

TEST(ActivityDefinition, NamesDefaultToTheFunctions) {
  EXPECT_EQ(definition<&twice>().name, "twice");
  EXPECT_EQ(definition<&thrice>().name, "thrice");
  EXPECT_EQ(definition<&Shop::price>().name, "price");
  EXPECT_EQ(definition<&renamed>().name, "NewName");
  EXPECT_EQ(registration<&twice>("Double").name, "Double");
}

TEST(ActivityDefinition, FunctionsAndCoroutinesAreToldApart) {
  EXPECT_NE(definition<&twice>().call, nullptr);
  EXPECT_EQ(definition<&twice>().start, nullptr);
  EXPECT_EQ(definition<&thrice>().call, nullptr);
  EXPECT_NE(definition<&thrice>().start, nullptr);
}

TEST(ActivityDefinition, CallsDecodeAndEncode) {
  EXPECT_EQ(definition<&twice>().call(nullptr, to_payloads(21)), to_payload(42));
  EXPECT_EQ(definition<&log_line>().call(nullptr, to_payloads("x")).encoding, "binary/null");
  EXPECT_THROW(definition<&twice>().call(nullptr, to_payloads("x")), PayloadDecodeError);
  Shop shop;
  EXPECT_EQ(definition<&Shop::price>().call(&shop, to_payloads("book")), to_payload(104));
}

TEST(ActivityRegistry, FindsWhatWasAdded) {
  Registry registry;
  EXPECT_TRUE(registry.is_empty());
  registry.add(registration<&twice>());
  registry.add(registration<&Shop::price>(std::make_shared<Shop>()));
  EXPECT_FALSE(registry.is_empty());
  EXPECT_EQ(registry.names(), "price, twice");
  EXPECT_EQ(registry.find("twice")->definition, &definition<&twice>());
  EXPECT_FALSE(registry.find("Twice").has_value());
}

TEST(ActivityRegistry, RefusesDoublesAndMethodsWithoutAnObject) {
  Registry registry;
  registry.add(registration<&twice>());
  EXPECT_THROW(registry.add(registration<&twice>()), std::invalid_argument);
  EXPECT_THROW(registry.add(registration<&Shop::close>(std::shared_ptr<Shop>())), std::invalid_argument);
  EXPECT_THROW(registry.add(registration<&thrice>("")), std::invalid_argument);
}

}  // namespace
}  // namespace temporalio::activity
