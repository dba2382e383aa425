// The command line of temporal-test-server: what SDKs pass, and how bad usage is answered.
#include "timeskip/src/service/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace temporalio::timeskip {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

ParsedCommandLine parse(std::initializer_list<const char*> arguments) {
  std::vector<const char*> argv{"temporal-test-server"};
  argv.insert(argv.end(), arguments);
  return parse_command_line(static_cast<int>(argv.size()), argv.data(), "1.2.3");
}

TEST(ServiceCommandLine, PortAloneStartsLockedOnLoopback) {
  const ParsedCommandLine parsed = parse({"7233"});
  ASSERT_TRUE(parsed.options);
  EXPECT_EQ(parsed.options->port, 7233);
  EXPECT_EQ(parsed.options->ip, "127.0.0.1");
  EXPECT_FALSE(parsed.options->is_time_skipping_enabled);
}

TEST(ServiceCommandLine, TheFlagIsTakenInAnyCaseAsTheJavaServerDoes) {
  for (const char* flag : {"--enable-time-skipping", "--Enable-Time-Skipping"}) {
    const ParsedCommandLine parsed = parse({"7233", flag});
    ASSERT_TRUE(parsed.options) << parsed.output;
    EXPECT_TRUE(parsed.options->is_time_skipping_enabled);
  }
}

TEST(ServiceCommandLine, TakesIpv6) {
  const ParsedCommandLine parsed = parse({"0", "--ip", "::1"});
  ASSERT_TRUE(parsed.options) << parsed.output;
  EXPECT_EQ(parsed.options->ip, "::1");
}

TEST(ServiceCommandLine, HelpAndVersionGoToStdout) {
  EXPECT_EQ(parse({"--help"}).exit_code, 0);
  EXPECT_THAT(parse({"--help"}).output, AllOf(HasSubstr("--enable-time-skipping"), HasSubstr("--ip")));
  EXPECT_EQ(parse({"--version"}).exit_code, 0);
  EXPECT_EQ(parse({"--version"}).output, "temporal-test-server 1.2.3\n");
}

struct Refused {
  std::initializer_list<const char*> arguments;
  const char* says;
};

TEST(ServiceCommandLine, BadUsageSaysWhatIsWrongAndWhatWasExpected) {
  const Refused cases[] = {
      {{}, "no port given"},
      {{"seven"}, "port 'seven' is not a number from 0 to 65535"},
      {{"7233x"}, "port '7233x' is not a number from 0 to 65535"},
      {{"65536"}, "port '65536' is not a number from 0 to 65535"},
      {{"7233", "7234"}, "7234"},
      {{"7233", "--frobnicate"}, "--frobnicate"},
      {{"7233", "--ip", "localhost"}, "--ip 'localhost' is not a numeric IPv4 or IPv6 address"},
      {{"7233", "--ip"}, "--ip"},
  };
  for (const Refused& refused : cases) {
    const ParsedCommandLine parsed = parse(refused.arguments);
    EXPECT_FALSE(parsed.options) << refused.says;
    EXPECT_EQ(parsed.exit_code, 2) << refused.says;
    EXPECT_THAT(parsed.output, AllOf(HasSubstr(refused.says), HasSubstr("expected: temporal-test-server <port>")));
  }
}

}  // namespace
}  // namespace temporalio::timeskip
