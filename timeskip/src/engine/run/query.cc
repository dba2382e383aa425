// How queries reach a worker, and how its answers reach those who asked.
#include "timeskip/src/engine/run/query.h"

#include <string>
#include <utility>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/errors.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/core/validation.h"
#include "timeskip/src/engine/run/execution.h"
#include "timeskip/src/engine/run/workflow_task.h"

namespace temporalio::timeskip {

namespace svc = ::temporal::api::workflowservice::v1;

void dispatch_query(Engine& engine, Execution& execution, PendingQuery& query, bool allow_sticky) {
  query.state = PendingQuery::State::kDirect;
  query.is_with_worker = false;
  ++query.stamp;
  TaskQueue* queue = &workflow_queue(*execution.owner, execution.task_queue);
  if (allow_sticky && !execution.sticky_queue.empty()) {
    TaskQueue& sticky = workflow_queue(*execution.owner, execution.sticky_queue);
    if (has_recent_poller(engine, sticky)) {
      queue = &sticky;
      engine.wall_timers.set(query.sticky_timer, later(engine.clock.wall(), execution.sticky_timeout),
                             [&engine, &execution, &query] {
                               if (!execution.has_pending_task()) clear_stickiness(execution);
                               dispatch_query(engine, execution, query, false);
                             });
    }
  }
  add_task(engine, *queue, {TaskRef::Kind::kQuery, execution.number, static_cast<std::int64_t>(query.id), query.stamp});
}

void answer_query(Engine& engine, PendingQuery& query, const querypb::WorkflowQueryResult& result) {
  Call& call = *query.call;
  if (std::string fault = blob_fault(result.answer()); !fault.empty()) {
    return engine.answer(call, errors::query_failed(std::move(fault), nullptr));
  }
  if (result.result_type() == enums::QUERY_RESULT_TYPE_ANSWERED) {
    *call.response_as<svc::QueryWorkflowResponse>().mutable_query_result() = result.answer();
    return engine.answer(call, {});
  }
  std::string message = result.error_message();
  if (message.empty() && result.has_failure()) message = result.failure().message();
  engine.answer(call, errors::query_failed(message, result.has_failure() ? &result.failure() : nullptr));
}

PendingQuery* find_direct_query(Execution& execution, std::uint64_t id, std::uint32_t stamp) {
  const auto found = execution.queries.find(id);
  if (found == execution.queries.end() || found->second.state != PendingQuery::State::kDirect) return nullptr;
  return found->second.stamp == stamp ? &found->second : nullptr;
}

void answer_queries_of_task(Engine& engine, Execution& execution,
                            const svc::RespondWorkflowTaskCompletedRequest& request) {
  for (auto it = execution.queries.begin(); it != execution.queries.end();) {
    PendingQuery& query = (it++)->second;  // answering removes it
    if (query.state != PendingQuery::State::kOnTask) continue;
    const auto found = request.query_results().find(query.key);
    if (found == request.query_results().end()) {
      query.state = PendingQuery::State::kBuffered;
    } else {
      answer_query(engine, query, found->second);
    }
  }
}

void return_queries_of_task(Execution& execution) {
  for (auto& [number, query] : execution.queries) {
    if (query.state == PendingQuery::State::kOnTask) query.state = PendingQuery::State::kBuffered;
  }
}

void dispatch_waiting_queries(Engine& engine, Execution& execution) {
  if (execution.queries.empty() || execution.has_pending_task() || execution.in_first_backoff) return;
  if (execution.previous_started_event_id == 0 && execution.is_running()) return;
  for (auto it = execution.queries.begin(); it != execution.queries.end();) {
    PendingQuery& query = (it++)->second;
    if (query.state == PendingQuery::State::kDirect) continue;
    if (execution.previous_started_event_id == 0) {
      engine.answer(*query.call,
                    errors::workflow_not_ready("Workflow execution closed before WorkflowTaskStarted event"));
    } else {
      dispatch_query(engine, execution, query, true);
    }
  }
}

}  // namespace temporalio::timeskip
