// A test server as a process of its own, launched as the official SDKs launch theirs: `<path> <port> extra...`.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace temporalio::testing {

class ServerProcess {
 public:
  // Returns once the server accepts connections. Throws std::runtime_error, with what was tried, when it does not
  // within five seconds or ends before.
  ServerProcess(const std::string& path, const std::vector<std::string>& extra_arguments);
  // Kills the process. Where this process ends without, temporal-test-server sees it and ends, too.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // "127.0.0.1:port"
  const std::string& target() const { return target_; }

 private:
  void wait_until_it_listens(int port);
  void stop();

  std::string path_;
  std::string target_;
  pid_t pid_ = -1;
  int lifeline_ = -1;  // the writing end of a pipe whose other end the server has
};

}  // namespace temporalio::testing
