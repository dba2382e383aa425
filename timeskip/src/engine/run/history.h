// One run's events. Immediate events get their id at once; bufferable ones (what arrives from outside) wait until the
// transaction ends, and while a workflow task is started until that task ends. Events are stored once and never change.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "timeskip/src/clock/timer_queue.h"
#include "timeskip/src/engine/core/api.h"

namespace temporalio::timeskip {

class History {
 public:
  using Event = historypb::HistoryEvent;

  // Appends an event of `type` dated `time`, to the history or to the buffer, as its type asks; the caller fills in the
  // attributes before it ends the transaction.
  Event& add(enums::EventType type, Time time);

  std::int64_t next_event_id() const { return static_cast<std::int64_t>(events_.size()) + 1; }
  std::int64_t last_event_id() const { return static_cast<std::int64_t>(events_.size()); }
  const Event& event(std::int64_t id) const { return *events_[static_cast<std::size_t>(id - 1)]; }
  Event& mutable_event(std::int64_t id) { return *events_[static_cast<std::size_t>(id - 1)]; }

  // Pages of a history consist of batches: what one transaction wrote, with a cut after each WorkflowTaskStarted.
  void end_batch() { is_batch_open_ = false; }
  const std::vector<std::int64_t>& batch_starts() const { return batch_starts_; }
  // Batches that begin at event `first` or later.
  std::int64_t batch_count(std::int64_t first) const;

  bool has_buffered() const { return !buffer_.empty(); }
  const std::deque<std::unique_ptr<Event>>& buffered() const { return buffer_; }
  // Gives the buffered events their ids: everything else first, then what completes activities and children.
  void flush();
  // The run has closed: what is still buffered will never be written.
  void drop_buffered() { buffer_.clear(); }
  // Removes the buffered TimerFired of `timer_id` and returns its started_event_id; 0 when there is none.
  std::int64_t take_buffered_timer_fired(const std::string& timer_id);

  // Bytes of all events up to now; counts only those added since the last call.
  std::int64_t size_in_bytes();

  static bool is_bufferable(enums::EventType type);

 private:
  void append(std::unique_ptr<Event> event);
  void wire_started_ids(Event& event);

  std::vector<std::unique_ptr<Event>> events_;
  std::deque<std::unique_ptr<Event>> buffer_;
  std::vector<std::int64_t> batch_starts_;                           // first event ids
  std::unordered_map<std::int64_t, std::int64_t> started_children_;  // initiated event -> started event
  bool is_batch_open_ = false;
  std::size_t counted_ = 0;
  std::int64_t bytes_ = 0;
};

}  // namespace temporalio::timeskip
