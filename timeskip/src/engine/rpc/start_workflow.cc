// StartWorkflowExecution and SignalWithStartWorkflowExecution: what an open or closed run of the same id means for a
// new one.
#include "timeskip/src/engine/rpc/start_workflow.h"

#include <algorithm>
#include <string>
#include <utility>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/core/priority.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/core/retry_policy.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"
#include "timeskip/src/engine/rpc/poll.h"
#include "timeskip/src/engine/run/lifecycle.h"
#include "timeskip/src/engine/run/signal.h"
#include "timeskip/src/engine/run/start_policy.h"
#include "timeskip/src/engine/run/workflow_task.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::workflowservice::v1;

std::string timeout_fault(const char* name, const google::protobuf::Duration& value) {
  const std::string fault = duration_fault(value);
  return fault.empty() ? fault : std::string("An invalid ") + name + " is set on request. cause: " + fault;
}

// The checks that both requests share; empty when all is well.
template <class Request>
std::string request_fault(const Request& request) {
  if (request.request_id().size() > kMaxIdLength) return "RequestId length exceeds limit.";
  if (std::string fault = id_fault("WorkflowId", request.workflow_id()); !fault.empty()) return fault;
  if (std::string fault = id_fault("WorkflowType", request.workflow_type().name()); !fault.empty()) return fault;
  if (std::string fault = task_queue_fault(request.task_queue().name()); !fault.empty()) return fault;
  if (request.identity().size() > kMaxIdLength) return "Identity length exceeds limit.";
  if (request.has_retry_policy()) {
    if (std::string fault = retry_policy_fault(request.retry_policy()); !fault.empty()) return fault;
  }
  for (const auto& [name, value] : {std::pair<const char*, const google::protobuf::Duration&>{
                                        "WorkflowExecutionTimeoutSeconds", request.workflow_execution_timeout()},
                                    {"WorkflowRunTimeoutSeconds", request.workflow_run_timeout()},
                                    {"WorkflowTaskTimeoutSeconds", request.workflow_task_timeout()},
                                    {"WorkflowStartDelay", request.workflow_start_delay()}}) {
    if (std::string fault = timeout_fault(name, value); !fault.empty()) return fault;
  }
  if (!request.cron_schedule().empty() && request.has_workflow_start_delay()) {
    return "CronSchedule and WorkflowStartDelay may not be used together.";
  }
  if (request.user_metadata().summary().ByteSizeLong() > kMaxSummaryBytes) return "UserMetadata summary is too long.";
  if (request.user_metadata().details().ByteSizeLong() > kMaxDetailsBytes) return "UserMetadata details are too long.";
  if (std::string fault = links_fault(request.links()); !fault.empty()) return fault;
  if (std::string fault = blob_fault(request.input()); !fault.empty()) return fault;
  return memo_fault(request.memo());
}

template <class Request>
std::optional<RpcStatus> unsupported(const Request& request) {
  if (request.has_time_skipping_config()) {
    return errors::unimplemented("The Time-Skipping feature is not enabled for namespace " + request.namespace_() +
                                 ": this server skips time through TestService.");
  }
  if (!request.cron_schedule().empty()) {
    return errors::unimplemented("This server does not support cron_schedule yet.");
  }
  if (request.has_versioning_override()) {
    return errors::unimplemented("This server does not support versioning_override yet.");
  }
  if constexpr (requires { request.completion_callbacks(); }) {
    if (!request.completion_callbacks().empty()) {
      return errors::unimplemented("This server does not support completion_callbacks yet.");
    }
  }
  return std::nullopt;
}

template <class Request>
std::string search_attributes_fault(const Namespace& owner, Request& request) {
  if (!request.has_search_attributes()) return {};
  std::string fault = prepare_search_attributes(owner, *request.mutable_search_attributes());
  return fault.empty() ? search_attributes_size_fault(request.search_attributes()) : fault;
}

template <class Request>
NewRun new_run(Engine& engine, Request& request) {
  NewRun run;
  run.workflow_id = request.workflow_id();
  run.run_id = engine.ids.uuid();
  run.request_id = request.request_id().empty() ? engine.ids.uuid() : request.request_id();
  run.backoff = to_duration(request.workflow_start_delay());
  if (request.has_user_metadata()) run.user_metadata = &request.user_metadata();
  run.links = &request.links();
  auto& attributes = run.attributes;
  *attributes.mutable_workflow_type() = request.workflow_type();
  *attributes.mutable_task_queue() = request.task_queue();
  attributes.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  if (request.has_input()) *attributes.mutable_input() = std::move(*request.mutable_input());
  if (request.has_workflow_execution_timeout()) {
    *attributes.mutable_workflow_execution_timeout() = request.workflow_execution_timeout();
  }
  if (request.has_workflow_run_timeout()) {
    *attributes.mutable_workflow_run_timeout() = request.workflow_run_timeout();
  }
  *attributes.mutable_workflow_task_timeout() = request.workflow_task_timeout();
  attributes.set_identity(request.identity());
  if (request.has_retry_policy()) {
    *attributes.mutable_retry_policy() = request.retry_policy();
    complete_retry_policy(*attributes.mutable_retry_policy());
  }
  if (request.has_memo()) *attributes.mutable_memo() = request.memo();
  if (request.has_search_attributes()) *attributes.mutable_search_attributes() = request.search_attributes();
  if (request.has_header()) *attributes.mutable_header() = std::move(*request.mutable_header());
  if (request.has_priority()) *attributes.mutable_priority() = request.priority();
  return run;
}

// The newest run, if an earlier request of this id, which met it running, has attached its id to it.
const Execution* run_with_attached(Engine& engine, const Namespace& owner, const std::string& workflow_id,
                                   const std::string& request_id) {
  const Execution* last = find_run(engine, owner, workflow_id, {});
  return last != nullptr && last->attached_request_ids.count(request_id) != 0 ? last : nullptr;
}

// Nothing but the first workflow task's start has happened yet.
bool has_first_task_started(const Execution& run) {
  return run.is_running() && run.task.state == WorkflowTask::State::kStarted && run.task.started_event_id == 3 &&
         run.task.attempt == 1;
}

void describe_started_link(const Execution& run, commonpb::Link* link) {
  auto& event = *link->mutable_workflow_event();
  event.set_namespace_(run.owner->name);
  event.set_workflow_id(run.workflow_id);
  event.set_run_id(run.run_id);
  event.mutable_event_ref()->set_event_id(1);
  event.mutable_event_ref()->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
}

void fill_response(const Execution& run, bool started, svc::StartWorkflowExecutionResponse& response) {
  response.set_run_id(run.run_id);
  response.set_first_execution_run_id(run.first_run_id);
  response.set_started(started);
  response.set_status(run.status);
  describe_started_link(run, response.mutable_link());
}

}  // namespace

Answer start_workflow_execution(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::StartWorkflowExecutionRequest>();
  auto& response = call.response_as<svc::StartWorkflowExecutionResponse>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (auto refusal = unsupported(request)) return refusal;
  if (std::string fault = request_fault(request); !fault.empty()) return errors::invalid_argument(fault);
  if (std::string fault = priority_fault(request.priority()); !fault.empty()) return errors::invalid_argument(fault);
  if (std::string fault = search_attributes_fault(*owner.value, request); !fault.empty()) {
    return errors::invalid_argument(fault);
  }
  const IdPolicies policies =
      resolve_policies(request.workflow_id_reuse_policy(), request.workflow_id_conflict_policy(),
                       enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL);
  if (!policies.fault.empty()) return errors::invalid_argument(policies.fault);
  const auto& on_conflict = request.on_conflict_options();
  if (on_conflict.attach_completion_callbacks() && !on_conflict.attach_request_id()) {
    return errors::invalid_argument("attach_completion_callbacks needs attach_request_id.");
  }
  const auto* attached = run_with_attached(engine, *owner.value, request.workflow_id(), request.request_id());
  if (attached != nullptr) {
    fill_response(*attached, false, response);
    return errors::ok();
  }
  const IdDecision decision = decide_id(engine, *owner.value, request.workflow_id(), request.request_id(), policies);
  if (decision.refusal.has_value()) return decision.refusal;
  if (decision.same != nullptr) {
    fill_response(*decision.same, true, response);
    // The answer that carried the eager task was lost: the task comes again while it is still the one that is started.
    if (request.request_eager_execution() && has_first_task_started(*decision.same)) {
      fill_workflow_task(engine, *decision.same, false, *response.mutable_eager_workflow_task());
    }
    return errors::ok();
  }
  if (decision.open != nullptr && policies.conflict == enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING) {
    Execution& open = *decision.open;
    if (on_conflict.attach_request_id() && open.attached_request_ids.insert(request.request_id()).second) {
      auto& event = open.history.add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED, engine.now());
      event.set_worker_may_ignore(true);
      if (on_conflict.attach_links()) *event.mutable_links() = request.links();
      auto& attributes = *event.mutable_workflow_execution_options_updated_event_attributes();
      attributes.set_attached_request_id(request.request_id());
      engine.touch(open);
    }
    fill_response(open, false, response);
    return errors::ok();
  }
  NewRun run = new_run(engine, request);
  if (decision.open != nullptr) terminate_existing(engine, *decision.open, run.run_id);
  const bool is_eager = request.request_eager_execution() && run.backoff == Duration(0);
  run.attributes.set_eager_execution_accepted(is_eager);
  const std::string request_id = run.request_id;
  Execution& execution = start_run(engine, *owner.value, run);
  fill_response(execution, true, response);
  if (is_eager) {
    schedule_workflow_task(engine, execution, std::nullopt, false);
    start_workflow_task(engine, execution, {request.identity(), request_id, std::nullopt, true});
    fill_workflow_task(engine, execution, false, *response.mutable_eager_workflow_task());
  }
  return errors::ok();
}

namespace {

Answer signal_with_start_workflow_execution(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::SignalWithStartWorkflowExecutionRequest>();
  auto& response = call.response_as<svc::SignalWithStartWorkflowExecutionResponse>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (auto refusal = unsupported(request)) return refusal;
  if (std::string fault = request_fault(request); !fault.empty()) return errors::invalid_argument(fault);
  if (std::string fault = search_attributes_fault(*owner.value, request); !fault.empty()) {
    return errors::invalid_argument(fault);
  }
  if (std::string fault = id_fault("SignalName", request.signal_name()); !fault.empty()) {
    return errors::invalid_argument(fault);
  }
  if (std::string fault = blob_fault(request.signal_input()); !fault.empty()) return errors::invalid_argument(fault);
  if (request.workflow_id_conflict_policy() == enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL) {
    return errors::invalid_argument(
        "Invalid WorkflowIDConflictPolicy: WORKFLOW_ID_CONFLICT_POLICY_FAIL is not supported for this operation.");
  }
  const IdPolicies policies =
      resolve_policies(request.workflow_id_reuse_policy(), request.workflow_id_conflict_policy(),
                       enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  if (!policies.fault.empty()) return errors::invalid_argument(policies.fault);
  const IdDecision decision = decide_id(engine, *owner.value, request.workflow_id(), request.request_id(), policies);
  if (decision.refusal.has_value()) return decision.refusal;
  if (decision.same != nullptr) {
    response.set_run_id(decision.same->run_id);
    response.set_first_execution_run_id(decision.same->first_run_id);
    response.set_started(true);
    return errors::ok();
  }
  Signal signal;
  signal.name = request.signal_name();
  signal.identity = request.identity();
  signal.request_id = request.request_id();
  signal.links = &request.links();
  if (request.has_signal_input()) signal.input = request.mutable_signal_input();
  if (request.has_header()) signal.header = &request.header();
  if (decision.open != nullptr && policies.conflict == enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING) {
    if (auto refusal = signal_refusal(*decision.open)) return refusal;
    if (add_signal(engine, *decision.open, signal)) decision.open->in_first_backoff = false;
    response.set_run_id(decision.open->run_id);
    response.set_first_execution_run_id(decision.open->first_run_id);
    response.set_started(false);
    return errors::ok();
  }
  const commonpb::Header header = request.header();
  if (signal.header != nullptr) signal.header = &header;  // the start takes the request's own away
  NewRun run = new_run(engine, request);
  if (decision.open != nullptr) terminate_existing(engine, *decision.open, run.run_id);
  const Execution& started =
      start_run(engine, *owner.value, run, [&](Execution& execution) { add_signal(engine, execution, signal); });
  response.set_run_id(started.run_id);
  response.set_first_execution_run_id(started.first_run_id);
  response.set_started(true);
  return errors::ok();
}

}  // namespace

std::span<const Method> start_workflow_methods() {
  static const Method kMethods[] = {
      TIMESKIP_WORKFLOW_METHOD(StartWorkflowExecution, start_workflow_execution),
      TIMESKIP_WORKFLOW_METHOD(SignalWithStartWorkflowExecution, signal_with_start_workflow_execution),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
