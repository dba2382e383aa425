#include "timeskip/src/service/grpc_listener.h"

#include <arpa/inet.h>
#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "timeskip/src/clock/wall_clock.h"
#include "timeskip/src/service/grpc_service.h"

namespace temporalio::timeskip {
namespace {

constexpr const char* kServices[] = {
    "temporal.api.workflowservice.v1.WorkflowService",
    "temporal.api.operatorservice.v1.OperatorService",
    "temporal.api.testservice.v1.TestService",
};

// gRPC explains a failed bind in several lines of its own; ours is one, so its are held back while binding.
std::atomic<bool> is_binding{false};

void log_grpc_error(gpr_log_func_args* args) {
  if (args->severity == GPR_LOG_SEVERITY_ERROR && !is_binding) {
    std::fprintf(stderr, "temporal-test-server: gRPC: %s\n", args->message);
  }
}

std::string bracketed(const std::string& ip) { return ip.find(':') == std::string::npos ? ip : "[" + ip + "]"; }

// Why binding fails, asked of the system with a socket of our own; 0 when it does not fail.
int bind_error(const std::string& ip, int port) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  v4.sin_port = v6.sin6_port = htons(static_cast<in_port_t>(port));
  const bool is_v4 = inet_pton(AF_INET, ip.c_str(), &v4.sin_addr) == 1;
  if (!is_v4 && inet_pton(AF_INET6, ip.c_str(), &v6.sin6_addr) != 1) return EINVAL;
  const int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int on = 1;
  int error = 0;
  const auto* address = is_v4 ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind(fd, address, is_v4 ? sizeof v4 : sizeof v6) != 0 || ::listen(fd, 1) != 0) {
    error = errno;
  }
  close(fd);
  return error;
}

std::string explain_bind_failure(const std::string& ip, int port) {
  const std::string where = bracketed(ip) + ":" + std::to_string(port);
  switch (const int error = bind_error(ip, port)) {
    case EADDRINUSE:
      return "port " + std::to_string(port) + " is in use: another process listens on " + where +
             ". Choose another port, or 0 for a free one.";
    case EACCES:
      return "no permission to listen on " + where + ": ports below 1024 need a privilege. Choose a higher one.";
    case EADDRNOTAVAIL:
      return "cannot listen on " + where + ": " + ip + " is no address of this machine.";
    case 0:
      return "cannot listen on " + where + ": gRPC refused the address.";
    default:
      return "cannot listen on " + where + ": " + std::strerror(error) + ".";
  }
}

}  // namespace

bool is_ip_address(const std::string& text) {
  in_addr v4{};
  in6_addr v6{};
  return inet_pton(AF_INET, text.c_str(), &v4) == 1 || inet_pton(AF_INET6, text.c_str(), &v6) == 1;
}

GrpcListener::GrpcListener(EngineThread& engine) : engine_(engine), service_(std::make_unique<GrpcService>(engine)) {}

GrpcListener::~GrpcListener() { shutdown(std::chrono::milliseconds(0)); }

std::string GrpcListener::listen(const std::string& ip, int port) {
  gpr_set_log_function(log_grpc_error);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  int bound_port = 0;
  builder.AddListeningPort(bracketed(ip) + ":" + std::to_string(port), grpc::InsecureServerCredentials(), &bound_port);
  // With SO_REUSEPORT, gRPC's default, a second server on the same port would start and share its connections.
  // SO_REUSEADDR stays on: SDKs leave the port they probed in TIME_WAIT.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // SDKs ping an idle connection every 30 seconds; by default gRPC takes that for abuse and hangs up.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 64 * 1024);
  // GrpcService has a limit of its own: SDKs tell a request that is too large by words that are not gRPC's.
  builder.SetMaxReceiveMessageSize(-1);
  builder.RegisterCallbackGenericService(service_.get());
  is_binding = true;
  server_ = builder.BuildAndStart();
  is_binding = false;
  if (!server_ || bound_port == 0) {
    server_.reset();
    return explain_bind_failure(ip, port);
  }
  for (const char* name : kServices) server_->GetHealthCheckService()->SetServingStatus(name, true);
  ip_ = ip;
  port_ = bound_port;
  return "";
}

std::string GrpcListener::address() const {
  if (ip_ == "0.0.0.0") return "127.0.0.1:" + std::to_string(port_);
  if (ip_ == "::") return "[::1]:" + std::to_string(port_);
  return bracketed(ip_) + ":" + std::to_string(port_);
}

void GrpcListener::shutdown(std::chrono::milliseconds patience) {
  if (!server_) return;
  engine_.drain();
  server_->Shutdown(read_wall_clock() + patience);
  server_.reset();
}

}  // namespace temporalio::timeskip
