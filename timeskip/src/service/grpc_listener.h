// The listening side: builds the gRPC server with the settings that official SDKs rely on, and says clearly why a port
// cannot be had.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "timeskip/src/service/engine_thread.h"

namespace grpc {
class Server;
}

namespace temporalio::timeskip {

class GrpcService;

class GrpcListener {
 public:
  // `engine` must outlive this.
  explicit GrpcListener(EngineThread& engine);
  ~GrpcListener();

  // Binds and serves; `port` 0 takes a free one. `ip` is a numeric IPv4 or IPv6 address. Returns an empty string, or
  // what is wrong, in a sentence.
  std::string listen(const std::string& ip, int port);

  // The address that a client on this machine connects to; valid after listen().
  std::string address() const;

  // Refuses new calls, answers the parked ones, and waits at most `patience` for the transport to let go of them.
  void shutdown(std::chrono::milliseconds patience);

 private:
  EngineThread& engine_;
  std::unique_ptr<GrpcService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::string ip_;
  int port_ = 0;
};

// True for a numeric IPv4 or IPv6 address.
bool is_ip_address(const std::string& text);

}  // namespace temporalio::timeskip
