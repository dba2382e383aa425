// An activity of a workflow:
//
//   scheduled --poll--> started --completed, failed for good, timed out for good, canceled--> (gone, final events)
//       ^                  |
//       +---- backing off <+ (a failure or timeout that is retried writes nothing)
//
// ActivityTaskStarted is written only together with the final event. Timeouts: schedule-to-start counts from this
// attempt's scheduling, schedule-to-close from the first one, start-to-close and heartbeat from the start.
#pragma once

#include <string>

#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;

// Writes ActivityTaskScheduled from a validated, normalised command, whose payloads are moved from.
historypb::HistoryEvent* schedule_activity(Engine& engine, Execution& execution,
                                           commandpb::ScheduleActivityTaskCommandAttributes& command,
                                           std::int64_t task_completed_event_id);

Activity* find_activity(Execution& execution, std::int64_t scheduled_event_id);
Activity* find_activity_by_id(Execution& execution, const std::string& activity_id);
const historypb::ActivityTaskScheduledEventAttributes& scheduled_attributes(const Execution& execution,
                                                                            const Activity& activity);

// Requires a scheduled activity.
void start_activity(Engine& engine, Execution& execution, Activity& activity, const std::string& identity);

// The four ends of an attempt; `activity` is gone afterwards unless it is retried. Payloads are moved from.
void complete_activity(Engine& engine, Execution& execution, Activity& activity, commonpb::Payloads* result,
                       const std::string& identity);
void fail_activity(Engine& engine, Execution& execution, Activity& activity, failurepb::Failure* failure,
                   const std::string& identity);
void cancel_activity(Engine& engine, Execution& execution, Activity& activity, commonpb::Payloads* details,
                     const std::string& identity);

void record_heartbeat(Engine& engine, Execution& execution, Activity& activity, commonpb::Payloads* details);

// An activity that is not with a worker is canceled at once.
historypb::HistoryEvent* request_cancel_activity(Engine& engine, Execution& execution, std::int64_t scheduled_event_id,
                                                 std::int64_t task_completed_event_id, const std::string& identity);

}  // namespace temporalio::timeskip
