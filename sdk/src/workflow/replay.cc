#include "sdk/src/workflow/replay.h"

#include "sdk/src/workflow/run_state.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types

ReplayOutcome replay_history(const Registry& registry, const temporal::api::history::v1::History& history,
                             const std::string& workflow_id, std::atomic<std::int64_t>* progress) {
  ReplayOutcome outcome;
  outcome.event_count = history.events_size();
  const auto refuse = [&](std::string message, std::int64_t event_id) {
    outcome.verdict = TaskVerdict::bad_history;
    outcome.message = std::move(message);
    outcome.event_id = event_id;
    return outcome;
  };
  if (history.events_size() == 0) return refuse("the history is empty, expected at least WorkflowExecutionStarted", 0);
  const HistoryEvent& first = history.events(0);
  if (first.event_type() != EVENT_TYPE_WORKFLOW_EXECUTION_STARTED ||
      !first.has_workflow_execution_started_event_attributes()) {
    return refuse("the history begins with " + machines::event_type_name(first.event_type()) +
                      ", expected WorkflowExecutionStarted with its attributes",
                  first.event_id());
  }
  outcome.workflow_type = first.workflow_execution_started_event_attributes().workflow_type().name();
  RunOptions options;
  options.is_replay_only = true;
  options.progress = progress;
  options.namespace_ = "ReplayNamespace";
  if (first.workflow_execution_started_event_attributes().workflow_id().empty()) options.workflow_id = workflow_id;
  RunState run(registry, std::move(options));
  run.apply_history(history.events(), 0);
  if (const auto& failure = run.failure()) {
    outcome.verdict = failure->verdict;
    outcome.message = failure->message;
    outcome.event_id = failure->event_id;
    if (failure->divergence) outcome.divergence = *failure->divergence;
  }
  return outcome;
}

}  // namespace temporalio::workflow
