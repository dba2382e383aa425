// Completing the history of a workflow task: the pages that did not fit into it, or all of them where a run is not in
// the cache.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sdk/src/client/connection.h"

namespace temporal::api::workflowservice::v1 {
class PollWorkflowTaskQueueResponse;
}

namespace temporalio::worker {

// Appends the missing pages to the task's history, or replaces it by the whole history when `from_start`. `done` gets
// the task back, on the loop's thread. Used on the loop's thread.
void fetch_history(
    client::Connection& connection,
    std::unique_ptr<temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse> task, bool from_start,
    std::function<void(rpc::Status, std::unique_ptr<temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse>)>
        done);

}  // namespace temporalio::worker
