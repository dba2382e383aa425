// Unary calls over a gRPC channel, by method name and without generated stubs. The transport's threads only move the
// outcome to the loop; they run no other code of ours.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/src/base/loop.h"
#include "sdk/src/rpc/service.h"

namespace temporalio::rpc {

// Certificates and keys as PEM text.
struct TlsOptions {
  std::string root_certificates;   // empty: those of the system
  std::string domain;              // what the server's certificate must name; empty: the host of the target
  std::string client_certificate;  // both or none
  std::string client_private_key;
};

struct GrpcOptions {
  std::vector<std::pair<std::string, std::string>> metadata = {};  // sent with every call
  std::optional<TlsOptions> tls = std::nullopt;                    // nothing: no TLS
};

// Whether gRPC sends `value` as metadata. It ends the process at what it does not.
bool is_metadata_value(std::string_view value);
// Throws std::invalid_argument, with what was expected, where gRPC would not send this as metadata.
void check_metadata(std::string_view key, std::string_view value);

// Throws std::invalid_argument, with what was expected, where `target` is none: "host:port", or a gRPC name with scheme
// ("dns:///host:port", "ipv4:1.2.3.4:7233", "unix:/path").
void check_target(const std::string& target);

// A service on `target`. Throws std::invalid_argument where target, metadata or PEM texts are none. Connects at the
// first call. Its destructor cancels what is under way; the `done` of these calls is never run.
std::shared_ptr<Service> make_grpc_service(const std::string& target, std::shared_ptr<base::Loop> loop,
                                           GrpcOptions options);

}  // namespace temporalio::rpc
