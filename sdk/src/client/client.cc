// Connecting, and starting workflows.
#include "temporalio/client.h"

#include <stdexcept>
#include <type_traits>

#include "sdk/src/client/connection.h"
#include "sdk/src/client/status_errors.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/rpc/grpc_service.h"
#include "sdk/src/rpc/methods.h"
#include "sdk/src/rpc/retry_service.h"
#include "temporal/api/errordetails/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporalio::client {
namespace {

namespace ws = temporal::api::workflowservice::v1;

constexpr const char* kClientName = "temporal-cpp";
constexpr const char* kClientVersion = TEMPORALIO_VERSION;

bool is(const rpc::Status& status, RPCStatusCode code) { return status.code == static_cast<int>(code); }

// Asks the service what it is; says clearly when nothing answers.
void greet(Connection& connection, const std::string& target, Duration timeout) {
  ws::GetSystemInfoRequest request;
  ws::GetSystemInfoResponse response;
  rpc::CallOptions options;
  options.timeout = timeout;
  const rpc::Status status = connection.try_call("Client::connect", rpc::kGetSystemInfo, request, response, options);
  if (status.is_ok() || is(status, RPCStatusCode::unimplemented)) return;  // an old service does not know the question
  const bool is_answer = !is(status, RPCStatusCode::unavailable) && !is(status, RPCStatusCode::deadline_exceeded);
  throw_status(status, (is_answer ? "the service at " + target + " refuses the connection: "
                                  : "no Temporal service answers at " + target + ": "));
}

void check_options(const StartWorkflowOptions& options) {
  if (options.id.empty()) throw std::invalid_argument("start_workflow needs an id: {.id = ..., .task_queue = ...}");
  if (options.task_queue.empty()) {
    throw std::invalid_argument("start_workflow needs a task queue: {.id = ..., .task_queue = ...}");
  }
}

// Fills what StartWorkflowExecutionRequest and SignalWithStartWorkflowExecutionRequest have in common.
template <class Request>
void fill(Request& request, Connection& connection, std::string_view type, std::vector<Payload>&& arguments,
          const StartWorkflowOptions& options) {
  request.set_namespace_(connection.namespace_());
  request.set_identity(connection.identity());
  request.set_request_id(connection.new_id());
  request.set_workflow_id(std::string(options.id));
  request.mutable_workflow_type()->set_name(std::string(type));
  request.mutable_task_queue()->set_name(std::string(options.task_queue));
  if (!arguments.empty()) payload::append_payloads(*request.mutable_input(), std::move(arguments));
  if (options.execution_timeout) {
    payload::to_proto(*options.execution_timeout, *request.mutable_workflow_execution_timeout());
  }
  if (options.run_timeout) payload::to_proto(*options.run_timeout, *request.mutable_workflow_run_timeout());
  if (options.task_timeout) payload::to_proto(*options.task_timeout, *request.mutable_workflow_task_timeout());
  if (options.start_delay) payload::to_proto(*options.start_delay, *request.mutable_workflow_start_delay());
  if (options.retry_policy) payload::to_proto(*options.retry_policy, *request.mutable_retry_policy());
  request.set_cron_schedule(std::string(options.cron_schedule));
  request.set_workflow_id_reuse_policy(
      static_cast<temporal::api::enums::v1::WorkflowIdReusePolicy>(options.id_reuse_policy));
  request.set_workflow_id_conflict_policy(
      static_cast<temporal::api::enums::v1::WorkflowIdConflictPolicy>(options.id_conflict_policy));
}

// Sends the request; returns the run id.
template <class Request, class Response>
std::string send(Connection& connection, const char* method, Request& request, Duration timeout) {
  const std::string id = request.workflow_id();
  const std::string type = request.workflow_type().name();
  Response response;
  rpc::CallOptions options;
  options.timeout = timeout;
  const rpc::Status status = connection.try_call("start_workflow", method, request, response, options);
  if (status.is_ok()) {
    if (connection.options().observer) connection.options().observer->on_started(id);
    return response.run_id();
  }
  temporal::api::errordetails::v1::WorkflowExecutionAlreadyStartedFailure already;
  if (is(status, RPCStatusCode::already_exists) && find_detail(status, already)) {
    throw WorkflowAlreadyStartedError(id, type, already.run_id());
  }
  throw_status(status);
}

// What travels with every call, and how the connection is secured.
rpc::GrpcOptions transport_options(const ConnectOptions& options) {
  rpc::GrpcOptions grpc;
  grpc.metadata = {{"client-name", kClientName}, {"client-version", kClientVersion}};
  // For proxies; the requests name the namespace themselves, in any characters.
  if (rpc::is_metadata_value(options.namespace_)) {
    grpc.metadata.emplace_back("temporal-namespace", std::string(options.namespace_));
  }
  bool has_authorization = false;
  for (const auto& [key, value] : options.rpc_metadata) {
    grpc.metadata.emplace_back(key, value);
    has_authorization = has_authorization || key == "authorization";
  }
  if (!options.api_key.empty() && !has_authorization) {
    grpc.metadata.emplace_back("authorization", "Bearer " + std::string(options.api_key));
  }
  if (options.tls || !options.api_key.empty()) {
    const TLSConfig tls = options.tls.value_or(TLSConfig());
    grpc.tls.emplace();
    grpc.tls->root_certificates = tls.server_root_ca_cert;
    grpc.tls->domain = tls.domain;
    grpc.tls->client_certificate = tls.client_cert;
    grpc.tls->client_private_key = tls.client_private_key;
  }
  return grpc;
}

}  // namespace

Client::Client(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

Client Client::connect(std::string_view target, const ConnectOptions& options) {
  const std::string address(target);
  auto loop = std::make_shared<base::Loop>(base::LoopOptions{.grace = Duration::zero()});
  rpc::RetryOptions retry;
  retry.max_elapsed = options.connect_timeout;
  retry.max_attempts = 1000;  // only time limits the tries to connect

  const auto transport = rpc::make_grpc_service(address, loop, transport_options(options));
  ConnectionOptions made;
  made.loop = loop;
  made.namespace_ = options.namespace_;
  made.identity = options.identity;
  {
    ConnectionOptions probe = made;
    probe.service = rpc::make_retry_service(transport, loop, retry, base::random_seed());
    Connection connection(std::move(probe));
    greet(connection, address, options.connect_timeout);
  }
  made.service = rpc::make_retry_service(transport, loop, rpc::RetryOptions(), base::random_seed());
  return Client(std::make_shared<Connection>(std::move(made)));
}

UntypedWorkflowHandle Client::start_payloads(std::string_view workflow_type, std::vector<Payload> arguments,
                                             const StartWorkflowOptions& options) const {
  check_options(options);
  std::string run_id;
  if (options.start_signal.empty()) {
    ws::StartWorkflowExecutionRequest request;
    fill(request, *connection_, workflow_type, std::move(arguments), options);
    run_id = send<ws::StartWorkflowExecutionRequest, ws::StartWorkflowExecutionResponse>(
        *connection_, rpc::kStartWorkflowExecution, request, options.rpc_timeout);
  } else {
    ws::SignalWithStartWorkflowExecutionRequest request;
    fill(request, *connection_, workflow_type, std::move(arguments), options);
    request.set_signal_name(std::string(options.start_signal));
    for (const Payload& argument : options.start_signal_args) {
      payload::append_payload(*request.mutable_signal_input(), Payload(argument));
    }
    run_id = send<ws::SignalWithStartWorkflowExecutionRequest, ws::SignalWithStartWorkflowExecutionResponse>(
        *connection_, rpc::kSignalWithStartWorkflowExecution, request, options.rpc_timeout);
  }
  return UntypedWorkflowHandle(connection_, std::string(options.id), std::string(), std::move(run_id));
}

const std::string& Client::namespace_() const { return connection_->namespace_(); }
const std::string& Client::identity() const { return connection_->identity(); }

}  // namespace temporalio::client
