// temporal-test-server as a process: exit codes, ports, signals, the launch protocol of the official SDKs.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <google/protobuf/empty.pb.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "temporal/api/testservice/v1/request_response.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "tests/unit/service/raw_call.h"

namespace temporalio::timeskip {
namespace {

namespace ts = temporal::api::testservice::v1;
namespace ws = temporal::api::workflowservice::v1;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using Steady = std::chrono::steady_clock;

// The server with its output read through pipes; killed when the test forgets it.
class Process {
 public:
  explicit Process(std::vector<std::string> arguments) {
    int out[2];
    int err[2];
    EXPECT_EQ(pipe2(out, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(err, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    arguments.insert(arguments.begin(), TEST_SERVER);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    EXPECT_EQ(posix_spawn(&pid_, TEST_SERVER, &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    close(err[1]);
    out_ = out[0];
    err_ = err[0];
  }
  ~Process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(out_);
    close(err_);
  }

  void signal(int number) { kill(pid_, number); }

  // The exit code, or minus the signal that ended it; -1000 after ten seconds.
  int wait() {
    const auto limit = Steady::now() + std::chrono::seconds(10);
    int status = 0;
    while (waitpid(pid_, &status, WNOHANG) == 0) {
      if (Steady::now() > limit) return -1000;
      poll(nullptr, 0, 2);
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  std::string read_line() { return read_from(out_, /*until_line=*/true); }
  std::string output() { return read_from(out_, false); }
  std::string errors() { return read_from(err_, false); }
  std::string error_line() { return read_from(err_, true); }

 private:
  static std::string read_from(int fd, bool until_line) {
    std::string text;
    for (;;) {
      pollfd ready{fd, POLLIN, 0};
      char c;
      if (poll(&ready, 1, 10'000) <= 0 || read(fd, &c, 1) != 1) return text;
      if (until_line && c == '\n') return text;
      text += c;
    }
  }

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
};

sockaddr_in any_address(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons(static_cast<in_port_t>(port));
  return address;
}

int port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

// A free port as the official SDKs find it: they leave it in TIME_WAIT by closing the accepted side first.
int probe_port() {
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = any_address(0);
  EXPECT_EQ(bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(listening, 1), 0);
  const int port = port_of(listening);
  address = any_address(port);
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  close(accept(listening, nullptr, nullptr));
  close(client);
  close(listening);
  return port;
}

grpc::Status get_system_info(grpc::Channel& channel) {
  ws::GetSystemInfoResponse response;
  return call(channel, std::string(kWorkflowService) + "GetSystemInfo", ws::GetSystemInfoRequest(), response);
}

TEST(ServiceProcess, HelpAndVersionExitWithZero) {
  Process help({"--help"});
  EXPECT_EQ(help.wait(), 0);
  EXPECT_THAT(help.output(), HasSubstr("--enable-time-skipping"));
  Process version({"--version"});
  EXPECT_EQ(version.wait(), 0);
  EXPECT_EQ(version.output(), "temporal-test-server " TEMPORALIO_VERSION "\n");
}

TEST(ServiceProcess, BadUsageExitsWithTwoAndExplainsItself) {
  Process none({});
  EXPECT_EQ(none.wait(), 2);
  EXPECT_THAT(none.errors(), AllOf(HasSubstr("no port given"), HasSubstr("expected:")));
  Process word({"seven"});
  EXPECT_EQ(word.wait(), 2);
  EXPECT_THAT(word.errors(), HasSubstr("port 'seven' is not a number from 0 to 65535"));
}

TEST(ServiceProcess, LaunchProtocolOnAProbedPort) {
  const std::string port = std::to_string(probe_port());
  Process server({port});
  const auto channel = connect_to("127.0.0.1:" + port);
  const grpc::Status status = get_system_info(*channel);
  EXPECT_TRUE(status.ok()) << status.error_message();
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_EQ(server.output() + server.errors(), "");  // SDKs pass it on to the user's terminal
}

TEST(ServiceProcess, PortZeroPrintsTheAddress) {
  Process server({"0"});
  const std::string address = server.read_line();
  EXPECT_THAT(address, HasSubstr("127.0.0.1:"));
  EXPECT_TRUE(get_system_info(*connect_to(address)).ok());
}

TEST(ServiceProcess, PortOfAnotherServerIsReportedAsInUse) {
  Process first({"0"});
  const std::string address = first.read_line();
  const std::string port = address.substr(address.rfind(':') + 1);
  Process second({port});
  EXPECT_EQ(second.wait(), 1);
  EXPECT_EQ(second.errors(), "temporal-test-server: port " + port +
                                 " is in use: another process listens on 127.0.0.1:" + port +
                                 ". Choose another port, or 0 for a free one.\n");
  EXPECT_TRUE(get_system_info(*connect_to(address)).ok());
}

TEST(ServiceProcess, AddressOfAnotherMachineIsReported) {
  Process server({"0", "--ip", "203.0.113.1"});
  EXPECT_EQ(server.wait(), 1);
  EXPECT_THAT(server.errors(), HasSubstr("203.0.113.1 is no address of this machine"));
}

TEST(ServiceProcess, SigtermEndsLongPollsAndTheProcess) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Process server({"0"});
    const auto channel = connect_to(server.read_line());
    ASSERT_TRUE(get_system_info(*channel).ok());
    auto polling = std::async(std::launch::async, [&channel] {
      ws::PollWorkflowTaskQueueRequest request;
      request.set_namespace_("default");
      request.mutable_task_queue()->set_name("nobody");
      ws::PollWorkflowTaskQueueResponse response;
      return call(*channel, std::string(kWorkflowService) + "PollWorkflowTaskQueue", request, response);
    });
    ASSERT_TRUE(get_system_info(*channel).ok());
    const auto started = Steady::now();
    server.signal(signal);
    EXPECT_EQ(server.wait(), 0);
    EXPECT_LT(Steady::now() - started, std::chrono::seconds(4));
    // CANCELLED: gRPC's own answer, when the poll came in just after the signal.
    EXPECT_THAT(polling.get().error_code(), AnyOf(grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::CANCELLED));
  }
}

TEST(ServiceProcess, ThePortCanBeUsedAgainRightAfterSigkill) {
  Process first({"0"});
  const std::string address = first.read_line();
  const auto channel = connect_to(address);
  ASSERT_TRUE(get_system_info(*channel).ok());
  first.signal(SIGKILL);
  EXPECT_EQ(first.wait(), -SIGKILL);
  Process second({address.substr(address.rfind(':') + 1)});
  const grpc::Status status = get_system_info(*connect_to(address));
  EXPECT_TRUE(status.ok()) << status.error_message();
}

// How far the server's clock moves during one call of TestService, in hours.
std::int64_t hours_passed_by(grpc::Channel& channel, const char* method) {
  const auto now = [&channel] {
    google::protobuf::Empty request;
    ts::GetCurrentTimeResponse response;
    EXPECT_TRUE(call(channel, std::string(kTestService) + "GetCurrentTime", request, response).ok());
    return response.time().seconds();
  };
  const std::int64_t before = now();
  ts::SleepRequest request;
  request.mutable_duration()->set_seconds(24 * 3600);
  ts::SleepResponse response;
  const grpc::Status status = call(channel, std::string(kTestService) + method, request, response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return (now() - before) / 3600;
}

TEST(ServiceProcess, TheFlagSkipsFromTheStart) {
  Process server({"0", "--enable-time-skipping"});
  EXPECT_EQ(hours_passed_by(*connect_to(server.read_line()), "Sleep"), 24);
}

TEST(ServiceProcess, WithoutTheFlagOnlyAnUnlockSkips) {
  Process server({"0"});
  const auto channel = connect_to(server.read_line());
  EXPECT_EQ(hours_passed_by(*channel, "UnlockTimeSkippingWithSleep"), 24);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
  ts::SleepRequest request;
  request.mutable_duration()->set_seconds(3600);
  ts::SleepResponse response;
  EXPECT_EQ(call(*channel, std::string(kTestService) + "Sleep", request, response, context).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
}

// The launching process has gone without a word.
TEST(ServiceProcess, EndsWithItsLifeline) {
  int lifeline[2];
  ASSERT_EQ(pipe(lifeline), 0);
  fcntl(lifeline[1], F_SETFD, FD_CLOEXEC);
  Process server({"0", "--lifeline", std::to_string(lifeline[0])});
  close(lifeline[0]);
  EXPECT_NE(server.read_line(), "");
  close(lifeline[1]);
  EXPECT_EQ(server.wait(), 0);
}

TEST(ServiceProcess, ALifelineThatIsNotOpenIsRefused) {
  Process server({"0", "--lifeline", "777"});
  EXPECT_THAT(server.error_line(), testing::HasSubstr("--lifeline 777 is not an open file descriptor: Bad file"));
  EXPECT_EQ(server.wait(), 2);
}

TEST(ServiceProcess, SigusrOnePrintsWhoHoldsTime) {
  Process server({"0"});
  ASSERT_TRUE(get_system_info(*connect_to(server.read_line())).ok());
  server.signal(SIGUSR1);
  EXPECT_NE(server.error_line(), "");
}

}  // namespace
}  // namespace temporalio::timeskip
