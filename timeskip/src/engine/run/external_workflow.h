// What workflow code asks of other workflows: signals and cancellation. The request is recorded in the transaction of
// the workflow task; it is delivered in a transaction of its own, whose outcome is an event of the sender:
//
//   initiated --delivered--> signaled, or cancel requested
//       ^  |------refused--> failed, with its cause
//       +--+ (the target is about to close: tried again)
//
// A request of a run that has closed meanwhile is dropped, as the real server does.
#pragma once

#include <cstdint>

#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;

// Both take a validated command, whose payloads are moved from, and return the event they wrote.
historypb::HistoryEvent* initiate_external_signal(Engine& engine, Execution& sender,
                                                  commandpb::SignalExternalWorkflowExecutionCommandAttributes& command,
                                                  std::int64_t task_completed_event_id);
historypb::HistoryEvent* initiate_external_cancel(
    Engine& engine, Execution& sender, commandpb::RequestCancelExternalWorkflowExecutionCommandAttributes& command,
    std::int64_t task_completed_event_id);

// How many requests of one kind have not been delivered yet.
std::int64_t count_external_requests(const Execution& execution, ExternalRequest::Kind kind);

// Whether `execution` is a child that `parent` itself (this very run) has started.
bool is_child_of(const Execution& execution, const commonpb::WorkflowExecution& parent);

}  // namespace temporalio::timeskip
