// What a worker says about an activity, by task token or by workflow and activity id.
#include <utility>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/core/failures.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"
#include "timeskip/src/engine/run/activity.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::workflowservice::v1;

struct ActivityTarget {
  Execution* execution = nullptr;
  Activity* activity = nullptr;
  RpcStatus error;
};

RpcStatus activity_not_found() {
  return errors::not_found("invalid activityID or activity already timed out or invoking workflow is completed");
}

ActivityTarget by_token(Engine& engine, const std::string& text, const std::string& name) {
  const TokenTarget target = resolve_token(engine, text, Token::Kind::kActivityTask, name);
  if (!target.token.has_value()) return {nullptr, nullptr, target.error};
  Execution& execution = *target.execution;
  if (!execution.is_running()) return {nullptr, nullptr, errors::not_found("workflow execution already completed")};
  Activity* activity = find_activity(execution, target.token->event_id);
  if (activity == nullptr || activity->state != Activity::State::kStarted || activity->stamp != target.token->stamp) {
    return {nullptr, nullptr, activity_not_found()};
  }
  return {&execution, activity, {}};
}

template <class Request>
ActivityTarget by_id(Engine& engine, const Request& request) {
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return {nullptr, nullptr, owner.error};
  if (std::string fault = id_fault("ActivityId", request.activity_id()); !fault.empty()) {
    return {nullptr, nullptr, errors::invalid_argument(fault)};
  }
  commonpb::WorkflowExecution asked;
  asked.set_workflow_id(request.workflow_id());
  asked.set_run_id(request.run_id());
  const Found<Execution> found = require_execution(engine, *owner.value, asked);
  if (found.value == nullptr) return {nullptr, nullptr, found.error};
  if (!found.value->is_running()) return {nullptr, nullptr, errors::not_found("workflow execution already completed")};
  Activity* activity = find_activity_by_id(*found.value, request.activity_id());
  if (activity == nullptr) {
    return {nullptr, nullptr,
            errors::not_found("cannot find pending activity with ActivityID " + request.activity_id() +
                              ", check workflow execution history for more details")};
  }
  return {found.value, activity, {}};
}

template <class Request>
ActivityTarget started_by_id(Engine& engine, const Request& request) {
  ActivityTarget target = by_id(engine, request);
  if (target.activity != nullptr && target.activity->state != Activity::State::kStarted) {
    return {nullptr, nullptr, activity_not_found()};
  }
  return target;
}

// What the worker says of its activity is too large to be kept: the activity fails instead, for good.
Answer fail_for_size(Engine& engine, const ActivityTarget& target, const char* message, const std::string& identity) {
  failurepb::Failure failure = size_failure(message, RetryableFailure::kNo);
  fail_activity(engine, *target.execution, *target.activity, &failure, identity);
  return errors::ok();
}

// The worker that ends an attempt; requests by id do not say.
template <class Request>
void note_worker(const Request& request, Activity& activity) {
  if constexpr (requires { request.worker_version(); }) {
    if (request.has_worker_version()) activity.worker = request.worker_version();
  }
}

template <class Request, class Response>
Answer heartbeat(Engine& engine, const ActivityTarget& target, Request& request, Response& response) {
  if (target.activity == nullptr) return target.error;
  if (!blob_fault(request.details()).empty()) {
    response.set_cancel_requested(true);  // so that the worker lets go of it
    return fail_for_size(engine, target, "Heartbeat details exceeds size limit.", request.identity());
  }
  response.set_cancel_requested(target.activity->cancel_requested);
  record_heartbeat(engine, *target.execution, *target.activity,
                   request.has_details() ? request.mutable_details() : nullptr);
  return errors::ok();
}

template <class Request>
Answer complete(Engine& engine, const ActivityTarget& target, Request& request) {
  if (target.activity == nullptr) return target.error;
  if (!blob_fault(request.result()).empty()) {
    if (target.activity->state != Activity::State::kStarted) return activity_not_found();  // has no attempt to fail
    return fail_for_size(engine, target, "Complete result exceeds size limit.", request.identity());
  }
  note_worker(request, *target.activity);
  complete_activity(engine, *target.execution, *target.activity,
                    request.has_result() ? request.mutable_result() : nullptr, request.identity());
  return errors::ok();
}

template <class Request>
Answer fail(Engine& engine, const ActivityTarget& target, Request& request) {
  if (target.activity == nullptr) return target.error;
  const auto& info = request.failure().application_failure_info();
  if (std::string fault = duration_fault(info.next_retry_delay()); !fault.empty()) {
    return errors::invalid_argument("NextRetryDelay is invalid: " + fault);
  }
  if (!blob_fault(request.last_heartbeat_details()).empty()) {
    return fail_for_size(engine, target, "Heartbeat details exceeds size limit.", request.identity());
  }
  if (request.has_failure()) limit_failure(*request.mutable_failure());
  if (request.has_last_heartbeat_details()) {
    record_heartbeat(engine, *target.execution, *target.activity, request.mutable_last_heartbeat_details());
  }
  note_worker(request, *target.activity);
  fail_activity(engine, *target.execution, *target.activity,
                request.has_failure() ? request.mutable_failure() : nullptr, request.identity());
  return errors::ok();
}

template <class Request>
Answer cancel(Engine& engine, const ActivityTarget& target, Request& request) {
  if (target.activity == nullptr) return target.error;
  if (!target.activity->cancel_requested) {
    return errors::invalid_argument(
        "unable to mark activity as canceled without activity being request canceled first");
  }
  if (!blob_fault(request.details()).empty()) {
    return fail_for_size(engine, target, "Cancel details exceeds size limit.", request.identity());
  }
  cancel_activity(engine, *target.execution, *target.activity,
                  request.has_details() ? request.mutable_details() : nullptr, request.identity());
  return errors::ok();
}

Answer record_activity_task_heartbeat(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::RecordActivityTaskHeartbeatRequest>();
  return heartbeat(engine, by_token(engine, request.task_token(), request.namespace_()), request,
                   call.response_as<svc::RecordActivityTaskHeartbeatResponse>());
}

Answer record_activity_task_heartbeat_by_id(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::RecordActivityTaskHeartbeatByIdRequest>();
  return heartbeat(engine, started_by_id(engine, request), request,
                   call.response_as<svc::RecordActivityTaskHeartbeatByIdResponse>());
}

Answer respond_activity_task_completed(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::RespondActivityTaskCompletedRequest>();
  return complete(engine, by_token(engine, request.task_token(), request.namespace_()), request);
}

Answer respond_activity_task_completed_by_id(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::RespondActivityTaskCompletedByIdRequest>();
  return complete(engine, by_id(engine, request), request);
}

Answer respond_activity_task_failed(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::RespondActivityTaskFailedRequest>();
  if (request.has_failure() && !request.failure().has_application_failure_info()) {
    return errors::invalid_argument("Failure must have ApplicationFailureInfo.");
  }
  return fail(engine, by_token(engine, request.task_token(), request.namespace_()), request);
}

Answer respond_activity_task_failed_by_id(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::RespondActivityTaskFailedByIdRequest>();
  return fail(engine, started_by_id(engine, request), request);
}

Answer respond_activity_task_canceled(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::RespondActivityTaskCanceledRequest>();
  return cancel(engine, by_token(engine, request.task_token(), request.namespace_()), request);
}

Answer respond_activity_task_canceled_by_id(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::RespondActivityTaskCanceledByIdRequest>();
  return cancel(engine, started_by_id(engine, request), request);
}

}  // namespace

std::span<const Method> activity_methods() {
  static const Method kMethods[] = {
      TIMESKIP_WORKFLOW_METHOD(RecordActivityTaskHeartbeat, record_activity_task_heartbeat),
      TIMESKIP_WORKFLOW_METHOD(RecordActivityTaskHeartbeatById, record_activity_task_heartbeat_by_id),
      TIMESKIP_WORKFLOW_METHOD(RespondActivityTaskCompleted, respond_activity_task_completed),
      TIMESKIP_WORKFLOW_METHOD(RespondActivityTaskCompletedById, respond_activity_task_completed_by_id),
      TIMESKIP_WORKFLOW_METHOD(RespondActivityTaskFailed, respond_activity_task_failed),
      TIMESKIP_WORKFLOW_METHOD(RespondActivityTaskFailedById, respond_activity_task_failed_by_id),
      TIMESKIP_WORKFLOW_METHOD(RespondActivityTaskCanceled, respond_activity_task_canceled),
      TIMESKIP_WORKFLOW_METHOD(RespondActivityTaskCanceledById, respond_activity_task_canceled_by_id),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
