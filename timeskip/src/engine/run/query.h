// Queries: sent to a worker at once when it has nothing else to do for the run, otherwise with its next workflow task.
#pragma once

#include <cstdint>

namespace temporal::api::query::v1 {
class WorkflowQueryResult;
}

namespace temporal::api::workflowservice::v1 {
class RespondWorkflowTaskCompletedRequest;
}

namespace temporalio::timeskip {

class Engine;
struct Execution;
struct PendingQuery;

// Sends a query to a worker by itself, not with a workflow task.
void dispatch_query(Engine& engine, Execution& execution, PendingQuery& query, bool allow_sticky);
// Passes a worker's answer to the caller who asked; the query is gone afterwards.
void answer_query(Engine& engine, PendingQuery& query, const temporal::api::query::v1::WorkflowQueryResult& result);

// A directly dispatched query that still waits under this dispatch stamp; null when it is gone.
PendingQuery* find_direct_query(Execution& execution, std::uint64_t id, std::uint32_t stamp);

// The worker completed a workflow task: its answers go to those who asked, the other queries of the task wait on.
void answer_queries_of_task(Engine& engine, Execution& execution,
                            const temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest& request);
// The workflow task failed or timed out: its queries wait for the next one.
void return_queries_of_task(Execution& execution);

// Sends buffered queries directly when no workflow task is left that would carry them.
void dispatch_waiting_queries(Engine& engine, Execution& execution);

}  // namespace temporalio::timeskip
