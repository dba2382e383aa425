// What a client does to a run from outside: signal, request cancellation, terminate, reset stickiness.
#include <utility>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/core/validation.h"
#include "timeskip/src/engine/rpc/requests.h"
#include "timeskip/src/engine/run/lifecycle.h"
#include "timeskip/src/engine/run/signal.h"
#include "timeskip/src/engine/run/workflow_task.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::workflowservice::v1;

constexpr std::size_t kMaxSignals = 10000;

const std::string kDefaultTerminateReason = "terminated by user via frontend";
const std::string kDefaultTerminateIdentity = "frontend-service";

RpcStatus already_completed() { return errors::not_found("workflow execution already completed"); }

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

RpcStatus not_of_chain(const Execution& execution) {
  return errors::not_found("workflow not found for ID: " + execution.workflow_id +
                           " with the given first execution run id");
}

}  // namespace

std::optional<RpcStatus> signal_refusal(const Execution& execution) {
  if (!execution.is_running()) return already_completed();
  if (execution.close_attempted && execution.task.state == WorkflowTask::State::kStarted) {
    return errors::busy_workflow("workflow operation can not be applied because workflow is closing");
  }
  if (execution.signal_count >= kMaxSignals) {
    return errors::invalid_argument("exceeded workflow execution limit for signal events");
  }
  return std::nullopt;
}

bool add_signal(Engine& engine, Execution& execution, const Signal& signal) {
  if (!signal.request_id.empty() && !execution.signal_request_ids.insert(signal.request_id).second) return false;
  auto& event = execution.history.add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, engine.now());
  auto& attributes = *event.mutable_workflow_execution_signaled_event_attributes();
  attributes.set_signal_name(signal.name);
  attributes.set_identity(signal.identity);
  attributes.set_request_id(signal.request_id);
  if (signal.input != nullptr) *attributes.mutable_input() = std::move(*signal.input);
  if (signal.header != nullptr) *attributes.mutable_header() = *signal.header;
  if (signal.links != nullptr) *event.mutable_links() = *signal.links;
  ++execution.signal_count;
  execution.needs_task = true;
  engine.touch(execution);
  return true;
}

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
  if (!is_of_chain(execution, request.first_execution_run_id())) return not_of_chain(execution);
  if (execution.cancel_requested) return errors::ok();
  execution.cancel_requested = true;
  auto& event = execution.history.add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED, engine.now());
  auto& attributes = *event.mutable_workflow_execution_cancel_requested_event_attributes();
  *event.mutable_links() = request.links();
  attributes.set_cause(request.reason());
  attributes.set_identity(request.identity());
  execution.needs_task = true;
  execution.in_first_backoff = false;  // unlike a signal, a cancel request does not wait for a delayed start
  engine.touch(execution);
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
  if (!found.value->is_running()) return already_completed();
  if (!is_of_chain(*found.value, request.first_execution_run_id())) return not_of_chain(*found.value);
  const std::string& reason = request.reason().empty() ? kDefaultTerminateReason : request.reason();
  const std::string& identity = request.identity().empty() ? kDefaultTerminateIdentity : request.identity();
  auto& event =
      terminate_run(engine, *found.value, reason, request.has_details() ? &request.details() : nullptr, identity);
  *event.mutable_links() = request.links();
  return errors::ok();
}

Answer reset_sticky_task_queue(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::ResetStickyTaskQueueRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  const Found<Execution> found = require_execution(engine, *owner.value, request.execution());
  if (found.value == nullptr) return found.error;
  if (!found.value->is_running()) return already_completed();
  clear_stickiness(*found.value);
  return errors::ok();
}

}  // namespace temporalio::timeskip
