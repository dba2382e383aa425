#include "tests/conformance/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/conformance/caller.h"

namespace conformance {
namespace {

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  const bool ok = ::bind(fd, reinterpret_cast<sockaddr*>(&name), size) == 0 &&
                  ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) == 0;
  ::close(fd);
  if (!ok) throw std::runtime_error("no free port on 127.0.0.1");
  return ntohs(name.sin_port);
}

}  // namespace

ServerProcess::ServerProcess(const std::string& binary) {
  const std::string port = std::to_string(free_port());
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, 0);
    ::dup2(null, 1);
    ::execl(binary.c_str(), binary.c_str(), port.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  address_ = "127.0.0.1:" + port;
  const Caller caller(address_);
  const bool is_up =
      caller.wait_until_ready(std::chrono::seconds(10)) &&
      caller.call("GetSystemInfo", *Caller::new_request("GetSystemInfo"), std::chrono::seconds(5)).code == 0;
  if (is_up) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  throw std::runtime_error(binary + " does not answer on " + address_);
}

ServerProcess::~ServerProcess() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace conformance
