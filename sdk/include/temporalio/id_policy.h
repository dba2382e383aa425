// What an id may be used for when it was used before: for workflows that clients and workflows start.
#pragma once

namespace temporalio {

// Whether a workflow may have the id of one that has closed.
enum class WorkflowIDReusePolicy {
  allow_duplicate = 1,
  allow_duplicate_failed_only = 2,
  reject_duplicate = 3,
  terminate_if_running = 4,
};

}  // namespace temporalio
