// A child workflow, as its parent sees it:
//
//   initiated --start--> started --the last run of its chain closes--> (gone, with the event that says how)
//             +--refused, the workflow id being taken--> (gone, with StartChildWorkflowExecutionFailed)
//
// The child starts in a transaction of its own, after the one of the workflow task that asked for it; its first
// workflow task comes after the parent has recorded the start. A child that continues as new, is retried or runs on a
// cron schedule has not closed: only the run without a successor is reported. When the parent closes, its parent-close
// policy decides what becomes of the child; a child that has not started then never does.
#pragma once

#include <cstdint>

#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;

// Takes a validated, normalised command, whose payloads are moved from, and returns the event it wrote.
historypb::HistoryEvent* initiate_child(Engine& engine, Execution& parent,
                                        commandpb::StartChildWorkflowExecutionCommandAttributes& command,
                                        std::int64_t task_completed_event_id);

// The two that follow when a run has closed: its parent hears of it, and its own children get what their policy says.
void report_close_to_parent(Engine& engine, Execution& closed);
void apply_parent_close_policies(Engine& engine, Execution& closed);

}  // namespace temporalio::timeskip
