#include "timeskip/src/service/command_line.h"

#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "timeskip/src/service/grpc_listener.h"

namespace temporalio::timeskip {
namespace {

constexpr int kBadUsage = 2;
constexpr const char* kExpected =
    "expected: temporal-test-server <port> [--enable-time-skipping] [--ip ADDRESS]; --help says more";

ParsedCommandLine refuse(const std::string& what) {
  return {std::nullopt, "temporal-test-server: " + what + "\n" + kExpected + "\n", kBadUsage};
}

std::optional<int> parse_port(const std::string& text) {
  int port = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 0 || port > 65535) return std::nullopt;
  return port;
}

}  // namespace

ParsedCommandLine parse_command_line(int argc, const char* const* argv, const std::string& version) {
  CommandLine options;
  std::string port;
  CLI::App app{
      "A Temporal service in one process whose clock can jump, for tests. Workflow SDKs launch it in place of the Java "
      "test server. It keeps everything in memory and stops on SIGTERM or SIGINT; on SIGUSR1 it prints who holds time.",
      "temporal-test-server"};
  app.add_option("port", port, "The TCP port to listen on; 0 takes a free one and prints the address on stdout");
  app.add_flag("--enable-time-skipping", options.is_time_skipping_enabled,
               "Skip time from the start; without it, time runs at wall pace until a client unlocks skipping")
      ->ignore_case();
  app.add_option("--ip", options.ip, "The address to listen on; 0.0.0.0 for all, as in a container")
      ->capture_default_str();
  app.add_option("--lifeline", options.lifeline,
                 "A file descriptor whose end of file ends the server: the reading end of a pipe of the process that "
                 "launches it")
      ->envname("TEMPORALIO_TEST_SERVER_LIFELINE")
      ->check(CLI::NonNegativeNumber);
  app.set_version_flag("--version", "temporal-test-server " + version);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return {std::nullopt, app.help(), 0};
  } catch (const CLI::CallForVersion&) {
    return {std::nullopt, "temporal-test-server " + version + "\n", 0};
  } catch (const CLI::ParseError& error) {
    return refuse(error.what());
  }
  if (port.empty()) return refuse("no port given.");
  const std::optional<int> number = parse_port(port);
  if (!number) return refuse("port '" + port + "' is not a number from 0 to 65535.");
  options.port = *number;
  if (!is_ip_address(options.ip)) {
    return refuse("--ip '" + options.ip + "' is not a numeric IPv4 or IPv6 address.");
  }
  if (options.lifeline >= 0 && fcntl(options.lifeline, F_GETFD) < 0) {
    return refuse("--lifeline " + std::to_string(options.lifeline) +
                  " is not an open file descriptor: " + std::strerror(errno) + ".");
  }
  return {options, "", 0};
}

}  // namespace temporalio::timeskip
