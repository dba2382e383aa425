#include "sdk/src/workflow/sequencer.h"

#include "sdk/src/machines/commands.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types

namespace {

enum class AfterStarted { completed, attempt_ended, history_ends, malformed };

// What became of the workflow task whose Started event is at `index`.
AfterStarted what_follows(const HistoryEvents& events, int index) {
  if (index + 1 == events.size()) return AfterStarted::history_ends;
  switch (events[index + 1].event_type()) {
    case EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
      return AfterStarted::completed;
    case EVENT_TYPE_WORKFLOW_TASK_FAILED:
    case EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
    case EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
    case EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
      return AfterStarted::attempt_ended;
    default:
      return AfterStarted::malformed;
  }
}

}  // namespace

bool Sequencer::next(Sequence& sequence) {
  const int size = events_.size();
  if (next_ >= size || !error_.empty()) return false;
  sequence = Sequence();
  sequence.begin = next_;
  bool has_command = false;
  for (int i = next_; i < size; ++i) {
    const auto type = events_[i].event_type();
    if (type == EVENT_TYPE_WORKFLOW_TASK_STARTED) {
      const AfterStarted after = what_follows(events_, i);
      if (after == AfterStarted::attempt_ended) continue;
      if (after == AfterStarted::malformed) {
        error_event_id_ = events_[i + 1].event_id();
        error_ = "event " + std::to_string(error_event_id_) + " is " +
                 machines::event_type_name(events_[i + 1].event_type()) +
                 ", expected the end of the workflow task that was started at event " +
                 std::to_string(events_[i].event_id());
        return false;
      }
      // A heartbeat: the task completed with nothing and the next one followed at once. They are one for the code.
      const bool is_heartbeat = after == AfterStarted::completed && !has_command && i + 2 < size &&
                                events_[i + 2].event_type() == EVENT_TYPE_WORKFLOW_TASK_SCHEDULED;
      if (is_heartbeat) continue;
      sequence.started = i;
      sequence.end = next_ = i + 1;
      sequence.is_completed = after == AfterStarted::completed;
      return true;
    }
    if (machines::is_closing_event(type)) {
      sequence.end = next_ = i + 1;
      return true;
    }
    if (machines::is_command_event(type)) has_command = true;
  }
  sequence.end = next_ = size;
  return true;
}

}  // namespace temporalio::workflow
