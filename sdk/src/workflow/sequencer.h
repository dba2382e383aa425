// Cuts a history into workflow task sequences: the events that are applied together before workflow code runs once.
// Each event is looked at a bounded number of times.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <cstdint>
#include <string>
#include <vector>

#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::workflow {

using HistoryEvents = google::protobuf::RepeatedPtrField<temporal::api::history::v1::HistoryEvent>;

struct Sequence {
  int begin = 0;
  int end = 0;         // one past the last event
  int started = -1;    // the WorkflowTaskStarted that concludes it; -1: the history ends without one, or closes
  int completed = -1;  // that task's WorkflowTaskCompleted, at `end` or behind it: workflow code replays; -1: none
  bool is_completed() const { return completed >= 0; }
};

class Sequencer {
 public:
  // Starts with the event at index `begin`.
  Sequencer(const HistoryEvents& events, int begin) : events_(events), next_(begin) {}

  // False at the end of the history, or where it is malformed (then error() says how).
  bool next(Sequence& sequence);
  const std::string& error() const { return error_; }
  std::int64_t error_event_id() const { return error_event_id_; }

 private:
  int last_before_update(const std::vector<int>& started, const temporal::api::history::v1::HistoryEvent& accepted,
                         int otherwise) const;

  const HistoryEvents& events_;
  int next_;
  std::string error_;
  std::int64_t error_event_id_ = 0;
};

}  // namespace temporalio::workflow
