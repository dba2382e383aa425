// Calls over a real gRPC channel to a generic server in this process.
#include <gmock/gmock.h>
#include <google/protobuf/wrappers.pb.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>

#include "sdk/src/rpc/grpc_service.h"

namespace temporalio::rpc {
namespace {

using namespace std::chrono_literals;
using google::protobuf::StringValue;

// Echoes a StringValue; "fail" gives a status with details, "wait" waits until the caller has gone.
class EchoServer final : public grpc::CallbackGenericService {
 public:
  EchoServer() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
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

class GrpcService : public ::testing::Test {
 protected:
  Status call(Service& service, const std::string& text, CallOptions options = {}) {
    request_.set_value(text);
    Status outcome;
    bool is_done = false;
    loop_->post([&] {
      service.start("/test.Echo/Call", request_, response_, options, [&](Status status) {
        EXPECT_TRUE(loop_->is_inside());
        outcome = std::move(status);
        is_done = true;
      });
    });
    loop_->pump_until([&] { return is_done; });
    return outcome;
  }

  std::shared_ptr<base::Loop> loop_ = std::make_shared<base::Loop>(base::LoopOptions{.grace = 0s});
  StringValue request_;
  StringValue response_;
};

TEST_F(GrpcService, CallsByNameAndSendsMetadata) {
  EchoServer server;
  const auto service = make_grpc_service(server.target(), loop_, {.metadata = {{"client-name", "temporal-cpp"}}});
  CallOptions options;
  options.metadata = {{"extra", "1"}};
  const Status status = call(*service, "hello", options);
  EXPECT_TRUE(status.is_ok()) << status.message;
  EXPECT_EQ(response_.value(), "hello");
  const auto metadata = server.last_metadata();
  ASSERT_EQ(metadata.count("client-name"), 1u);
  EXPECT_EQ(metadata.find("client-name")->second, "temporal-cpp");
  EXPECT_EQ(metadata.count("extra"), 1u);
}

TEST_F(GrpcService, StatusAndDetailsComeThrough) {
  EchoServer server;
  const auto service = make_grpc_service(server.target(), loop_, {});
  const Status status = call(*service, "fail");
  EXPECT_EQ(status.code, 9);
  EXPECT_EQ(status.message, "as asked");
  EXPECT_EQ(status.details, std::string("\0details", 8));
}

TEST_F(GrpcService, LargeMessagesPass) {
  EchoServer server;
  const auto service = make_grpc_service(server.target(), loop_, {});
  const std::string large(3 << 20, 'x');
  const Status status = call(*service, large);
  EXPECT_TRUE(status.is_ok()) << status.message;
  EXPECT_EQ(response_.value(), large);
}

TEST_F(GrpcService, DeadlineEndsACall) {
  EchoServer server;
  const auto service = make_grpc_service(server.target(), loop_, {});
  CallOptions options;
  options.timeout = 20ms;
  EXPECT_EQ(call(*service, "wait", options).code, 4);
}

TEST_F(GrpcService, NobodyListening) {
  const auto service = make_grpc_service("127.0.0.1:1", loop_, {});
  EXPECT_EQ(call(*service, "hello").code, 14);
}

TEST_F(GrpcService, CancelEndsACall) {
  EchoServer server;
  const auto service = make_grpc_service(server.target(), loop_, {});
  request_.set_value("wait");
  Status outcome;
  bool is_done = false;
  CallId id = 0;
  loop_->exclusively([&] {
    id = service->start("/test.Echo/Call", request_, response_, {}, [&](Status status) {
      outcome = std::move(status);
      is_done = true;
    });
  });
  server.waiting.wait(0);
  loop_->exclusively([&] { service->cancel(id); });
  loop_->pump_until([&] { return is_done; });
  EXPECT_EQ(outcome.code, 1);
}

TEST_F(GrpcService, MayBeDestroyedWithCallsUnderWay) {
  EchoServer server;
  auto service = make_grpc_service(server.target(), loop_, {});
  int runs = 0;
  int code = -1;
  request_.set_value("wait");
  loop_->exclusively([&] {
    service->start("/test.Echo/Call", request_, response_, {}, [&](const Status& status) {
      ++runs;
      code = status.code;
    });
  });
  server.waiting.wait(0);
  service.reset();
  loop_.reset();
  // Whether the loop still comes to it depends on which thread is faster; if so, it is told the truth.
  EXPECT_LE(runs, 1);
  if (runs == 1) {
    EXPECT_EQ(code, 1);
  }
}

// gRPC ends the process at metadata that it does not send.
TEST(Metadata, BadOnesSayWhatWasExpected) {
  for (const auto& [key, value] :
       {std::pair("authorization", "Bearer x"), {"x-1_a.b", ""}, {"trace-bin", "\x01\xff"}}) {
    EXPECT_NO_THROW(check_metadata(key, value)) << key;
  }
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"", "x", "it is empty"},
      {"Authorization", "x", "expected only lower-case letters"},
      {"a b", "x", "expected only lower-case letters"},
      {"grpc-timeout", "x", "gRPC's own"},
      {"x-key", "a\nb", "expected a value of printable ASCII"},
      {"x-key", "gr\xc3\xb6\xc3\x9f", "expected a value of printable ASCII"},
  };
  for (const auto& [key, value, what] : cases) {
    try {
      make_grpc_service("localhost:7233", std::make_shared<base::Loop>(), {.metadata = {{key, value}}});
      ADD_FAILURE() << key << " was not refused";
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr(what));
    }
  }
}

TEST(Target, GoodOnesPass) {
  for (const char* target : {"localhost:7233", "10.0.0.1:1", "[::1]:7233", "dns:///temporal.example:7233",
                             "ipv4:127.0.0.1:7233", "unix:/tmp/temporal.sock", "a-b.c:65535"}) {
    EXPECT_NO_THROW(check_target(target)) << target;
  }
}

TEST(Target, BadOnesSayWhatWasExpected) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "empty"},
      {"localhost", "port is missing"},
      {":7233", "host is missing"},
      {"localhost:", "number"},
      {"localhost:http", "number"},
      {"localhost:0", "number"},
      {"localhost:65536", "number"},
      {"http://localhost:7233", "URL"},
      {"ftp://localhost:7233", "scheme"},
      {"::1:7233", "brackets"},
      {"local host:7233", "white space"},
  };
  for (const auto& [target, reason] : cases) {
    try {
      check_target(target);
      ADD_FAILURE() << target << " was accepted";
    } catch (const std::invalid_argument& error) {
      EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("expected host:port"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace temporalio::rpc
