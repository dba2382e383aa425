// The gRPC service around the engine, over a real socket: dispatch, compression, cancellation, deadlines, shutdown.
#include "timeskip/src/service/grpc_service.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <google/rpc/status.pb.h>
#include <grpc/health/v1/health.pb.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "temporal/api/errordetails/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "tests/unit/service/raw_call.h"
#include "timeskip/src/clock/wall_clock.h"
#include "timeskip/src/service/grpc_listener.h"

namespace temporalio::timeskip {
namespace {

namespace ws = temporal::api::workflowservice::v1;
using ::testing::HasSubstr;
using Steady = std::chrono::steady_clock;

std::string workflow_method(const char* name) { return std::string(kWorkflowService) + name; }

class ServiceGrpc : public ::testing::Test {
 protected:
  ServiceGrpc() {
    EXPECT_EQ(listener_.listen("127.0.0.1", 0), "");
    channel_ = connect_to(listener_.address());
  }

  ws::PollWorkflowTaskQueueRequest poll_request() {
    ws::PollWorkflowTaskQueueRequest request;
    request.set_namespace_("default");
    request.mutable_task_queue()->set_name("nobody");
    return request;
  }

  ws::StartWorkflowExecutionRequest start_request(const std::string& request_id) {
    ws::StartWorkflowExecutionRequest request;
    request.set_namespace_("default");
    request.set_workflow_id("w1");
    request.mutable_workflow_type()->set_name("W");
    request.mutable_task_queue()->set_name("q");
    request.set_request_id(request_id);
    return request;
  }

  // Returns when the engine holds a poll for a workflow task.
  void wait_until_parked() {
    while (engine_.describe().find("1 /temporal.api.workflowservice.v1.WorkflowService/PollWorkflowTaskQueue") ==
           std::string::npos) {
      std::this_thread::yield();
    }
  }

  EngineThread engine_{{read_wall_clock(), 7, true}};
  GrpcListener listener_{engine_};
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(ServiceGrpc, AnswersGetSystemInfo) {
  ws::GetSystemInfoResponse response;
  const grpc::Status status = call(*channel_, workflow_method("GetSystemInfo"), ws::GetSystemInfoRequest(), response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(response.has_capabilities());
}

// A workflow task that fails again and again writes nothing more; SDKs are shown what would be written, people are not.
TEST_F(ServiceGrpc, HistoriesForPeopleHaveNoEventsThatAreNotWritten) {
  ws::StartWorkflowExecutionResponse started;
  ASSERT_TRUE(call(*channel_, workflow_method("StartWorkflowExecution"), start_request("r"), started).ok());
  for (int attempt = 0; attempt < 2; ++attempt) {
    ws::PollWorkflowTaskQueueRequest poll = poll_request();
    poll.mutable_task_queue()->set_name("q");
    ws::PollWorkflowTaskQueueResponse task;
    ASSERT_TRUE(call(*channel_, workflow_method("PollWorkflowTaskQueue"), poll, task).ok());
    ws::RespondWorkflowTaskFailedRequest failed;
    failed.set_task_token(task.task_token());
    ws::RespondWorkflowTaskFailedResponse answer;
    ASSERT_TRUE(call(*channel_, workflow_method("RespondWorkflowTaskFailed"), failed, answer).ok());
  }
  const auto events_for = [this](const char* client) {
    ws::GetWorkflowExecutionHistoryRequest request;
    request.set_namespace_("default");
    request.mutable_execution()->set_workflow_id("w1");
    ws::GetWorkflowExecutionHistoryResponse response;
    grpc::ClientContext context;
    context.AddMetadata("client-name", client);
    EXPECT_TRUE(call(*channel_, workflow_method("GetWorkflowExecutionHistory"), request, response, context).ok());
    return response.history().events_size();
  };
  EXPECT_EQ(events_for("temporal-go"), 5);  // the task of the third attempt is scheduled
  EXPECT_EQ(events_for("temporal-cli"), 4);
  EXPECT_EQ(events_for("temporal-ui"), 4);
}

TEST_F(ServiceGrpc, UnknownMethodIsUnimplementedAndNamed) {
  ws::GetSystemInfoResponse response;
  const grpc::Status status = call(*channel_, workflow_method("Frobnicate"), ws::GetSystemInfoRequest(), response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(status.error_message(),
            "unknown method Frobnicate for service temporal.api.workflowservice.v1.WorkflowService");
}

TEST_F(ServiceGrpc, BytesThatAreNoRequestAreRefused) {
  ws::GetSystemInfoResponse response;
  grpc::health::v1::HealthCheckRequest wrong;
  wrong.set_service("a string in field 1, where PollWorkflowTaskQueueRequest has one too");
  wrong.GetReflection()->MutableUnknownFields(&wrong)->AddLengthDelimited(2, "\xff\xff\xff");  // no TaskQueue
  const grpc::Status status = call(*channel_, workflow_method("PollWorkflowTaskQueue"), wrong, response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("PollWorkflowTaskQueueRequest"));
}

TEST_F(ServiceGrpc, ErrorDetailsTravelInTheStatusTrailer) {
  ws::StartWorkflowExecutionResponse response;
  ASSERT_TRUE(call(*channel_, workflow_method("StartWorkflowExecution"), start_request("r1"), response).ok());
  const std::string run_id = response.run_id();
  const grpc::Status status = call(*channel_, workflow_method("StartWorkflowExecution"), start_request("r2"), response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  ASSERT_EQ(details.details_size(), 1);
  temporal::api::errordetails::v1::WorkflowExecutionAlreadyStartedFailure failure;
  ASSERT_TRUE(details.details(0).UnpackTo(&failure));
  EXPECT_EQ(failure.run_id(), run_id);
}

TEST_F(ServiceGrpc, CancelledLongPollEndsAtOnce) {
  grpc::ClientContext context;
  ws::PollWorkflowTaskQueueResponse response;
  auto polling = std::async(std::launch::async, [&] {
    return call(*channel_, workflow_method("PollWorkflowTaskQueue"), poll_request(), response, context);
  });
  wait_until_parked();
  context.TryCancel();
  ASSERT_EQ(polling.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  EXPECT_EQ(polling.get().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(ServiceGrpc, LongPollEndsByItsDeadline) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(2300));  // less is refused
  ws::PollWorkflowTaskQueueResponse response;
  const auto started = Steady::now();
  const grpc::Status status =
      call(*channel_, workflow_method("PollWorkflowTaskQueue"), poll_request(), response, context);
  EXPECT_LT(Steady::now() - started, std::chrono::seconds(10));
  // Empty when the server answers just in time, otherwise the transport's own word for it.
  if (status.ok()) {
    EXPECT_EQ(response.task_token(), "");
  } else {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  }
}

TEST_F(ServiceGrpc, ShutdownAnswersParkedPollsAndDoesNotWaitForThem) {
  ws::PollWorkflowTaskQueueResponse response;
  grpc::ClientContext context;
  auto polling = std::async(std::launch::async, [&] {
    return call(*channel_, workflow_method("PollWorkflowTaskQueue"), poll_request(), response, context);
  });
  wait_until_parked();
  const auto started = Steady::now();
  listener_.shutdown(std::chrono::seconds(5));
  EXPECT_LT(Steady::now() - started, std::chrono::seconds(4));
  ASSERT_EQ(polling.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  EXPECT_EQ(polling.get().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ServiceGrpc, ManyCancelledCallsLeaveNothingBehind) {
  for (int i = 0; i < 200; ++i) {
    grpc::ClientContext context;
    ws::PollWorkflowTaskQueueResponse response;
    auto polling = std::async(std::launch::async, [&] {
      return call(*channel_, workflow_method("PollWorkflowTaskQueue"), poll_request(), response, context);
    });
    context.TryCancel();
    ASSERT_EQ(polling.wait_for(std::chrono::seconds(5)), std::future_status::ready);
    EXPECT_EQ(polling.get().error_code(), grpc::StatusCode::CANCELLED);
  }
  const auto started = Steady::now();
  listener_.shutdown(std::chrono::seconds(5));  // waits for every reactor that has not finished
  EXPECT_LT(Steady::now() - started, std::chrono::seconds(4));
}

TEST_F(ServiceGrpc, HealthSaysServingForTheServerAndEachService) {
  for (const char* name :
       {"", "temporal.api.workflowservice.v1.WorkflowService", "temporal.api.operatorservice.v1.OperatorService",
        "temporal.api.testservice.v1.TestService"}) {
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(name);
    grpc::health::v1::HealthCheckResponse response;
    const grpc::Status status = call(*channel_, "/grpc.health.v1.Health/Check", request, response);
    ASSERT_TRUE(status.ok()) << name << ": " << status.error_message();
    EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING) << name;
  }
}

TEST_F(ServiceGrpc, TakesGzipCompressedRequests) {
  grpc::ClientContext context;
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  ws::StartWorkflowExecutionRequest request = start_request("r1");
  request.mutable_input()->add_payloads()->set_data(std::string(100'000, 'x'));
  ws::StartWorkflowExecutionResponse response;
  const grpc::Status status = call(*channel_, workflow_method("StartWorkflowExecution"), request, response, context);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_NE(response.run_id(), "");
}

// A worker knows by these words that its completion will never get through, and fails the task instead of sending it
// again and again.
TEST_F(ServiceGrpc, TooLargeARequestIsRefusedInTheWordsOfTheRealServer) {
  ws::StartWorkflowExecutionRequest request = start_request("r1");
  ws::StartWorkflowExecutionResponse response;
  for (const std::size_t mebibytes : {std::size_t{5}, std::size_t{100}}) {
    request.mutable_input()->clear_payloads();
    request.mutable_input()->add_payloads()->set_data(std::string(mebibytes << 20, 'x'));
    const grpc::Status status = call(*channel_, workflow_method("StartWorkflowExecution"), request, response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_EQ(status.error_message(),
              "grpc: received message larger than max (" + std::to_string(request.ByteSizeLong()) + " vs. 4194304)");
  }
  request.mutable_input()->mutable_payloads(0)->set_data(std::string(1 << 20, 'x'));
  EXPECT_TRUE(call(*channel_, workflow_method("StartWorkflowExecution"), request, response).ok());
}

TEST_F(ServiceGrpc, LongTextsOfErrorsArriveCut) {
  ws::GetSystemInfoResponse response;
  const std::string name(7000, 'x');
  const grpc::Status unknown = call(*channel_, "/a.b/" + name, ws::GetSystemInfoRequest(), response);
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(unknown.error_message().size(), 4000u);
  ws::StartWorkflowExecutionRequest request = start_request("r1");
  request.set_namespace_(std::string(100'000, 'n'));
  ws::StartWorkflowExecutionResponse started;
  const grpc::Status missing = call(*channel_, workflow_method("StartWorkflowExecution"), request, started);
  EXPECT_EQ(missing.error_code(), grpc::StatusCode::NOT_FOUND) << missing.error_message();
  EXPECT_NE(missing.error_details(), "");
}

// gRPC's own client never compresses an empty message, the newest official SDKs do: written byte by byte.
class RawHttp2 {
 public:
  explicit RawHttp2(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<in_port_t>(port));
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~RawHttp2() { close(fd_); }

  void send(const std::string& bytes) {
    EXPECT_EQ(write(fd_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }

  // The payload of the first DATA frame of stream 1; empty when the stream ends without one.
  std::string read_data() {
    for (;;) {
      const std::string head = read_exactly(9);
      if (head.empty()) return "";
      const auto byte = [&head](std::size_t i) { return static_cast<unsigned char>(head[i]); };
      const std::string payload = read_exactly((std::size_t{byte(0)} << 16) | (std::size_t{byte(1)} << 8) | byte(2));
      const bool is_ours = byte(8) == 1;
      const bool ends_stream = (byte(4) & 1) != 0;
      if (is_ours && byte(3) == 0) return payload;
      if (is_ours && ends_stream) return "";
    }
  }

 private:
  std::string read_exactly(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t have = 0; have < size;) {
      const ssize_t got = read(fd_, bytes.data() + have, size - have);
      if (got <= 0) return "";
      have += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  int fd_;
};

std::string http2_frame(char type, char flags, char stream, const std::string& payload) {
  return std::string{'\0', static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size()), type, flags} +
         std::string("\0\0\0", 3) + stream + payload;
}

TEST_F(ServiceGrpc, TakesGzipEvenOnAnEmptyMessage) {
  std::string headers;
  for (const auto& [name, value] :
       std::initializer_list<std::pair<std::string, std::string>>{{":method", "POST"},
                                                                  {":scheme", "http"},
                                                                  {":path", workflow_method("GetSystemInfo")},
                                                                  {":authority", "localhost"},
                                                                  {"te", "trailers"},
                                                                  {"content-type", "application/grpc"},
                                                                  {"grpc-encoding", "gzip"},
                                                                  {"grpc-accept-encoding", "gzip,identity"}}) {
    headers += '\0';
    headers += static_cast<char>(name.size()) + name;
    headers += static_cast<char>(value.size()) + value;
  }
  const std::string gzip_of_nothing("\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0", 20);
  const std::string message = std::string("\x01\0\0\0\x14", 5) + gzip_of_nothing;
  const std::string address = listener_.address();
  RawHttp2 connection(std::stoi(address.substr(address.rfind(':') + 1)));
  connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + http2_frame(4, 0, 0, "") + http2_frame(1, 4, 1, headers) +
                  http2_frame(0, 1, 1, message));
  const std::string data = connection.read_data();
  ASSERT_GT(data.size(), 5u) << "the call was refused";
  EXPECT_EQ(data[0], '\0') << "the answer is not compressed";
  ws::GetSystemInfoResponse response;
  EXPECT_TRUE(response.ParseFromString(data.substr(5)));
  EXPECT_TRUE(response.has_capabilities());
}

TEST_F(ServiceGrpc, DescribesFromAnotherThread) {
  EXPECT_THAT(engine_.describe(), HasSubstr("calls that wait for an answer: 0"));
}

}  // namespace
}  // namespace temporalio::timeskip
