#include "tests/conformance/caller.h"

#include <google/protobuf/descriptor.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <array>
#include <stdexcept>

#include "temporal/api/operatorservice/v1/request_response.pb.h"
#include "temporal/api/testservice/v1/request_response.pb.h"

namespace conformance {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

struct Method {
  std::string path;
  const google::protobuf::Descriptor* request = nullptr;
  const google::protobuf::Descriptor* response = nullptr;
};

// The API names a method's messages after it, except where TestService shares them.
Method find_method(const std::string& name) {
  const auto* pool = DescriptorPool::generated_pool();
  const std::string operator_package = "temporal.api.operatorservice.v1.";
  if (const auto* request = pool->FindMessageTypeByName(operator_package + name + "Request")) {
    return {"/" + operator_package + "OperatorService/" + name, request,
            pool->FindMessageTypeByName(operator_package + name + "Response")};
  }
  static const std::string kTestPackage =
      temporal::api::testservice::v1::SleepRequest::descriptor()->file()->package() + ".";
  const std::string workflow_package = "temporal.api.workflowservice.v1.";
  Method method;
  method.request = pool->FindMessageTypeByName(workflow_package + name + "Request");
  method.response = pool->FindMessageTypeByName(workflow_package + name + "Response");
  method.path = "/" + workflow_package + "WorkflowService/" + name;
  if (method.request != nullptr && method.response != nullptr) return method;
  method.path = "/" + kTestPackage + "TestService/" + name;
  const std::string request = name == "UnlockTimeSkippingWithSleep" ? "Sleep" : name;
  method.request = name == "GetCurrentTime" ? pool->FindMessageTypeByName("google.protobuf.Empty")
                                            : pool->FindMessageTypeByName(kTestPackage + request + "Request");
  const std::string response = name.find("Sleep") != std::string::npos ? "Sleep" : name;
  method.response = pool->FindMessageTypeByName(kTestPackage + response + "Response");
  if (method.request == nullptr || method.response == nullptr) throw std::runtime_error("no RPC is called " + name);
  return method;
}

grpc::ByteBuffer to_buffer(const Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

bool parse(Message& message, const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  return buffer.DumpToSingleSlice(&slice).ok() && message.ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
}

void read_details(const std::string& bytes, CallResult& result) {
  google::rpc::Status status;
  if (bytes.empty() || !status.ParseFromString(bytes)) return;
  for (const auto& any : status.details()) {
    const std::string type = any.type_url().substr(any.type_url().rfind('/') + 1);
    const auto* descriptor = DescriptorPool::generated_pool()->FindMessageTypeByName(type);
    if (descriptor == nullptr) {
      result.unknown_details.push_back(type);
      continue;
    }
    std::shared_ptr<Message> detail(MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
    if (detail->ParseFromString(any.value())) result.details.push_back(std::move(detail));
  }
}

}  // namespace

std::string code_name(int code) {
  static const std::array<const char*, 17> kNames = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  return code >= 0 && code < 17 ? kNames[static_cast<std::size_t>(code)] : std::to_string(code);
}

struct Caller::Channel {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<grpc::GenericStub> stub;
};

Caller::Caller(const std::string& address) : channel_(std::make_unique<Channel>()) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  channel_->channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  channel_->stub = std::make_unique<grpc::GenericStub>(channel_->channel);
}

Caller::~Caller() = default;

std::shared_ptr<Message> Caller::new_request(const std::string& method) {
  return std::shared_ptr<Message>(
      MessageFactory::generated_factory()->GetPrototype(find_method(method).request)->New());
}

CallResult Caller::call(const std::string& name, const Message& request, std::chrono::milliseconds timeout) const {
  const Method method = find_method(name);
  grpc::ClientContext context;
  context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(timeout.count(), GPR_TIMESPAN)));
  context.set_wait_for_ready(true);  // a busy machine may take its time to connect; no call is lost to that
  grpc::CompletionQueue queue;
  auto rpc = channel_->stub->PrepareUnaryCall(&context, method.path, to_buffer(request), &queue);
  rpc->StartCall();
  grpc::ByteBuffer bytes;
  grpc::Status status;
  int unused = 0;
  rpc->Finish(&bytes, &status, &unused);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }

  CallResult result;
  result.code = status.error_code();
  result.message = status.error_message();
  if (!status.ok()) {
    read_details(status.error_details(), result);
    return result;
  }
  result.response.reset(MessageFactory::generated_factory()->GetPrototype(method.response)->New());
  if (!parse(*result.response, bytes)) throw std::runtime_error(name + ": the response cannot be parsed");
  return result;
}

bool Caller::wait_until_ready(std::chrono::milliseconds timeout) const {
  const auto deadline = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(timeout.count(), GPR_TIMESPAN));
  return channel_->channel->WaitForConnected(deadline);
}

}  // namespace conformance
