// Handing tasks to workers.
#pragma once

#include "timeskip/src/engine/core/matching.h"

namespace temporal::api::workflowservice::v1 {
class PollActivityTaskQueueResponse;
class PollWorkflowTaskQueueResponse;
}  // namespace temporal::api::workflowservice::v1

namespace temporalio::timeskip {

struct Activity;

// Answers the poll `call` with `task`, unless the task is gone by now; then nothing happens.
void hand_out(Engine& engine, TaskQueue& queue, const TaskRef& task, Call& call);

// Which updates a workflow task carries: none (it is a heartbeat), those that no task has carried, or all that are not
// answered.
enum class TaskUpdates { kNone, kUnsent, kAll };

// Describes the started workflow task of `execution` to its worker; a sticky worker gets only what is new to it.
void fill_workflow_task(Engine& engine, Execution& execution, bool partial_history,
                        temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& response,
                        TaskUpdates updates = TaskUpdates::kAll);

// Describes a started activity to its worker.
void fill_activity_task(const Engine& engine, const Execution& execution, const Activity& activity,
                        temporal::api::workflowservice::v1::PollActivityTaskQueueResponse& response);

}  // namespace temporalio::timeskip
