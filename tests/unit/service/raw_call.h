// A unary call by hand for the tests of the server: the method by its path, any message types, no stubs.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <chrono>
#include <memory>
#include <string>

namespace temporalio::timeskip {

inline constexpr const char* kWorkflowService = "/temporal.api.workflowservice.v1.WorkflowService/";
inline constexpr const char* kTestService = "/temporal.api.testservice.v1.TestService/";

// A connection of its own for each channel, so that a closed one is not shared with the next test.
inline std::shared_ptr<grpc::Channel> connect_to(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

inline grpc::Status call(grpc::Channel& channel, const std::string& method, const google::protobuf::Message& request,
                         google::protobuf::Message& response, grpc::ClientContext& context) {
  const grpc::internal::RpcMethod rpc(method.c_str(), grpc::internal::RpcMethod::NORMAL_RPC);
  return grpc::internal::BlockingUnaryCall<google::protobuf::Message, google::protobuf::Message>(
      &channel, rpc, &context, request, &response);
}

inline grpc::Status call(grpc::Channel& channel, const std::string& method, const google::protobuf::Message& request,
                         google::protobuf::Message& response) {
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  return call(channel, method, request, response, context);
}

}  // namespace temporalio::timeskip
