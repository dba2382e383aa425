// The scalar forms of proto JSON, and the table of keys.
#include "replayer/src/load/json_scalars.h"

#include <gtest/gtest.h>

#include <string>

#include "replayer/src/load/key_table.h"

namespace temporalio::replayer {
namespace {

std::string decoded(std::string_view text) {
  std::string out(base64_capacity(text), '\0');
  std::size_t size = 0;
  if (!read_base64(text, out.data(), size)) return "refused";
  out.resize(size);
  return out;
}

TEST(Base64, ReadsStandardAndUrlSafeWithAndWithoutPadding) {
  EXPECT_EQ(decoded("anNvbi9wbGFpbg=="), "json/plain");
  EXPECT_EQ(decoded("anNvbi9wbGFpbg"), "json/plain");
  EXPECT_EQ(decoded("+/+/"), "\xfb\xff\xbf");
  EXPECT_EQ(decoded("-_-_"), "\xfb\xff\xbf");
  EXPECT_EQ(decoded("YWI="), "ab");
  EXPECT_EQ(decoded(""), "");
}

TEST(Base64, RefusesWhatIsNot) {
  EXPECT_EQ(decoded("YWI!"), "refused");
  EXPECT_EQ(decoded("Y"), "refused");
  EXPECT_EQ(decoded("YW=I"), "refused");
}

SecondsAndNanos timestamp(std::string_view text) {
  SecondsAndNanos result;
  EXPECT_TRUE(read_timestamp(text, result)) << text;
  return result;
}

TEST(Timestamp, ReadsEveryFractionAndOffset) {
  EXPECT_EQ(timestamp("1970-01-01T00:00:00Z").seconds, 0);
  EXPECT_EQ(timestamp("2022-08-17T16:27:34.000Z").seconds, 1660753654);
  EXPECT_EQ(timestamp("2022-04-28T05:52:26.878394493Z").nanos, 878394493);
  EXPECT_EQ(timestamp("2022-04-28T05:52:26.5Z").nanos, 500000000);
  EXPECT_EQ(timestamp("1970-01-01T02:00:00+02:00").seconds, 0);
  EXPECT_EQ(timestamp("1969-12-31T22:30:00-01:30").seconds, 0);
  EXPECT_EQ(timestamp("0001-01-01T00:00:00Z").seconds, -62135596800);
}

TEST(Timestamp, RefusesWhatIsNot) {
  SecondsAndNanos result;
  for (const char* text : {"", "2022", "2022-13-01T00:00:00Z", "2022-02-30T00:00:00Z", "2022-01-01T24:00:00Z",
                           "2022-01-01T00:00:00", "2022-01-01T00:00:00.Z", "2022-01-01T00:00:00.1234567890Z",
                           "2022-01-01T00:00:00Zx", "2022-01-01 00:00:00Z", "2022-01-01T00:00:00+5:00"}) {
    EXPECT_FALSE(read_timestamp(text, result)) << text;
  }
}

TEST(DurationText, ReadsSecondsAndFractions) {
  SecondsAndNanos result;
  ASSERT_TRUE(read_duration("10s", result));
  EXPECT_EQ(result.seconds, 10);
  EXPECT_EQ(result.nanos, 0);
  ASSERT_TRUE(read_duration("0.100s", result));
  EXPECT_EQ(result.nanos, 100000000);
  ASSERT_TRUE(read_duration("-1.5s", result));
  EXPECT_EQ(result.seconds, -1);
  EXPECT_EQ(result.nanos, -500000000);
  ASSERT_TRUE(read_duration("315360000000s", result));
  EXPECT_EQ(result.seconds, 315360000000);
}

TEST(DurationText, RefusesWhatIsNot) {
  SecondsAndNanos result;
  for (const char* text :
       {"", "s", "10", "10 s", "ten", "1.s", "--1s", "1.0000000001s", "99999999999999999999s", "1m"}) {
    EXPECT_FALSE(read_duration(text, result)) << text;
  }
}

TEST(Number, IntegersAlsoInFloatingForm) {
  std::int64_t value = 0;
  EXPECT_TRUE(read_number("-24", value));
  EXPECT_EQ(value, -24);
  EXPECT_TRUE(read_number("5e3", value));
  EXPECT_EQ(value, 5000);
  EXPECT_TRUE(read_number("9223372036854775807", value));
  EXPECT_FALSE(read_number("9223372036854775808", value));
  EXPECT_FALSE(read_number("1.5", value));
  EXPECT_FALSE(read_number("1x", value));
  EXPECT_FALSE(read_number("", value));
  std::int32_t small = 0;
  EXPECT_FALSE(read_number("2147483648", small));
}

TEST(KeyTable, FindsAllOfMany) {
  KeyTable table;
  for (int i = 0; i < 500; ++i)
    table.add("key" + std::to_string(i * 37) + std::string(static_cast<std::size_t>(i % 40), 'x'), i);
  table.build();
  for (int i = 0; i < 500; ++i) {
    const std::string key = "key" + std::to_string(i * 37) + std::string(static_cast<std::size_t>(i % 40), 'x');
    EXPECT_EQ(table.find(key), i);
    const std::string json = key + "\": 1, \"next\"";
    const HashedKey scanned = KeyTable::scan(json.c_str());
    EXPECT_EQ(scanned.text, key);
    EXPECT_EQ(table.find(scanned), i);
  }
  EXPECT_EQ(table.find("key"), KeyTable::kAbsent);
}

}  // namespace
}  // namespace temporalio::replayer
