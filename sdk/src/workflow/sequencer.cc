#include "sdk/src/workflow/sequencer.h"

#include "sdk/src/machines/catalogue.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types

namespace {

enum class AfterStarted { completed, attempt_ended, history_ends, malformed };

// The first event behind `index` that is not skipped.
int next_event(const HistoryEvents& events, int index) {
  do ++index;
  while (index < events.size() && machines::is_unknown_and_ignorable(events[index]));
  return index;
}

// What became of the workflow task behind whose Started event the one at `next` comes.
AfterStarted what_follows(const HistoryEvents& events, int next) {
  if (next == events.size()) return AfterStarted::history_ends;
  switch (events[next].event_type()) {
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
      const int following = next_event(events_, i);
      const AfterStarted after = what_follows(events_, following);
      if (after == AfterStarted::attempt_ended) continue;
      if (after == AfterStarted::malformed) {
        error_event_id_ = events_[following].event_id();
        error_ = "event " + std::to_string(error_event_id_) + " is " +
                 machines::event_type_name(events_[following].event_type()) +
                 ", expected the end of the workflow task that was started at event " +
                 std::to_string(events_[i].event_id());
        return false;
      }
      // A heartbeat: the task completed with nothing and the next one followed at once. They are one for the code.
      if (after == AfterStarted::completed && !has_command) {
        const int behind = next_event(events_, following);
        if (behind < size && events_[behind].event_type() == EVENT_TYPE_WORKFLOW_TASK_SCHEDULED) continue;
      }
      sequence.started = i;
      sequence.end = next_ = i + 1;
      if (after == AfterStarted::completed) sequence.completed = following;
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
