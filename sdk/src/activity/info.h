// What an activity is told about itself, out of the task that brings it.
#pragma once

#include <string>

#include "temporalio/activity_info.h"

namespace temporal::api::workflowservice::v1 {
class PollActivityTaskQueueResponse;
}

namespace temporalio::activity {

// Moves the strings of `task`, but not its input.
Info info_of(temporal::api::workflowservice::v1::PollActivityTaskQueueResponse& task,
             const std::string& default_namespace, const std::string& task_queue);

// The way back: info_of(task_of(info)) is `info` again, given its namespace and task queue, but for is_local.
void task_of(const Info& info, temporal::api::workflowservice::v1::PollActivityTaskQueueResponse& task);

}  // namespace temporalio::activity
