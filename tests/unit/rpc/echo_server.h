// A gRPC server in the test's own process that answers every method.
#pragma once

#include <google/protobuf/wrappers.pb.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace temporalio::rpc {

using google::protobuf::StringValue;

// Echoes a StringValue; "fail" gives a status with details, "wait" waits until the caller has gone.
class EchoServer final : public grpc::CallbackGenericService {
 public:
  explicit EchoServer(const std::shared_ptr<grpc::ServerCredentials>& credentials = grpc::InsecureServerCredentials()) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
  }
  ~EchoServer() override { server_->Shutdown(std::chrono::system_clock::time_point()); }

  std::string target() const { return "127.0.0.1:" + std::to_string(port_); }
  std::multimap<std::string, std::string> last_metadata() {
    std::lock_guard lock(mutex_);
    return metadata_;
  }
  std::atomic<int> waiting = 0;

 private:
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    Reactor(EchoServer& server, grpc::GenericCallbackServerContext& context) : server_(server) {
      std::lock_guard lock(server_.mutex_);
      server_.metadata_.clear();
      for (const auto& [key, value] : context.client_metadata()) {
        server_.metadata_.emplace(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
      }
      StartRead(&buffer_);
    }
    void OnReadDone(bool ok) override {
      if (!ok) return finish(grpc::Status(grpc::StatusCode::INTERNAL, "no request"));
      StringValue request;
      grpc::SerializationTraits<StringValue>::Deserialize(&buffer_, &request);
      if (request.value() == "fail") {
        return finish(grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "as asked", std::string("\0details", 8)));
      }
      if (request.value() == "wait") {
        server_.waiting += 1;
        server_.waiting.notify_all();
        return;
      }
      bool own = false;
      grpc::SerializationTraits<StringValue>::Serialize(request, &buffer_, &own);
      StartWriteAndFinish(&buffer_, grpc::WriteOptions(), grpc::Status::OK);
      has_finished_ = true;
    }
    void OnCancel() override { finish(grpc::Status::CANCELLED); }
    void OnDone() override { delete this; }

   private:
    void finish(const grpc::Status& status) {
      if (!has_finished_.exchange(true)) Finish(status);
    }
    EchoServer& server_;
    grpc::ByteBuffer buffer_;
    std::atomic<bool> has_finished_ = false;
  };

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    return new Reactor(*this, *context);
  }

  int port_ = 0;
  std::mutex mutex_;  // guards: metadata_
  std::multimap<std::string, std::string> metadata_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace temporalio::rpc
