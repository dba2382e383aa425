// A history as a timeline: lanes for the workflow, its timers, activities, children, updates, signals and markers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace temporal::api::history::v1 {
class History;
}

namespace temporalio::replayer {

enum class LaneKind { workflow_task, timer, activity, child, update, signal, nexus, marker, other };

// Something that began with one event and ended with another, or is one event only.
struct TimelineItem {
  LaneKind kind = LaneKind::other;
  std::string label;       // "charge", "timer 3"
  std::string outcome;     // "completed", "fired", "open"
  std::int64_t first = 0;  // event ids
  std::int64_t last = 0;   // equal to `first` for a single event
  double begin = 0;        // seconds since the first event
  double end = 0;
  bool has_failed = false;
};

std::vector<TimelineItem> timeline_of(const temporal::api::history::v1::History& history);

const char* lane_name(LaneKind kind);

// The timeline as SVG for an HTML page; `event_id` is marked, 0: none.
std::string timeline_svg(const temporal::api::history::v1::History& history, std::int64_t event_id);

}  // namespace temporalio::replayer
