// What a client does to a run from outside: signal, request cancellation, terminate, reset stickiness.
#include <utility>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"
#include "timeskip/src/engine/run/cancel.h"
#include "timeskip/src/engine/run/lifecycle.h"
#include "timeskip/src/engine/run/signal.h"
#include "timeskip/src/engine/run/workflow_task.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::workflowservice::v1;

const std::string kDefaultTerminateReason = "terminated by user via frontend";
const std::string kDefaultTerminateIdentity = "frontend-service";

// The run that is asked for; with `first_run_id` the current one, whichever run id is given.
Found<Execution> require_run(Engine& engine, const Namespace& owner, const commonpb::WorkflowExecution& asked,
                             const std::string& first_run_id) {
  if (first_run_id.empty()) return require_execution(engine, owner, asked);
  if (!is_uuid(first_run_id)) return {nullptr, errors::invalid_argument("Invalid FirstExecutionRunId.")};
  Found<Execution> found = require_execution(engine, owner, asked);
  if (found.error.code == errors::kInvalidArgument) return found;
  commonpb::WorkflowExecution current;
  current.set_workflow_id(asked.workflow_id());
  return require_execution(engine, owner, current);
}

// Whether the run belongs to the chain that began with `first_run_id`, if that is given.
bool is_of_chain(const Execution& execution, const std::string& first_run_id) {
  return first_run_id.empty() || execution.first_run_id == first_run_id;
}

RpcStatus not_of_chain() { return errors::not_found("workflow execution not found"); }

Answer signal_workflow_execution(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::SignalWorkflowExecutionRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (std::string fault = id_fault("SignalName", request.signal_name()); !fault.empty()) {
    return errors::invalid_argument(fault);
  }
  if (request.request_id().size() > kMaxIdLength) return errors::invalid_argument("RequestId length exceeds limit.");
  if (std::string fault = links_fault(request.links()); !fault.empty()) return errors::invalid_argument(fault);
  if (std::string fault = blob_fault(request.input()); !fault.empty()) return errors::invalid_argument(fault);
  const Found<Execution> found = require_execution(engine, *owner.value, request.workflow_execution());
  if (found.value == nullptr) return found.error;
  if (auto refusal = signal_refusal(*found.value)) return refusal;
  const bool is_buffered = found.value->task.state == WorkflowTask::State::kStarted;
  if (const auto reason = enforce_history_limits(engine, *found.value, is_buffered ? 0 : 1)) {
    return errors::invalid_argument(*reason);
  }
  Signal signal;
  signal.name = request.signal_name();
  signal.identity = request.identity();
  signal.request_id = request.request_id();
  signal.links = &request.links();
  if (request.has_input()) signal.input = request.mutable_input();
  if (request.has_header()) signal.header = &request.header();
  add_signal(engine, *found.value, signal);
  return errors::ok();
}

Answer request_cancel_workflow_execution(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::RequestCancelWorkflowExecutionRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (std::string fault = links_fault(request.links()); !fault.empty()) return errors::invalid_argument(fault);
  const Found<Execution> found =
      require_run(engine, *owner.value, request.workflow_execution(), request.first_execution_run_id());
  if (found.value == nullptr) return found.error;
  Execution& execution = *found.value;
  if (!execution.is_running()) return errors::ok();
  if (!is_of_chain(execution, request.first_execution_run_id())) return not_of_chain();
  CancelRequest cancel;
  cancel.reason = request.reason();
  cancel.identity = request.identity();
  cancel.links = &request.links();
  add_cancel_request(engine, execution, cancel);
  return errors::ok();
}

Answer terminate_workflow_execution(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::TerminateWorkflowExecutionRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (std::string fault = links_fault(request.links()); !fault.empty()) return errors::invalid_argument(fault);
  const Found<Execution> found =
      require_run(engine, *owner.value, request.workflow_execution(), request.first_execution_run_id());
  if (found.value == nullptr) return found.error;
  if (!found.value->is_running()) return errors::already_completed();
  if (!is_of_chain(*found.value, request.first_execution_run_id())) return not_of_chain();
  const std::string& reason = request.reason().empty() ? kDefaultTerminateReason : request.reason();
  const std::string& identity = request.identity().empty() ? kDefaultTerminateIdentity : request.identity();
  auto& event =
      terminate_run(engine, *found.value, reason, request.has_details() ? &request.details() : nullptr, identity);
  *event.mutable_links() = request.links();
  return errors::ok();
}

// A running workflow is terminated first; its parent is told.
Answer delete_workflow_execution(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::DeleteWorkflowExecutionRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  const Found<Execution> found = require_execution(engine, *owner.value, request.workflow_execution());
  if (found.value == nullptr) return found.error;
  if (found.value->is_running()) {
    terminate_run(engine, *found.value, "Delete workflow execution", nullptr, kServerIdentity);
  }
  engine.after_commit([&engine, number = found.value->number] {
    if (Execution* run = find_run(engine, number)) remove_run(engine, *run);
  });
  return errors::ok();
}

Answer reset_sticky_task_queue(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::ResetStickyTaskQueueRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  const Found<Execution> found = require_execution(engine, *owner.value, request.execution());
  if (found.value == nullptr) return found.error;
  if (!found.value->is_running()) return errors::already_completed();
  clear_stickiness(*found.value);
  return errors::ok();
}

}  // namespace

std::span<const Method> workflow_control_methods() {
  static const Method kMethods[] = {
      TIMESKIP_WORKFLOW_METHOD(SignalWorkflowExecution, signal_workflow_execution),
      TIMESKIP_WORKFLOW_METHOD(RequestCancelWorkflowExecution, request_cancel_workflow_execution),
      TIMESKIP_WORKFLOW_METHOD(TerminateWorkflowExecution, terminate_workflow_execution),
      TIMESKIP_WORKFLOW_METHOD(DeleteWorkflowExecution, delete_workflow_execution),
      TIMESKIP_WORKFLOW_METHOD(ResetStickyTaskQueue, reset_sticky_task_queue),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
