// A temporal-test-server of our own for one scenario, on a free port; it ends with this object.
#pragma once

#include <sys/types.h>

#include <string>

namespace conformance {

class ServerProcess {
 public:
  // Throws std::runtime_error when it does not answer within a few seconds.
  explicit ServerProcess(const std::string& binary);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& address() const { return address_; }

 private:
  pid_t pid_ = -1;
  std::string address_;
};

}  // namespace conformance
