// The workflow task of a run:
//
//   none --schedule--> scheduled --start--> started --complete--> none
//                          |                   |-----fail, start-to-close timeout--> none (attempt + 1, or not sticky)
//                          +--schedule-to-start timeout (sticky only)--> none
//
// From attempt 2 on a task is transient: Scheduled and Started are shown to the worker but written only once it
// succeeds or something else has been written in between.
#pragma once

#include <optional>
#include <string>

#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;

// Requires that no task is pending. `heartbeat_since`: when the chain of heartbeating tasks began. Without `dispatch`
// the caller starts the task itself.
void schedule_workflow_task(Engine& engine, Execution& execution, std::optional<Time> heartbeat_since = std::nullopt,
                            bool dispatch = true);

// A task that only carries updates: nothing of it is written before it has an effect, or something else is written.
// Lasts five seconds in the queue. Falls back to an ordinary task while the run's task is failing.
void schedule_speculative_task(Engine& engine, Execution& execution, bool dispatch);
// Makes a speculative task an ordinary one, since something has come up. `identity` is named in its Started event.
void commit_speculative_task(Execution& execution, const std::string& identity = {});
// Forgets a started speculative task whose worker has had nothing to say but rejections.
void discard_speculative_task(Engine& engine, Execution& execution);

using WorkerStamp = std::optional<commonpb::WorkerVersionStamp>;

// Who takes a workflow task.
struct TaskTaker {
  std::string identity;
  std::string request_id;
  WorkerStamp worker = std::nullopt;
  bool with_start = false;  // in the same transaction as the run itself (eager start)
};

// Requires a scheduled task. A transient task that is no longer last becomes an ordinary one.
void start_workflow_task(Engine& engine, Execution& execution, TaskTaker taker);

// Writes WorkflowTaskCompleted (before it Scheduled and Started of a transient task, with the stamp of the worker that
// completes it) and returns it; the caller fills in what the worker said. The run has no task afterwards.
historypb::HistoryEvent& complete_workflow_task(Engine& engine, Execution& execution, const std::string& identity,
                                                const WorkerStamp& worker);

// Writes WorkflowTaskFailed (before it Scheduled and Started of a speculative task) unless the task is transient, and
// returns it. The run has no task afterwards.
historypb::HistoryEvent* fail_workflow_task(Engine& engine, Execution& execution, enums::WorkflowTaskFailedCause cause,
                                            const std::string& identity);

void clear_stickiness(Execution& execution);

// Ends the started task as timed out, also a chain of heartbeats that has lasted too long.
void time_out_workflow_task(Engine& engine, Execution& execution);

// The queue of the next workflow task: sticky while the run has one.
void describe_task_queue(const Execution& execution, taskqueuepb::TaskQueue* out);

// The Scheduled and Started events that a transient task would have, for a poll or a reader of the history.
void append_transient_events(const Execution& execution, const std::string& identity, historypb::History* out);

}  // namespace temporalio::timeskip
