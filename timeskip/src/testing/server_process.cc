#include "timeskip/src/testing/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace temporalio::testing {
namespace {

constexpr int kPatienceMilliseconds = 5000;  // as in the official SDKs
constexpr const char* kLifelineVariable = "TEMPORALIO_TEST_SERVER_LIFELINE";

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<in_port_t>(port));
  return address;
}

class Socket {
 public:
  Socket() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

// A port that is free now. Another process may take it before the server does, which then says so and ends.
int free_port() {
  const Socket socket;
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(socket.fd(), generic, size) != 0 || getsockname(socket.fd(), generic, &size) != 0) {
    throw std::runtime_error(std::string("no free port for a test server: ") + std::strerror(errno));
  }
  return ntohs(address.sin_port);
}

bool accepts_connections(int port) {
  const Socket socket;
  const sockaddr_in address = loopback(port);
  return connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

ServerProcess::ServerProcess(const std::string& path, const std::vector<std::string>& extra_arguments) : path_(path) {
  const int port = free_port();
  target_ = "127.0.0.1:" + std::to_string(port);
  std::vector<std::string> arguments{path, std::to_string(port)};
  arguments.insert(arguments.end(), extra_arguments.begin(), extra_arguments.end());
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    throw std::runtime_error(std::string("no pipe for a test server: ") + std::strerror(errno));
  }
  lifeline_ = ends[1];
  std::string lifeline = std::string(kLifelineVariable) + "=" + std::to_string(ends[0]);
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) environment.push_back(*variable);
  environment.push_back(lifeline.data());
  environment.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  // Whoever reads this process's output does not wait for the server's end.
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[0], ends[0]);  // to itself: the server inherits it
  const int error = posix_spawn(&pid_, path.c_str(), &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  close(ends[0]);
  if (error != 0) {
    pid_ = -1;
    stop();
    throw std::runtime_error("cannot run the test server " + path + ": " + std::strerror(error));
  }
  try {
    wait_until_it_listens(port);
  } catch (...) {
    stop();
    throw;
  }
}

ServerProcess::~ServerProcess() { stop(); }

void ServerProcess::stop() {
  if (lifeline_ >= 0) close(lifeline_);
  lifeline_ = -1;
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void ServerProcess::wait_until_it_listens(int port) {
  for (int waited = 0; waited < kPatienceMilliseconds; ++waited) {
    // Asked first, believed last: it may be another process that has taken the port and listens.
    const bool is_listening = accepts_connections(port);
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      const std::string how = WIFEXITED(status) ? "with exit code " + std::to_string(WEXITSTATUS(status))
                                                : "by signal " + std::to_string(WTERMSIG(status));
      throw std::runtime_error("the test server " + path_ + " ended " + how + " instead of listening on " + target_ +
                               " (it may have said why on stderr)");
    }
    if (is_listening) return;
    poll(nullptr, 0, 1);
  }
  throw std::runtime_error("the test server " + path_ + " does not listen on " + target_ + " after " +
                           std::to_string(kPatienceMilliseconds / 1000) + " seconds");
}

}  // namespace temporalio::testing
