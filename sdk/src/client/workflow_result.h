// Waiting for the end of a workflow: long polls for the event that closes a run, and what that event means.
#pragma once

#include <string>
#include <vector>

#include "temporalio/duration.h"
#include "temporalio/payload.h"

namespace temporalio::client {

class Connection;

// The encoded result of run `run_id` (empty: the newest), or, when it follows, of the last run of its chain. Throws
// WorkflowFailureError, WorkflowContinuedAsNewError, RPCError.
std::vector<Payload> wait_for_result(Connection& connection, const std::string& id, std::string run_id,
                                     bool follow_runs, Duration timeout);

}  // namespace temporalio::client
