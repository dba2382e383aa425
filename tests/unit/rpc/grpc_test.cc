// Calls over a real gRPC channel to a generic server in this process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/src/rpc/grpc_service.h"
#include "tests/unit/rpc/echo_server.h"

namespace temporalio::rpc {
namespace {

using namespace std::chrono_literals;
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
