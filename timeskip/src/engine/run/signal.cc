#include "timeskip/src/engine/run/signal.h"

#include <utility>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/errors.h"
#include "timeskip/src/engine/core/limits.h"

namespace temporalio::timeskip {

std::optional<RpcStatus> signal_refusal(const Execution& execution) {
  if (!execution.is_running()) return errors::already_completed();
  if (execution.close_attempted && execution.task.state == WorkflowTask::State::kStarted) {
    return errors::busy_workflow("workflow operation can not be applied because workflow is closing");
  }
  if (execution.signal_count >= kMaxSignals) {
    return errors::invalid_argument("exceeded workflow execution limit for signal events");
  }
  return std::nullopt;
}

bool add_signal(Engine& engine, Execution& execution, const Signal& signal) {
  if (!signal.request_id.empty() && !execution.signal_request_ids.insert(signal.request_id).second) return false;
  auto& event = execution.history.add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, engine.now());
  auto& attributes = *event.mutable_workflow_execution_signaled_event_attributes();
  attributes.set_signal_name(signal.name);
  attributes.set_identity(signal.identity);
  attributes.set_request_id(signal.request_id);
  if (signal.sender != nullptr) *attributes.mutable_external_workflow_execution() = *signal.sender;
  if (signal.input != nullptr) *attributes.mutable_input() = std::move(*signal.input);
  if (signal.header != nullptr) *attributes.mutable_header() = *signal.header;
  if (signal.links != nullptr) *event.mutable_links() = *signal.links;
  ++execution.signal_count;
  execution.needs_task = true;
  engine.touch(execution);
  return true;
}

}  // namespace temporalio::timeskip
