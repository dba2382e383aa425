#include "replayer/src/load/history_order.h"

#include <algorithm>

#include "replayer/src/load/event_names.h"
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

}  // namespace temporalio::replayer
