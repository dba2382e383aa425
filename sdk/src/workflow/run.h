// One workflow run: protocol machines plus the coroutine scheduler. The worker and the replayer drive this same class.
// It does no IO and owns no thread; one thread at a time may use a run.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sdk/src/workflow/outbound.h"

namespace temporal::api::history::v1 {
class History;
}
namespace temporal::api::workflowservice::v1 {
class PollWorkflowTaskQueueResponse;
class RespondWorkflowTaskCompletedRequest;
class RespondWorkflowTaskFailedRequest;
}  // namespace temporal::api::workflowservice::v1
namespace temporal::api::query::v1 {
class WorkflowQuery;
class WorkflowQueryResult;
}  // namespace temporal::api::query::v1

namespace temporalio::workflow {

class Registry;  // the workflow types a worker or replayer knows (sdk/src/workflow/registry.h)

struct RunOptions {
  std::string namespace_ = "default";
  std::string task_queue;
  std::string workflow_id;
  std::string run_id;
  bool is_replay_only = false;  // the replayer: nothing that the code issues is ever sent
  // Is told the last event that an activation's code knows, before it runs: for whoever watches over deadlocks.
  std::atomic<std::int64_t>* progress = nullptr;
  // Puts something between workflow code and the run: interceptors, guards. Empty: nothing.
  OutboundFactory wrap_outbound;
};

// What a workflow task failed with, when it did.
enum class TaskVerdict {
  completed,       // the completed request is filled in
  nondeterminism,  // the failed request is filled in, cause NON_DETERMINISTIC_ERROR
  code_failed,     // the failed request is filled in: workflow code threw what does not fail the workflow
  not_registered,  // the failed request is filled in: unknown workflow type
  bad_history,     // the failed request is filled in: the history is not one (order, gaps, unknown events)
};

class Run {
 public:
  Run(const Registry& registry, RunOptions options);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // Begins a workflow task: applies its events and runs the code until it rests. `task.history` must start right after
  // the last event this run has seen (from event 1 for a new run) and be complete: the worker has fetched all pages.
  // `task` lives until finish(); in between the run is open.
  void begin(const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task);
  // Ends the task that was begun: fills `completed` (commands, query results of `task.queries`, SDK metadata) or
  // `failed` (cause, failure); tokens and identity are the worker's.
  TaskVerdict finish(temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest& completed,
                     temporal::api::workflowservice::v1::RespondWorkflowTaskFailedRequest& failed);

  // For a legacy query task (`task.query` set): brings the run up to date with `task.history` (may be empty), then
  // answers. Never emits commands.
  void answer_query(const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task,
                    temporal::api::query::v1::WorkflowQueryResult& result);

  // The id of the last event that has been applied; 0 for a new run. A sticky task whose history does not continue
  // here is a cache miss: throw this run away and fetch the whole history.
  std::int64_t last_event_id() const;
  // The workflow has issued its closing command (complete, fail, cancel, continue-as-new).
  bool is_closed() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace temporalio::workflow
