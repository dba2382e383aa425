// What handles ask of the service.
#include "temporalio/workflow_handle.h"

#include <algorithm>

#include "sdk/src/client/connection.h"
#include "sdk/src/client/result_wait.h"
#include "sdk/src/client/status_errors.h"
#include "sdk/src/client/workflow_result.h"
#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/rpc/methods.h"
#include "temporal/api/errordetails/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporalio::client {
namespace {

namespace ws = temporal::api::workflowservice::v1;

constexpr Duration kQueryTimeout = std::chrono::seconds(30);

void set_execution(temporal::api::common::v1::WorkflowExecution& execution, const std::string& id,
                   const std::string& run_id) {
  execution.set_workflow_id(id);
  execution.set_run_id(run_id);
}

}  // namespace

UntypedWorkflowHandle::UntypedWorkflowHandle(std::shared_ptr<Connection> connection, std::string id, std::string run_id,
                                             std::string first_execution_run_id)
    : connection_(std::move(connection)),
      id_(std::move(id)),
      run_id_(std::move(run_id)),
      first_execution_run_id_(std::move(first_execution_run_id)) {}

std::vector<Payload> UntypedWorkflowHandle::result_payloads(ResultOptions options) const {
  connection_->check_may_wait("result");
  const ResultWait wait(connection_->options());
  return wait_for_result(*connection_, id_, result_run_id(), options.follow_runs, options.timeout);
}

void UntypedWorkflowHandle::cancel() const {
  ws::RequestCancelWorkflowExecutionRequest request;
  ws::RequestCancelWorkflowExecutionResponse response;
  request.set_namespace_(connection_->namespace_());
  set_execution(*request.mutable_workflow_execution(), id_, run_id_);
  request.set_first_execution_run_id(first_execution_run_id_);
  request.set_identity(connection_->identity());
  request.set_request_id(connection_->new_id());
  connection_->call("cancel", rpc::kRequestCancelWorkflowExecution, request, response);
}

void UntypedWorkflowHandle::terminate(std::string_view reason, std::span<const Payload> details) const {
  ws::TerminateWorkflowExecutionRequest request;
  ws::TerminateWorkflowExecutionResponse response;
  request.set_namespace_(connection_->namespace_());
  set_execution(*request.mutable_workflow_execution(), id_, run_id_);
  request.set_first_execution_run_id(first_execution_run_id_);
  request.set_identity(connection_->identity());
  request.set_reason(std::string(reason));
  for (const Payload& detail : details) payload::append_payload(*request.mutable_details(), Payload(detail));
  connection_->call("terminate", rpc::kTerminateWorkflowExecution, request, response);
}

void UntypedWorkflowHandle::signal_payloads(std::string_view name, std::vector<Payload> arguments) const {
  ws::SignalWorkflowExecutionRequest request;
  ws::SignalWorkflowExecutionResponse response;
  request.set_namespace_(connection_->namespace_());
  set_execution(*request.mutable_workflow_execution(), id_, run_id_);
  request.set_signal_name(std::string(name));
  if (!arguments.empty()) payload::append_payloads(*request.mutable_input(), std::move(arguments));
  request.set_identity(connection_->identity());
  request.set_request_id(connection_->new_id());
  connection_->call("signal", rpc::kSignalWorkflowExecution, request, response);
}

std::vector<Payload> UntypedWorkflowHandle::query_payloads(std::string_view name, std::vector<Payload> arguments,
                                                           QueryOptions options) const {
  ws::QueryWorkflowRequest request;
  ws::QueryWorkflowResponse response;
  request.set_namespace_(connection_->namespace_());
  set_execution(*request.mutable_execution(), id_, run_id_);
  request.mutable_query()->set_query_type(std::string(name));
  if (!arguments.empty()) {
    payload::append_payloads(*request.mutable_query()->mutable_query_args(), std::move(arguments));
  }
  request.set_query_reject_condition(
      static_cast<temporal::api::enums::v1::QueryRejectCondition>(options.reject_condition));
  rpc::CallOptions call;
  // Also in process, where no transport sets a limit: without a worker nobody ever answers.
  call.timeout = options.rpc_timeout > Duration::zero() ? options.rpc_timeout : kQueryTimeout;
  const rpc::Status status = connection_->try_wait("query", id_, rpc::kQueryWorkflow, request, response, call);
  temporal::api::errordetails::v1::QueryFailedFailure failed;
  if (!status.is_ok() && find_detail(status, failed)) {
    throw WorkflowQueryFailedError(status.message,
                                   failed.has_failure() ? payload::from_proto(failed.failure()) : FailurePtr());
  }
  if (!status.is_ok()) throw_status(status);
  if (response.has_query_rejected())
    throw WorkflowQueryRejectedError(static_cast<WorkflowExecutionStatus>(response.query_rejected().status()));
  return payload::from_proto(response.query_result());
}

WorkflowExecutionDescription UntypedWorkflowHandle::describe() const {
  ws::DescribeWorkflowExecutionRequest request;
  ws::DescribeWorkflowExecutionResponse response;
  request.set_namespace_(connection_->namespace_());
  set_execution(*request.mutable_execution(), id_, run_id_);
  connection_->call("describe", rpc::kDescribeWorkflowExecution, request, response);
  const auto& info = response.workflow_execution_info();
  WorkflowExecutionDescription description;
  description.id = info.execution().workflow_id();
  description.run_id = info.execution().run_id();
  description.workflow_type = info.type().name();
  description.task_queue = info.task_queue();
  description.status = static_cast<WorkflowExecutionStatus>(info.status());
  description.start_time = payload::from_proto(info.start_time());
  if (info.has_execution_time()) description.execution_time = payload::from_proto(info.execution_time());
  if (info.has_close_time()) description.close_time = payload::from_proto(info.close_time());
  description.history_length = info.history_length();
  description.parent_id = info.parent_execution().workflow_id();
  description.parent_run_id = info.parent_execution().run_id();
  return description;
}

WorkflowHistory UntypedWorkflowHandle::fetch_history() const {
  auto history = std::make_shared<temporal::api::history::v1::History>();
  std::string run_id = run_id_.empty() ? describe().run_id : run_id_;  // all pages of one run, even if it continues
  std::string next_page_token;
  do {
    ws::GetWorkflowExecutionHistoryRequest request;
    ws::GetWorkflowExecutionHistoryResponse response;
    request.set_namespace_(connection_->namespace_());
    set_execution(*request.mutable_execution(), id_, run_id);
    request.set_next_page_token(next_page_token);
    connection_->call("fetch_history", rpc::kGetWorkflowExecutionHistory, request, response);
    for (auto& event : *response.mutable_history()->mutable_events()) *history->add_events() = std::move(event);
    next_page_token = response.next_page_token();
  } while (!next_page_token.empty());
  return WorkflowHistory(id_, std::move(run_id), std::move(history));
}

}  // namespace temporalio::client
