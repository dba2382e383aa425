#include "sdk/src/workflow/sequencer.h"

#include <algorithm>

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

// Where `accepted` accepts an update that came after an earlier heartbeat: that heartbeat's start, so that the update
// is handled in the activation in which it was validated (as in Core). Else `otherwise`.
int Sequencer::last_before_update(const std::vector<int>& started,
                                  const temporal::api::history::v1::HistoryEvent& accepted, int otherwise) const {
  if (accepted.event_type() != EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED) return otherwise;
  const std::int64_t sequencing =
      accepted.workflow_execution_update_accepted_event_attributes().accepted_request_sequencing_event_id();
  const auto found =
      std::find_if(started.rbegin(), started.rend(), [&](int index) { return events_[index].event_id() < sequencing; });
  return found == started.rend() ? otherwise : *found;
}

bool Sequencer::next(Sequence& sequence) {
  const int size = events_.size();
  if (next_ >= size || !error_.empty()) return false;
  sequence = Sequence();
  sequence.begin = next_;
  bool has_command = false;
  std::vector<int> started;  // of the tasks before that are not skipped
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
      int last = i;
      if (after == AfterStarted::completed) {
        const int behind = next_event(events_, following);
        // A heartbeat: the task completed with nothing and the next one followed at once. They are one for the code.
        if (!has_command && behind < size && events_[behind].event_type() == EVENT_TYPE_WORKFLOW_TASK_SCHEDULED) {
          started.push_back(i);
          continue;
        }
        if (behind < size) last = last_before_update(started, events_[behind], i);
      }
      sequence.started = last;
      sequence.end = next_ = last + 1;
      if (after == AfterStarted::completed) sequence.completed = next_event(events_, last);
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
