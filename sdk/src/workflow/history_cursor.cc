#include "sdk/src/workflow/history_cursor.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types
using machines::Step;

Step HistoryCursor::check(const machines::HistoryEvent& event) const {
  if (event.event_id() != last_event_id_ + 1) {
    return Step::bad_history("history is out of order: expected event " + std::to_string(last_event_id_ + 1) +
                             ", found " + machines::event_name(event));
  }
  if (machines::is_unknown_and_ignorable(event)) return Step::accept();
  if (is_closed_) return Step::bad_history(machines::event_name(event) + " follows the event that closed the workflow");
  if (!machines::has_its_attributes(event)) {
    return Step::bad_history(machines::event_name(event) + " does not carry the attributes of its type");
  }
  return Step::accept();
}

Step HistoryCursor::enter_task_phase(const machines::HistoryEvent& event) {
  const auto enter = [&](bool is_allowed, TaskPhase next, const char* expected) {
    if (!is_allowed) {
      return Step::bad_history(machines::event_name(event) + " comes without its " + expected + " before it");
    }
    task_phase_ = next;
    return Step::accept();
  };
  switch (event.event_type()) {
    case EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
      return enter(true, TaskPhase::scheduled, "");
    case EVENT_TYPE_WORKFLOW_TASK_STARTED:
      return enter(task_phase_ == TaskPhase::scheduled, TaskPhase::started, "WorkflowTaskScheduled");
    case EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
      return enter(task_phase_ == TaskPhase::started, TaskPhase::none, "WorkflowTaskStarted");
    case EVENT_TYPE_WORKFLOW_TASK_FAILED:
    case EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
      return enter(task_phase_ != TaskPhase::none, TaskPhase::none, "WorkflowTaskScheduled");
    default:
      return Step::accept();
  }
}

}  // namespace temporalio::workflow
