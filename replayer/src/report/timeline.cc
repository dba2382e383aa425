#include "replayer/src/report/timeline.h"

#include <algorithm>
#include <unordered_map>

#include "replayer/src/load/event_names.h"
#include "replayer/src/report/html_text.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

using temporal::api::history::v1::HistoryEvent;

class Builder {
 public:
  explicit Builder(const temporal::api::history::v1::History& history) : history_(history) {}

  std::vector<TimelineItem> build() {
    for (const HistoryEvent& event : history_.events()) add(event);
    const double end = history_.events_size() == 0 ? 0 : time_of(history_.events(history_.events_size() - 1));
    for (const auto& [id, index] : open_) items_[index].end = end;
    return std::move(items_);
  }

 private:
  double time_of(const HistoryEvent& event) const {
    const auto& start = history_.events(0).event_time();
    return static_cast<double>(event.event_time().seconds() - start.seconds()) +
           static_cast<double>(event.event_time().nanos() - start.nanos()) * 1e-9;
  }

  void begin(const HistoryEvent& event, LaneKind kind, const std::string& label) {
    open_[event.event_id()] = items_.size();
    const double at = time_of(event);
    items_.push_back({kind, label, "open", event.event_id(), event.event_id(), at, at, false});
  }
  void end(const HistoryEvent& event, std::int64_t first, const char* outcome, bool has_failed = false) {
    const auto found = open_.find(first);
    if (found == open_.end()) return;
    TimelineItem& item = items_[found->second];
    item.last = event.event_id();
    item.end = time_of(event);
    item.outcome = outcome;
    item.has_failed = has_failed;
    open_.erase(found);
  }
  void point(const HistoryEvent& event, LaneKind kind, const std::string& label) {
    const double at = time_of(event);
    items_.push_back({kind, label, "", event.event_id(), event.event_id(), at, at, false});
  }

  void add(const HistoryEvent& event) {
    switch (event.attributes_case()) {
      case HistoryEvent::kWorkflowTaskScheduledEventAttributes:
        return begin(event, LaneKind::workflow_task, "workflow task");
      case HistoryEvent::kWorkflowTaskCompletedEventAttributes:
        return end(event, event.workflow_task_completed_event_attributes().scheduled_event_id(), "completed");
      case HistoryEvent::kWorkflowTaskFailedEventAttributes:
        return end(event, event.workflow_task_failed_event_attributes().scheduled_event_id(), "failed", true);
      case HistoryEvent::kWorkflowTaskTimedOutEventAttributes:
        return end(event, event.workflow_task_timed_out_event_attributes().scheduled_event_id(), "timed out", true);
      case HistoryEvent::kTimerStartedEventAttributes:
        return begin(event, LaneKind::timer, "timer " + event.timer_started_event_attributes().timer_id());
      case HistoryEvent::kTimerFiredEventAttributes:
        return end(event, event.timer_fired_event_attributes().started_event_id(), "fired");
      case HistoryEvent::kTimerCanceledEventAttributes:
        return end(event, event.timer_canceled_event_attributes().started_event_id(), "canceled");
      case HistoryEvent::kActivityTaskScheduledEventAttributes:
        return begin(event, LaneKind::activity,
                     event.activity_task_scheduled_event_attributes().activity_type().name());
      case HistoryEvent::kActivityTaskCompletedEventAttributes:
        return end(event, event.activity_task_completed_event_attributes().scheduled_event_id(), "completed");
      case HistoryEvent::kActivityTaskFailedEventAttributes:
        return end(event, event.activity_task_failed_event_attributes().scheduled_event_id(), "failed", true);
      case HistoryEvent::kActivityTaskTimedOutEventAttributes:
        return end(event, event.activity_task_timed_out_event_attributes().scheduled_event_id(), "timed out", true);
      case HistoryEvent::kActivityTaskCanceledEventAttributes:
        return end(event, event.activity_task_canceled_event_attributes().scheduled_event_id(), "canceled");
      case HistoryEvent::kWorkflowExecutionSignaledEventAttributes:
        return point(event, LaneKind::signal, event.workflow_execution_signaled_event_attributes().signal_name());
      case HistoryEvent::kMarkerRecordedEventAttributes:
        return point(event, LaneKind::marker, event.marker_recorded_event_attributes().marker_name());
      case HistoryEvent::kActivityTaskStartedEventAttributes:
      case HistoryEvent::kWorkflowTaskStartedEventAttributes:
        return;  // within their bars
      default:
        return add_other(event);
    }
  }

  void add_other(const HistoryEvent& event) {
    switch (event.attributes_case()) {
      case HistoryEvent::kStartChildWorkflowExecutionInitiatedEventAttributes:
        return begin(event, LaneKind::child,
                     event.start_child_workflow_execution_initiated_event_attributes().workflow_type().name());
      case HistoryEvent::kStartChildWorkflowExecutionFailedEventAttributes:
        return end(event, event.start_child_workflow_execution_failed_event_attributes().initiated_event_id(),
                   "not started", true);
      case HistoryEvent::kChildWorkflowExecutionCompletedEventAttributes:
        return end(event, event.child_workflow_execution_completed_event_attributes().initiated_event_id(),
                   "completed");
      case HistoryEvent::kChildWorkflowExecutionFailedEventAttributes:
        return end(event, event.child_workflow_execution_failed_event_attributes().initiated_event_id(), "failed",
                   true);
      case HistoryEvent::kChildWorkflowExecutionCanceledEventAttributes:
        return end(event, event.child_workflow_execution_canceled_event_attributes().initiated_event_id(), "canceled");
      case HistoryEvent::kChildWorkflowExecutionTimedOutEventAttributes:
        return end(event, event.child_workflow_execution_timed_out_event_attributes().initiated_event_id(), "timed out",
                   true);
      case HistoryEvent::kChildWorkflowExecutionTerminatedEventAttributes:
        return end(event, event.child_workflow_execution_terminated_event_attributes().initiated_event_id(),
                   "terminated", true);
      case HistoryEvent::kChildWorkflowExecutionStartedEventAttributes:
        return;
      case HistoryEvent::kWorkflowExecutionUpdateAcceptedEventAttributes: {
        const auto& request = event.workflow_execution_update_accepted_event_attributes().accepted_request();
        return begin(event, LaneKind::update, request.input().name());
      }
      case HistoryEvent::kWorkflowExecutionUpdateCompletedEventAttributes: {
        const auto& attributes = event.workflow_execution_update_completed_event_attributes();
        return end(event, attributes.accepted_event_id(), attributes.outcome().has_failure() ? "failed" : "completed",
                   attributes.outcome().has_failure());
      }
      case HistoryEvent::kNexusOperationScheduledEventAttributes:
        return begin(event, LaneKind::nexus, event.nexus_operation_scheduled_event_attributes().operation());
      case HistoryEvent::kNexusOperationCompletedEventAttributes:
        return end(event, event.nexus_operation_completed_event_attributes().scheduled_event_id(), "completed");
      case HistoryEvent::kNexusOperationFailedEventAttributes:
        return end(event, event.nexus_operation_failed_event_attributes().scheduled_event_id(), "failed", true);
      case HistoryEvent::kNexusOperationCanceledEventAttributes:
        return end(event, event.nexus_operation_canceled_event_attributes().scheduled_event_id(), "canceled");
      case HistoryEvent::kNexusOperationTimedOutEventAttributes:
        return end(event, event.nexus_operation_timed_out_event_attributes().scheduled_event_id(), "timed out", true);
      default:
        return point(event, LaneKind::other, event_type_name(event.event_type()));
    }
  }

  const temporal::api::history::v1::History& history_;
  std::vector<TimelineItem> items_;
  std::unordered_map<std::int64_t, std::size_t> open_;  // by first event id
};

constexpr const char* kColours[] = {"#94a3b8", "#f59e0b", "#3b82f6", "#8b5cf6", "#ec4899",
                                    "#10b981", "#06b6d4", "#a16207", "#64748b"};

// By event number and not by time: what happens within a millisecond is as readable as what takes a month.
constexpr double kLabelWidth = 220, kStep = 14, kRow = 20, kTop = 24;
constexpr int kMostItems = 2000;

double x_of(std::int64_t event_id) { return kLabelWidth + static_cast<double>(event_id - 1) * kStep; }

std::string number(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string svg_item(const TimelineItem& item, double y) {
  const std::string colour = item.has_failed ? "#dc2626" : kColours[static_cast<std::size_t>(item.kind)];
  std::string span = "event " + std::to_string(item.first);
  if (item.last != item.first) span = "events " + std::to_string(item.first) + " to " + std::to_string(item.last);
  std::string title = std::string(lane_name(item.kind)) + ": " + item.label + " (" + span;
  if (!item.outcome.empty()) title += ", " + item.outcome;
  title += ", at " + number(item.begin) + " s";
  if (item.end > item.begin) title += ", took " + number(item.end - item.begin) + " s";
  title += ")";
  const double width = std::max<double>(kStep - 2, x_of(item.last) - x_of(item.first) + kStep - 2);
  return "<g><title>" + html_text(title) + "</title><text x=\"" + number(kLabelWidth - 8) + "\" y=\"" + number(y + 12) +
         "\" text-anchor=\"end\">" + html_text(item.label.substr(0, 32)) + "</text><rect x=\"" +
         number(x_of(item.first) + 1) + "\" y=\"" + number(y + 2) + "\" width=\"" + number(width) + "\" height=\"" +
         number(kRow - 6) + "\" rx=\"3\" fill=\"" + colour + "\"" +
         (item.outcome == "open" ? " fill-opacity=\"0.4\" stroke=\"" + colour + "\" stroke-dasharray=\"3 2\"" : "") +
         "/></g>\n";
}

}  // namespace

std::vector<TimelineItem> timeline_of(const temporal::api::history::v1::History& history) {
  return Builder(history).build();
}

const char* lane_name(LaneKind kind) {
  constexpr const char* kNames[] = {"workflow task", "timer",           "activity", "child workflow", "update",
                                    "signal",        "Nexus operation", "marker",   "workflow"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string timeline_svg(const temporal::api::history::v1::History& history, std::int64_t event_id) {
  std::vector<TimelineItem> items = timeline_of(history);
  const std::size_t all = items.size();
  // Workflow tasks share one lane; everything else has a row of its own, in order of its beginning.
  std::string body;
  double y = kTop;
  std::size_t shown = 0;
  bool has_tasks = false;
  for (const TimelineItem& item : items) {
    if (item.kind != LaneKind::workflow_task) continue;
    TimelineItem unlabelled = item;
    if (has_tasks) unlabelled.label.clear();
    has_tasks = true;
    body += svg_item(unlabelled, y);
  }
  if (has_tasks) y += kRow;
  for (const TimelineItem& item : items) {
    if (item.kind == LaneKind::workflow_task || shown >= kMostItems) continue;
    ++shown;
    body += svg_item(item, y);
    y += kRow;
  }
  const double width = x_of(history.events_size() + 1) + 10;
  std::string axis;
  const int step = std::max(1, history.events_size() / 60 / 5 * 5);
  for (int id = 1; id <= history.events_size(); id += step) {
    axis += "<text x=\"" + number(x_of(id) + kStep / 2) + "\" y=\"14\" text-anchor=\"middle\" class=\"axis\">" +
            (step == 1 && id % 5 != 1 && id != 1 ? "" : std::to_string(id)) + "</text>";
  }
  std::string mark;
  if (event_id > 0) {
    mark = "<rect x=\"" + number(x_of(event_id)) + "\" y=\"18\" width=\"" + number(kStep) + "\" height=\"" +
           number(y - 18) + "\" fill=\"#dc2626\" fill-opacity=\"0.18\"><title>event " + std::to_string(event_id) +
           "</title></rect>";
  }
  std::string out = "<div class=\"timeline\"><svg width=\"" + number(width) + "\" height=\"" + number(y + 4) +
                    "\" role=\"img\" aria-label=\"timeline by event number\">\n" + mark + axis + "\n" + body +
                    "</svg></div>\n";
  if (shown < all && shown >= kMostItems) out += "<p class=\"note\">The first 2,000 items are shown.</p>\n";
  return out;
}

}  // namespace temporalio::replayer
