// A command to another workflow, as an operation: for handles to external workflows, and for signals and cancellations
// of children.
#pragma once

#include <functional>
#include <string_view>

#include "sdk/src/machines/external_workflow.h"
#include "sdk/src/workflow/outbound.h"
#include "temporalio/payload.h"

namespace temporalio::workflow {

// Sends a signal to `target`.
coro::Ref<Operation> signal_workflow(machines::ExternalTarget target, std::string_view name, Payload* arguments,
                                     std::size_t size, SourceLocation location);

// Requests the cancellation of `target`. `on_answered`: what else goes on when the service has answered, while the run
// is in memory; may be empty.
coro::Ref<Operation> request_cancel_workflow(machines::ExternalTarget target, std::string_view reason,
                                             SourceLocation location, std::function<void()> on_answered = {});

}  // namespace temporalio::workflow
