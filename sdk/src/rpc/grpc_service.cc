#include "sdk/src/rpc/grpc_service.h"

#include <google/protobuf/message.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <unordered_map>

#include "sdk/src/base/time_source.h"

namespace temporalio::rpc {
namespace {

using google::protobuf::Message;
using std::chrono::seconds;

constexpr seconds kUnaryTimeout{30};
constexpr seconds kLongPollTimeout{70};
constexpr int kMaxMessageBytes = 128 << 20;  // histories come in pages, but a server may be set to large ones

// One call under way. Owned by the service's table; destroyed on the loop (or by the service), never by the transport.
struct Call {
  grpc::ClientContext context;
  std::function<void(Status)> done;
};

Status to_status(const grpc::Status& status) {
  Status result{static_cast<int>(status.error_code()), status.error_message(), status.error_details()};
  // In the words of gRPC for Go, C++ and Java; the service's limit is lower than by default.
  if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED &&
      status.error_message().find("essage larger than max") != std::string::npos) {
    result.refusal = Refusal::message_too_large;
  }
  return result;
}

// What the callbacks of calls need; they keep it alive.
class Calls {
 public:
  CallId add(std::shared_ptr<Call> call) {
    std::lock_guard lock(mutex_);
    calls_.emplace(++last_id_, std::move(call));
    ++in_transport_;
    return last_id_;
  }

  std::shared_ptr<Call> find(CallId id) {
    std::lock_guard lock(mutex_);
    const auto it = calls_.find(id);
    return it == calls_.end() ? nullptr : it->second;
  }

  std::shared_ptr<Call> take(CallId id) {
    std::lock_guard lock(mutex_);
    const auto node = calls_.extract(id);
    return node.empty() ? nullptr : std::move(node.mapped());
  }

  // The transport is done with a call and will not touch it again. The last thing its thread does.
  void leave_transport() {
    std::lock_guard lock(mutex_);
    if (--in_transport_ == 0) nobody_left_.notify_all();
  }

  void cancel_all_and_wait() {
    std::vector<std::shared_ptr<Call>> all;
    std::unique_lock lock(mutex_);
    all.reserve(calls_.size());
    for (const auto& [id, call] : calls_) all.push_back(call);
    lock.unlock();
    for (const auto& call : all) call->context.TryCancel();
    lock.lock();
    nobody_left_.wait(lock, [this] { return in_transport_ == 0; });
    calls_.clear();
  }

 private:
  std::mutex mutex_;  // guards: all of it
  std::unordered_map<CallId, std::shared_ptr<Call>> calls_;
  CallId last_id_ = 0;
  int in_transport_ = 0;
  std::condition_variable nobody_left_;
};

class GrpcService final : public Service {
 public:
  GrpcService(std::shared_ptr<grpc::Channel> channel, std::shared_ptr<base::Loop> loop, GrpcOptions options)
      : loop_(std::move(loop)), options_(std::move(options)), channel_(std::move(channel)), stub_(channel_) {}

  ~GrpcService() override { calls_->cancel_all_and_wait(); }

  CallId start(const char* method, Message& request, Message& response, CallOptions options,
               std::function<void(Status)> done) override {
    auto call = std::make_shared<Call>();
    call->done = std::move(done);
    for (const auto& [key, value] : options_.metadata) call->context.AddMetadata(key, value);
    for (const auto& [key, value] : options.metadata) call->context.AddMetadata(key, value);
    if (options.timeout.count() == 0) options.timeout = options.is_long_poll ? kLongPollTimeout : kUnaryTimeout;
    call->context.set_deadline(
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_nanos(options.timeout.count(), GPR_TIMESPAN)));

    grpc::ClientContext* const context = &call->context;
    const CallId id = calls_->add(std::move(call));
    // The callback must not own the loop: a transport thread cannot destroy it. The service waits for the callback, and
    // its owner keeps the loop as long as the service.
    stub_.UnaryCall(context, method, grpc::StubOptions(), &request, &response,
                    [calls = calls_, loop = loop_.get(), id](const grpc::Status& status) {
                      loop->post([calls, id, outcome = to_status(status)]() mutable {
                        if (const std::shared_ptr<Call> finished = calls->take(id)) finished->done(std::move(outcome));
                      });
                      calls->leave_transport();
                    });
    return id;
  }

  void cancel(CallId id) override {
    if (const std::shared_ptr<Call> call = calls_->find(id)) call->context.TryCancel();
  }

 private:
  const std::shared_ptr<base::Loop> loop_;
  const GrpcOptions options_;
  const std::shared_ptr<Calls> calls_ = std::make_shared<Calls>();
  const std::shared_ptr<grpc::Channel> channel_;
  grpc::TemplatedGenericStub<Message, Message> stub_;
};

[[noreturn]] void refuse_target(const std::string& target, const std::string& reason) {
  throw std::invalid_argument("\"" + target + "\" is no address of a Temporal service: " + reason +
                              "; expected host:port, for example localhost:7233");
}

}  // namespace

void check_target(const std::string& target) {
  if (target.empty()) refuse_target(target, "it is empty");
  for (const char* scheme : {"http://", "https://"}) {
    if (target.starts_with(scheme)) refuse_target(target, "it is a URL");
  }
  if (target.find_first_of(" \t\r\n") != std::string::npos) refuse_target(target, "it contains white space");
  for (const char* scheme : {"dns:", "ipv4:", "ipv6:", "unix:", "unix-abstract:"}) {
    if (target.starts_with(scheme)) return;  // gRPC's own names
  }
  if (target.find("://") != std::string::npos) refuse_target(target, "its scheme is unknown");
  const std::size_t colon = target.rfind(':');
  if (colon == std::string::npos) refuse_target(target, "the port is missing");
  if (colon == 0) refuse_target(target, "the host is missing");
  if (target.find(':') != colon && target.front() != '[') {
    refuse_target(target, "an IPv6 address is written in brackets, [::1]:7233");
  }
  unsigned port = 0;
  const char* const end = target.data() + target.size();
  const auto parsed = std::from_chars(target.data() + colon + 1, end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end || port == 0 || port > 65535) {
    refuse_target(target, "the port is not a number from 1 to 65535");
  }
}

bool is_metadata_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

void check_metadata(std::string_view key, std::string_view value) {
  const auto refuse = [&](const char* why) {
    throw std::invalid_argument("the metadata key \"" + std::string(key) + "\" cannot be sent: " + why);
  };
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  if (key.empty()) refuse("it is empty");
  if (!std::all_of(key.begin(), key.end(), is_allowed)) {
    refuse("expected only lower-case letters, digits, '-', '_' and '.'");
  }
  if (key.starts_with("grpc-")) refuse("keys that start with \"grpc-\" are gRPC's own");
  if (!key.ends_with("-bin") && !is_metadata_value(value)) {
    refuse("expected a value of printable ASCII characters (a key that ends in \"-bin\" takes any bytes)");
  }
}

namespace {

// gRPC would only say that it cannot connect.
void check_pem(const char* name, const std::string& text, std::string_view label) {
  if (text.empty()) return;
  const std::size_t begin = text.find("-----BEGIN ");
  const std::size_t end = begin == std::string::npos ? begin : text.find("-----END ", begin);
  if (end != std::string::npos && std::string_view(text).substr(begin, end - begin).find(label) < end) return;
  throw std::invalid_argument(
      std::string("tls.") + name + " is no " + (label == "KEY" ? "private key" : "certificate") +
      " in PEM form: expected a text with -----BEGIN ... " + std::string(label) + "-----, not the name of a file");
}

std::shared_ptr<grpc::ChannelCredentials> make_credentials(const std::optional<TlsOptions>& tls,
                                                           grpc::ChannelArguments& arguments) {
  if (!tls) return grpc::InsecureChannelCredentials();
  check_pem("server_root_ca_cert", tls->root_certificates, "CERTIFICATE");
  check_pem("client_cert", tls->client_certificate, "CERTIFICATE");
  check_pem("client_private_key", tls->client_private_key, "KEY");
  if (tls->client_certificate.empty() != tls->client_private_key.empty()) {
    throw std::invalid_argument("tls.client_cert and tls.client_private_key go together: expected both or none");
  }
  if (!tls->domain.empty()) arguments.SetSslTargetNameOverride(tls->domain);
  return grpc::SslCredentials({tls->root_certificates, tls->client_private_key, tls->client_certificate});
}

}  // namespace

std::shared_ptr<Service> make_grpc_service(const std::string& target, std::shared_ptr<base::Loop> loop,
                                           GrpcOptions options) {
  check_target(target);
  for (const auto& [key, value] : options.metadata) check_metadata(key, value);
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 15'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a client has its own connection, gone when it is gone
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);             // retries are the decorator's business
  auto channel = grpc::CreateCustomChannel(target, make_credentials(options.tls, arguments), arguments);
  return std::make_shared<GrpcService>(std::move(channel), std::move(loop), std::move(options));
}

}  // namespace temporalio::rpc
