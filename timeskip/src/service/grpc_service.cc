#include "timeskip/src/service/grpc_service.h"

#include <google/protobuf/arena.h>
#include <google/protobuf/message.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <string>
#include <utility>

#include "timeskip/src/engine/method_table.h"

namespace temporalio::timeskip {
namespace {

constexpr std::size_t kMaxRequestBytes = std::size_t{4} << 20;

// In the words of the real server's transport. By them a worker knows that it is not to send its completion again but
// to report that it is too large.
grpc::Status request_too_large(std::size_t bytes) {
  return {grpc::StatusCode::RESOURCE_EXHAUSTED, "grpc: received message larger than max (" + std::to_string(bytes) +
                                                    " vs. " + std::to_string(kMaxRequestBytes) + ")"};
}

// A reactor that refuses its call.
class Refusal final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Refusal(grpc::Status status) { Finish(std::move(status)); }
  void OnDone() override { delete this; }
};

// One unary call. It finishes exactly once: here when the request cannot be read, otherwise in answer(), which the
// engine runs once for every submitted call, cancelled or not. gRPC's callbacks hold it through `self_`, the engine
// through its own reference.
class UnaryCall final : public grpc::ServerGenericBidiReactor, public EngineCall {
 public:
  static UnaryCall* make(EngineThread& engine, const grpc::GenericCallbackServerContext& context,
                         const google::protobuf::Message& request, const google::protobuf::Message& response) {
    auto call = std::make_shared<UnaryCall>(engine, context, request, response);
    call->self_ = call;
    // A local copy: from StartRead on, callbacks run on other threads and OnDone may let go of self_.
    UnaryCall* raw = call.get();
    raw->StartRead(&raw->buffer_);
    return raw;
  }

  UnaryCall(EngineThread& engine, const grpc::GenericCallbackServerContext& context,
            const google::protobuf::Message& request, const google::protobuf::Message& response)
      : engine_(engine),
        context_(context),
        method_(context.method()),
        request_(request.New(&arena_)),
        response_(response.New(&arena_)) {
    const auto deadline = context.deadline();
    if (deadline != decltype(deadline)::max()) deadline_ = std::chrono::time_point_cast<Time::duration>(deadline);
  }

  // EngineCall
  std::string_view method() const override { return method_; }
  google::protobuf::Message& request() override { return *request_; }
  google::protobuf::Message& response() override { return *response_; }
  std::optional<Time> wall_deadline() const override { return deadline_; }
  // gRPC knows it a while before the engine hears of it through OnCancel.
  bool is_gone() const override { return context_.IsCancelled(); }
  bool follows_next_run_id() const override {
    return header("supported-features").find("follows-next-run-id") != std::string_view::npos;  // a list with commas
  }
  bool is_for_display() const override {
    const std::string_view client = header("client-name");
    return client == "temporal-cli" || client == "temporal-ui";
  }

  void answer(RpcStatus status) override {
    if (status.code != 0) {
      return Finish(grpc::Status(static_cast<grpc::StatusCode>(status.code), status.message, status.details));
    }
    bool own_buffer = false;
    buffer_.Clear();
    grpc::Status serialized =
        grpc::SerializationTraits<google::protobuf::Message>::Serialize(*response_, &buffer_, &own_buffer);
    if (!serialized.ok()) return Finish(std::move(serialized));
    StartWriteAndFinish(&buffer_, grpc::WriteOptions(), grpc::Status::OK);
  }

  // Reactor
  void OnReadDone(bool ok) override {
    if (!ok) {
      return Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "The call carried no request message."));
    }
    if (buffer_.Length() > kMaxRequestBytes) return Finish(request_too_large(buffer_.Length()));
    // Takes the bytes out of buffer_, which answer() uses again.
    if (!grpc::SerializationTraits<google::protobuf::Message>::Deserialize(&buffer_, request_).ok()) {
      return Finish(
          grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "The request is no " + request_->GetTypeName() + "."));
    }
    engine_.submit(std::static_pointer_cast<EngineCall>(self_));
  }

  void OnCancel() override { engine_.cancel(std::static_pointer_cast<EngineCall>(self_)); }

  void OnDone() override {
    const auto last = std::move(self_);  // freed here, or by the engine when an entry of its inbox still names it
  }

 private:
  // The first value of a request header; empty where it is not there.
  std::string_view header(const char* name) const {
    const auto found = context_.client_metadata().find(name);
    if (found == context_.client_metadata().end()) return {};
    return {found->second.data(), found->second.size()};
  }

  EngineThread& engine_;
  const grpc::GenericCallbackServerContext& context_;  // gRPC's, until OnDone
  std::shared_ptr<UnaryCall> self_;
  google::protobuf::Arena arena_;
  const std::string method_;
  std::optional<Time> deadline_;
  google::protobuf::Message* request_;   // in arena_
  google::protobuf::Message* response_;  // in arena_
  grpc::ByteBuffer buffer_;              // the request's bytes, then the response's
};

}  // namespace

grpc::ServerGenericBidiReactor* GrpcService::CreateReactor(grpc::GenericCallbackServerContext* context) {
  const google::protobuf::Message* request = Server::request_prototype(context->method());
  const google::protobuf::Message* response = Server::response_prototype(context->method());
  if (request == nullptr || response == nullptr) {
    return new Refusal(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, unanswered_method_text(context->method())));
  }
  return UnaryCall::make(engine_, *context, *request, *response);
}

}  // namespace temporalio::timeskip
