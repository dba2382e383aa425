#include "timeskip/src/engine/run/cancel.h"

#include "timeskip/src/engine/core/engine.h"

namespace temporalio::timeskip {

void add_cancel_request(Engine& engine, Execution& execution, const CancelRequest& request) {
  if (execution.cancel_requested) return;
  execution.cancel_requested = true;
  auto& event = execution.history.add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED, engine.now());
  if (request.links != nullptr) *event.mutable_links() = *request.links;
  auto& attributes = *event.mutable_workflow_execution_cancel_requested_event_attributes();
  attributes.set_cause(request.reason);
  attributes.set_identity(request.identity);
  if (request.sender != nullptr) {
    *attributes.mutable_external_workflow_execution() = *request.sender;
    attributes.set_external_initiated_event_id(request.initiated_event_id);
  }
  execution.needs_task = true;
  execution.in_first_backoff = false;  // unlike a signal, a cancel request does not wait for a delayed start
  engine.touch(execution);
}

}  // namespace temporalio::timeskip
