#include "replayer/src/history_order.h"

#include <algorithm>

#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {

std::string put_in_order(temporal::api::history::v1::History& history, bool is_contiguous) {
  auto& events = *history.mutable_events();
  if (events.empty()) return "expected a history with events, found an empty one";
  if (!is_contiguous && events.size() > 1 && events[0].event_id() > events[events.size() - 1].event_id()) {
    std::reverse(events.pointer_begin(), events.pointer_end());
  }
  for (int i = 0; !is_contiguous && i < events.size(); ++i) {
    if (events[i].event_id() == i + 1) continue;
    return "event order: expected event " + std::to_string(i + 1) +
           (i == 0 ? " first" : " after event " + std::to_string(i)) + ", found event " +
           std::to_string(events[i].event_id());
  }
  if (events[0].event_type() != temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED) {
    return "event order: expected WorkflowExecutionStarted as event 1, found " +
           event_type_name(events[0].event_type());
  }
  return {};
}

std::string event_type_name(int event_type) {
  const std::string& full =
      temporal::api::enums::v1::EventType_Name(static_cast<temporal::api::enums::v1::EventType>(event_type));
  constexpr std::string_view kPrefix = "EVENT_TYPE_";
  if (!full.starts_with(kPrefix)) return "event type " + std::to_string(event_type);
  std::string result;
  bool starts_word = true;
  for (const char c : full.substr(kPrefix.size())) {
    if (c == '_') {
      starts_word = true;
    } else {
      result += starts_word || c < 'A' || c > 'Z' ? c : static_cast<char>(c - 'A' + 'a');
      starts_word = false;
    }
  }
  return result;
}

}  // namespace temporalio::replayer
