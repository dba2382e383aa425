// UpdateWorkflowExecution, PollWorkflowExecutionUpdate, and ExecuteMultiOperation, which is update-with-start.
#include "timeskip/src/engine/run/update.h"

#include <memory>
#include <string>
#include <utility>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"
#include "timeskip/src/engine/rpc/start_workflow.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::workflowservice::v1;

// After so long a client is told how far the update has come, and asks again.
constexpr Duration kStageWait = std::chrono::seconds(20);

// The text of what is wrong with an update's request, apart from the run it is for; empty when all is well. Fills in
// what the client left out.
std::string prepare_update(Engine& engine, svc::UpdateWorkflowExecutionRequest& request) {
  if (!request.request().has_meta()) return "Update meta is not set on request.";
  updatepb::Request& update = *request.mutable_request();
  if (update.meta().update_id().size() > kMaxIdLength) return "UpdateId length exceeds limit.";
  if (update.meta().update_id().empty()) update.mutable_meta()->set_update_id(engine.ids.uuid());
  if (!update.has_input()) return "Update input is not set on request.";
  if (update.input().name().empty()) return "Update name is not set on request.";
  if (request.wait_policy().lifecycle_stage() == enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_UNSPECIFIED) {
    request.mutable_wait_policy()->set_lifecycle_stage(enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
  }
  return {};
}

std::optional<RpcStatus> stage_refusal(const svc::UpdateWorkflowExecutionRequest& request) {
  if (request.wait_policy().lifecycle_stage() == enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED) {
    return errors::permission_denied("UpdateWorkflowExecution cannot wait for the stage ADMITTED on this namespace.",
                                     {});
  }
  return std::nullopt;
}

void name_update(const Execution& execution, const std::string& update_id, updatepb::UpdateRef& ref) {
  ref.mutable_workflow_execution()->set_workflow_id(execution.workflow_id);
  ref.mutable_workflow_execution()->set_run_id(execution.run_id);
  ref.set_update_id(update_id);
}

template <class Response>
void fill_response(const Execution& execution, const std::string& update_id, UpdateStatus status, Response& response) {
  name_update(execution, update_id, *response.mutable_update_ref());
  response.set_stage(status.stage);
  if (status.outcome.has_value()) *response.mutable_outcome() = std::move(*status.outcome);
}

using Finish = std::function<void(UpdateStatus)>;

// Answers `finish` once the update has come to `stage`, at the latest when the call has waited long. Nothing is called
// when the caller gives up.
void wait_for_stage(Engine& engine, Call& call, Execution& execution, Update& update, UpdateStage stage,
                    const Finish& finish) {
  const auto place = update.waiters.insert(update.waiters.end(), {stage, finish});
  call.unpark = [&update, place] { update.waiters.erase(place); };
  engine.limit_wait(call, kStageWait, [&execution, &update, finish] { finish(status_of(execution, update)); });
  engine.touch(execution);  // it may have come so far already
}

// The existing update of that id, or a new one; null with the reason.
struct Admission {
  Update* update = nullptr;
  RpcStatus refusal;
};

Admission admit(Engine& engine, Execution& execution, const updatepb::Request& request) {
  if (Update* known = find_update(execution, request.meta().update_id())) return {known, {}};
  if (auto refusal = update_refusal(execution, request)) return {nullptr, *refusal};
  return {&admit_update(engine, execution, request), {}};
}

Answer update_workflow_execution(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::UpdateWorkflowExecutionRequest>();
  auto& response = call.response_as<svc::UpdateWorkflowExecutionResponse>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (std::string fault = prepare_update(engine, request); !fault.empty()) return errors::invalid_argument(fault);
  if (auto refusal = stage_refusal(request)) return refusal;
  if (std::string fault = blob_fault(request.request().input().args()); !fault.empty()) {
    return errors::invalid_argument(fault);
  }
  const Found<Execution> found = require_execution(engine, *owner.value, request.workflow_execution());
  if (found.value == nullptr) return found.error;
  Execution& execution = *found.value;
  const std::string& first = request.first_execution_run_id();
  if (!first.empty() && first != execution.first_run_id) {
    return errors::not_found("workflow execution not found for the given first execution run id");
  }
  const Admission admission = admit(engine, execution, request.request());
  if (admission.update == nullptr) return admission.refusal;
  const std::string id = admission.update->id;
  wait_for_stage(engine, call, execution, *admission.update, request.wait_policy().lifecycle_stage(),
                 [&engine, &execution, &call, &response, id](UpdateStatus status) {
                   RpcStatus error = status.error;
                   if (error.code == errors::kOk) fill_response(execution, id, std::move(status), response);
                   engine.answer(call, std::move(error));
                 });
  return kParked;
}

Answer poll_workflow_execution_update(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::PollWorkflowExecutionUpdateRequest>();
  auto& response = call.response_as<svc::PollWorkflowExecutionUpdateResponse>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (!request.has_update_ref()) return errors::invalid_argument("UpdateRef is not set on request.");
  const Found<Execution> found = require_execution(engine, *owner.value, request.update_ref().workflow_execution());
  if (found.value == nullptr) return found.error;
  Execution& execution = *found.value;
  const std::string id = request.update_ref().update_id();
  Update* update = find_update(execution, id);
  if (update == nullptr) return errors::not_found("update \"" + id + "\" not found");
  wait_for_stage(engine, call, execution, *update, request.wait_policy().lifecycle_stage(),
                 [&engine, &execution, &call, &response, id](UpdateStatus status) {
                   RpcStatus error = status.error;
                   if (error.code == errors::kOk) fill_response(execution, id, std::move(status), response);
                   engine.answer(call, std::move(error));
                 });
  return kParked;
}

// ---- Update-with-start ------------------------------------------------------------------------------------------

// The text of what is wrong with the two operations taken together; empty when all is well.
std::string operations_fault(const svc::ExecuteMultiOperationRequest& request) {
  if (request.operations_size() != 2 || !request.operations(0).has_start_workflow() ||
      !request.operations(1).has_update_workflow()) {
    return "Operations have to be exactly [Start, Update].";
  }
  const auto& start = request.operations(0).start_workflow();
  const auto& update = request.operations(1).update_workflow();
  for (const std::string& name : {start.namespace_(), update.namespace_()}) {
    if (!name.empty() && name != request.namespace_()) return "Namespace of an operation is not that of the request.";
  }
  if (start.workflow_id() != update.workflow_execution().workflow_id()) {
    return "WorkflowId is not the same in the operations.";
  }
  return {};
}

std::string start_fault(const svc::StartWorkflowExecutionRequest& start) {
  if (!start.cron_schedule().empty()) return "CronSchedule is not allowed.";
  if (start.request_eager_execution()) return "RequestEagerExecution is not supported.";
  if (start.has_workflow_start_delay()) return "WorkflowStartDelay is not supported.";
  return {};
}

std::string update_fault(const svc::UpdateWorkflowExecutionRequest& update) {
  if (!update.workflow_execution().run_id().empty()) return "RunId is not allowed.";
  if (!update.first_execution_run_id().empty()) return "FirstExecutionRunId is not allowed.";
  return {};
}

RpcStatus start_failed(const RpcStatus& status) {
  return errors::multi_operation_failed(status, {status, errors::multi_operation_aborted()});
}

RpcStatus update_failed(const RpcStatus& status) {
  return errors::multi_operation_failed(status, {errors::multi_operation_aborted(), status});
}

// A closed run that has completed this very update answers it; null otherwise.
Execution* closed_run_with_update(Engine& engine, const Namespace& owner,
                                  const svc::UpdateWorkflowExecutionRequest& update) {
  Execution* last = find_run(engine, owner, update.workflow_execution().workflow_id(), {});
  if (last == nullptr || last->is_running()) return nullptr;
  return find_update(*last, update.request().meta().update_id()) == nullptr ? nullptr : last;
}

void fill_started(const Execution& run, svc::StartWorkflowExecutionResponse& response) {
  response.set_run_id(run.run_id);
  response.set_status(run.status);
}

Answer execute_multi_operation(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::ExecuteMultiOperationRequest>();
  auto& response = call.response_as<svc::ExecuteMultiOperationResponse>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (std::string fault = operations_fault(request); !fault.empty()) return errors::invalid_argument(fault);
  auto& start = *request.mutable_operations(0)->mutable_start_workflow();
  auto& update = *request.mutable_operations(1)->mutable_update_workflow();
  start.set_namespace_(request.namespace_());
  if (std::string fault = start_fault(start); !fault.empty()) return start_failed(errors::invalid_argument(fault));
  std::string fault = update_fault(update);
  if (fault.empty()) fault = prepare_update(engine, update);
  if (!fault.empty()) return update_failed(errors::invalid_argument(fault));
  if (auto refusal = stage_refusal(update)) return update_failed(*refusal);

  auto& started = *response.add_responses()->mutable_start_workflow();
  auto& updated = *response.add_responses()->mutable_update_workflow();
  Execution* run = closed_run_with_update(engine, *owner.value, update);
  if (run == nullptr) {
    // An open run is updated, where the conflict policy says so, even if it would take no update at this moment.
    Call inner;
    inner.request = &start;
    inner.response = &started;
    inner.context = call.context;
    const Answer answer = start_workflow_execution(engine, inner);
    if (answer->code != errors::kOk) {
      response.Clear();
      return start_failed(*answer);
    }
    run = find_run(engine, *owner.value, start.workflow_id(), started.run_id());
    if (!started.started()) started.clear_first_execution_run_id();  // as the real server answers here
  } else {
    fill_started(*run, started);
  }
  const Admission admission = admit(engine, *run, update.request());
  if (admission.update == nullptr) {
    response.Clear();
    return update_failed(admission.refusal);
  }
  const std::string id = admission.update->id;
  wait_for_stage(engine, call, *run, *admission.update, update.wait_policy().lifecycle_stage(),
                 [&engine, run, &call, &response, &updated, id](UpdateStatus status) {
                   if (status.error.code != errors::kOk) {
                     const RpcStatus error = status.error.code == errors::kResourceExhausted
                                                 ? errors::multi_operation_aborted()
                                                 : status.error;
                     response.Clear();
                     return engine.answer(call, update_failed(error));
                   }
                   fill_response(*run, id, std::move(status), updated);
                   engine.answer(call, {});
                 });
  return kParked;
}

}  // namespace

std::span<const Method> update_methods() {
  static const Method kMethods[] = {
      TIMESKIP_WORKFLOW_METHOD(UpdateWorkflowExecution, update_workflow_execution),
      TIMESKIP_WORKFLOW_METHOD(PollWorkflowExecutionUpdate, poll_workflow_execution_update),
      TIMESKIP_WORKFLOW_METHOD(ExecuteMultiOperation, execute_multi_operation),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
