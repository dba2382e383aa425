// Which events wait in the buffer, and in which order they leave it.
#include "timeskip/src/engine/run/history.h"

#include <algorithm>
#include <utility>

#include "timeskip/src/engine/core/proto_time.h"

namespace temporalio::timeskip {
namespace {

// Completions leave the buffer last, so that a worker sees the signals that came before them first.
bool is_completion(enums::EventType type) {
  switch (type) {
    case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
    case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
    case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
    case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool History::is_bufferable(enums::EventType type) {
  switch (type) {
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
    case enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
    case enums::EVENT_TYPE_WORKFLOW_TASK_STARTED:
    case enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
    case enums::EVENT_TYPE_WORKFLOW_TASK_FAILED:
    case enums::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
    case enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
    case enums::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED:
    case enums::EVENT_TYPE_TIMER_STARTED:
    case enums::EVENT_TYPE_TIMER_CANCELED:
    case enums::EVENT_TYPE_MARKER_RECORDED:
    case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
    case enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
    case enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
    case enums::EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
    case enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
      return false;
    default:
      return true;
  }
}

History::Event& History::add(enums::EventType type, Time time) {
  auto event = std::make_unique<Event>();
  event->set_event_type(type);
  set_time(event->mutable_event_time(), time);
  Event& added = *event;
  if (is_bufferable(type)) {
    buffer_.push_back(std::move(event));
  } else {
    append(std::move(event));
  }
  return added;
}

void History::append(std::unique_ptr<Event> event) {
  event->set_event_id(next_event_id());
  event->set_task_id(1'048'576 + next_event_id());
  if (!is_batch_open_) batch_starts_.push_back(next_event_id());
  is_batch_open_ = true;
  if (event->event_type() == enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED) {
    const auto& started = event->child_workflow_execution_started_event_attributes();
    started_children_[started.initiated_event_id()] = event->event_id();
  }
  events_.push_back(std::move(event));
}

std::int64_t History::batch_count(std::int64_t first) const {
  return batch_starts_.end() - std::lower_bound(batch_starts_.begin(), batch_starts_.end(), first);
}

void History::flush() {
  if (buffer_.empty()) return;
  std::deque<std::unique_ptr<Event>> leaving;
  leaving.swap(buffer_);
  for (auto& event : leaving) {
    if (!is_completion(event->event_type())) append(std::move(event));
  }
  for (auto& event : leaving) {
    if (event == nullptr) continue;
    wire_started_ids(*event);
    append(std::move(event));
  }
}

// A completion names its Started event, which got its id only now, in the same flush: look back from the end.
void History::wire_started_ids(Event& event) {
  const auto started_id = [this](enums::EventType type, auto matches) -> std::int64_t {
    for (auto it = events_.rbegin(); it != events_.rend(); ++it) {
      if ((*it)->event_type() == type && matches(**it)) return (*it)->event_id();
      if ((*it)->event_type() == enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED) break;
    }
    return 0;
  };
  const auto activity_started_id = [&](std::int64_t scheduled) {
    return started_id(enums::EVENT_TYPE_ACTIVITY_TASK_STARTED, [scheduled](const Event& started) {
      return started.activity_task_started_event_attributes().scheduled_event_id() == scheduled;
    });
  };
  const auto wire_activity = [&](auto* attributes) {
    const std::int64_t id = activity_started_id(attributes->scheduled_event_id());
    if (id != 0) attributes->set_started_event_id(id);
  };
  const auto wire_child = [&](auto* attributes) {
    const auto found = started_children_.find(attributes->initiated_event_id());
    if (found == started_children_.end()) return;
    attributes->set_started_event_id(found->second);
    started_children_.erase(found);
  };
  switch (event.event_type()) {
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
      return wire_child(event.mutable_child_workflow_execution_completed_event_attributes());
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
      return wire_child(event.mutable_child_workflow_execution_failed_event_attributes());
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
      return wire_child(event.mutable_child_workflow_execution_timed_out_event_attributes());
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
      return wire_child(event.mutable_child_workflow_execution_canceled_event_attributes());
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
      return wire_child(event.mutable_child_workflow_execution_terminated_event_attributes());
    case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
      return wire_activity(event.mutable_activity_task_completed_event_attributes());
    case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
      return wire_activity(event.mutable_activity_task_failed_event_attributes());
    case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
      return wire_activity(event.mutable_activity_task_timed_out_event_attributes());
    case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
      return wire_activity(event.mutable_activity_task_canceled_event_attributes());
    default:
      return;
  }
}

std::int64_t History::take_buffered_timer_fired(const std::string& timer_id) {
  const auto found = std::find_if(buffer_.begin(), buffer_.end(), [&](const std::unique_ptr<Event>& event) {
    return event->event_type() == enums::EVENT_TYPE_TIMER_FIRED &&
           event->timer_fired_event_attributes().timer_id() == timer_id;
  });
  if (found == buffer_.end()) return 0;
  const std::int64_t started_event_id = (*found)->timer_fired_event_attributes().started_event_id();
  buffer_.erase(found);
  return started_event_id;
}

std::int64_t History::size_in_bytes() {
  for (; counted_ < events_.size(); ++counted_) bytes_ += static_cast<std::int64_t>(events_[counted_]->ByteSizeLong());
  return bytes_;
}

}  // namespace temporalio::timeskip
