// QueryWorkflow and RespondQueryTaskCompleted.
#include "timeskip/src/engine/run/query.h"

#include <utility>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::workflowservice::v1;

std::optional<RpcStatus> query_rejection(Execution& execution, Call& call) {
  const auto condition = call.request_as<svc::QueryWorkflowRequest>().query_reject_condition();
  const bool rejects = (condition == enums::QUERY_REJECT_CONDITION_NOT_OPEN && !execution.is_running()) ||
                       (condition == enums::QUERY_REJECT_CONDITION_NOT_COMPLETED_CLEANLY && !execution.is_running() &&
                        execution.status != enums::WORKFLOW_EXECUTION_STATUS_COMPLETED);
  if (!rejects) return std::nullopt;
  call.response_as<svc::QueryWorkflowResponse>().mutable_query_rejected()->set_status(execution.status);
  return errors::ok();
}

std::optional<RpcStatus> not_ready(const Engine& engine, const Execution& execution, const Call& call) {
  const bool had_task = execution.previous_started_event_id > 0;
  if (!execution.is_running() && !had_task) {
    return errors::workflow_not_ready("Workflow execution closed before WorkflowTaskStarted event");
  }
  if (execution.in_first_backoff && call.context.wall_deadline.has_value() && execution.backoff_timer.is_set() &&
      engine.clock.wall_at(execution.backoff_timer.due()) > *call.context.wall_deadline) {
    return errors::workflow_not_ready("The first workflow task comes after the query's deadline.");
  }
  if (execution.is_running() && execution.task_attempt >= kFailingTaskAttempts) {
    return errors::workflow_not_ready("Unable to query workflow due to Workflow Task in failed state.");
  }
  return std::nullopt;
}

Answer query_workflow(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::QueryWorkflowRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (!request.has_query()) return errors::invalid_argument("WorkflowQuery is not set on request.");
  if (request.query().query_type().empty()) return errors::invalid_argument("QueryType is not set on request.");
  if (std::string fault = blob_fault(request.query().query_args()); !fault.empty()) {
    return errors::invalid_argument(fault);
  }
  const Found<Execution> found = require_execution(engine, *owner.value, request.execution());
  if (found.value == nullptr) return found.error;
  Execution& execution = *found.value;
  if (auto rejection = query_rejection(execution, call)) return rejection;
  if (auto fault = not_ready(engine, execution, call)) return fault;
  const bool direct = execution.previous_started_event_id > 0 && !execution.has_pending_task();
  if (!direct) {
    std::size_t buffered = 0;
    for (const auto& [number, query] : execution.queries) {
      if (query.state != PendingQuery::State::kDirect) ++buffered;
    }
    if (buffered >= kMaxBufferedQueries) {
      return errors::busy_workflow(
          "consistent query buffer is full, this may be caused by too many queries and "
          "workflow not able to process query fast enough");
    }
  }

  const std::uint64_t id = engine.next_query_id++;
  PendingQuery& query = execution.queries[id];
  query.id = id;
  query.key = engine.ids.uuid();
  query.call = &call;
  call.unpark = [&engine, &execution, id] {
    execution.queries.erase(id);
    engine.touch(execution);
  };
  if (call.context.wall_deadline.has_value()) {
    engine.wall_timers.set(call.wall_timer, *call.context.wall_deadline, [&engine, &call] {
      engine.answer(call, errors::deadline_exceeded("No worker answered the query in time."));
    });
  }
  if (direct) dispatch_query(engine, execution, query, true);
  engine.touch(execution);
  return kParked;
}

Answer respond_query_task_completed(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::RespondQueryTaskCompletedRequest>();
  const TokenTarget target = resolve_token(engine, request.task_token(), Token::Kind::kQuery, request.namespace_());
  if (!target.token.has_value()) return target.error;
  const auto found = target.execution->queries.find(target.token->extra);
  if (found == target.execution->queries.end()) {
    return errors::not_found("query task not found, or already expired");
  }
  querypb::WorkflowQueryResult result;
  result.set_result_type(request.completed_type());
  *result.mutable_answer() = request.query_result();
  result.set_error_message(request.error_message());
  if (request.has_failure()) *result.mutable_failure() = request.failure();
  answer_query(engine, found->second, result);
  return errors::ok();
}

}  // namespace

std::span<const Method> query_methods() {
  static const Method kMethods[] = {
      TIMESKIP_WORKFLOW_METHOD(QueryWorkflow, query_workflow),
      TIMESKIP_WORKFLOW_METHOD(RespondQueryTaskCompleted, respond_query_task_completed),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
