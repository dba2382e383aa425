// A worker and a client over gRPC whose server ends and comes back: polls and calls go on.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>

#include "fixtures/workflows/one_click_buy.h"
#include "temporalio/client.h"
#include "temporalio/worker.h"

namespace temporalio {
namespace {

using namespace std::chrono_literals;
using fixtures::do_purchase;
using fixtures::OneClickBuy;
using fixtures::Purchase;
using fixtures::PurchaseStatus;

int free_port() {
  const int server = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(server, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(getsockname(server, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(server);
  return ntohs(address.sin_port);
}

// A temporal-test-server that skips time, until destroyed.
class ServerProcess {
 public:
  explicit ServerProcess(int port) {
    std::string name = TEST_SERVER;
    std::string port_text = std::to_string(port);
    std::string skip = "--enable-time-skipping";
    char* arguments[] = {name.data(), port_text.data(), skip.data(), nullptr};
    EXPECT_EQ(posix_spawn(&process_, TEST_SERVER, nullptr, nullptr, arguments, environ), 0);
  }
  ~ServerProcess() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }

 private:
  pid_t process_ = 0;
};

PurchaseStatus buy(const client::Client& client, std::string_view id) {
  return client.execute_workflow<&OneClickBuy::run>(Purchase("item1", "user1"), {.id = id, .task_queue = "orders"});
}

std::ptrdiff_t thread_count() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), std::filesystem::directory_iterator());
}

TEST(Reconnect, WorkerServesTheServerThatComesBack) {
  const int port = free_port();
  const std::string target = "127.0.0.1:" + std::to_string(port);
  auto server = std::make_unique<ServerProcess>(port);
  const auto client = client::Client::connect(target);
  worker::Worker worker(client, {.task_queue = "orders"});
  worker.add_workflow<OneClickBuy>();
  worker.add_activity<&do_purchase>();
  worker.start();
  EXPECT_EQ(buy(client, "before"), PurchaseStatus::completed);

  server.reset();
  PurchaseStatus during = PurchaseStatus::pending;
  std::thread caller([&] { during = buy(client, "during"); });  // tried until the server is back
  server = std::make_unique<ServerProcess>(port);
  caller.join();
  EXPECT_EQ(during, PurchaseStatus::completed);
  EXPECT_TRUE(worker.is_running());
  EXPECT_EQ(buy(client, "after"), PurchaseStatus::completed);
  worker.shutdown();
}

TEST(Reconnect, ConnectWaitsForAServerThatIsStarting) {
  const int port = free_port();
  std::unique_ptr<ServerProcess> server;
  std::thread starter([&] { server = std::make_unique<ServerProcess>(port); });
  const auto client = client::Client::connect("127.0.0.1:" + std::to_string(port));
  starter.join();
  EXPECT_THROW(client.get_workflow_handle("nobody").describe(), RPCError);
}

TEST(Reconnect, ShutdownWithoutAServerEnds) {
  const int port = free_port();
  auto server = std::make_unique<ServerProcess>(port);
  const auto client = client::Client::connect("127.0.0.1:" + std::to_string(port));
  worker::Worker worker(client, {.task_queue = "orders"});
  worker.add_workflow<OneClickBuy>();
  worker.start();
  server.reset();
  worker.shutdown();
  EXPECT_FALSE(worker.is_running());
}

TEST(Reconnect, ResultGivesUpWhenTheServerIsGone) {
  const int port = free_port();
  auto server = std::make_unique<ServerProcess>(port);
  const auto client = client::Client::connect("127.0.0.1:" + std::to_string(port));
  const auto handle =
      client.start_workflow<&OneClickBuy::run>(Purchase("item1", "user1"), {.id = "waiting", .task_queue = "orders"});
  std::thread killer([&] { server.reset(); });
  const auto begin = std::chrono::steady_clock::now();
  try {
    handle.result();
    FAIL() << "there is a result";
  } catch (const RPCError& error) {
    EXPECT_EQ(error.status(), RPCStatusCode::unavailable) << error.what();
  }
  killer.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
}

TEST(Reconnect, ManyWorkflowsOverASocketTakeNoThreads) {
  const int port = free_port();
  const ServerProcess server(port);
  const auto client = client::Client::connect("127.0.0.1:" + std::to_string(port));
  worker::Worker worker(client, {.task_queue = "orders"});
  worker.add_workflow<OneClickBuy>();
  worker.add_activity<&do_purchase>();
  worker.start();
  const auto run = [&](const std::string& prefix, int count) {
    std::vector<client::WorkflowHandle<PurchaseStatus>> handles;
    for (int i = 0; i < count; ++i) {
      const std::string id = prefix + std::to_string(i);
      handles.push_back(
          client.start_workflow<&OneClickBuy::run>(Purchase("item1", "user1"), {.id = id, .task_queue = "orders"}));
    }
    for (const auto& handle : handles) EXPECT_EQ(handle.result(), PurchaseStatus::completed);
  };
  run("warm", 20);
  const std::ptrdiff_t threads = thread_count();
  run("many", 500);
  // The pool for activities may grow with the activities that run at once; nothing grows with workflows or polls.
  EXPECT_LE(thread_count(), threads + 16);
  worker.shutdown();
}

}  // namespace
}  // namespace temporalio
