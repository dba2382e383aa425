// Applying validated commands: each writes its event and changes what is pending.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;

struct AppliedCommands {
  bool activity_canceled_at_once = false;      // a worker must hear of it
  std::vector<std::int64_t> eager_activities;  // for the worker itself; scheduled event ids
};

// Applies one command that CommandCheck has passed; its payloads are moved from.
void apply_command(Engine& engine, Execution& execution, commandpb::Command& command,
                   std::int64_t task_completed_event_id, const std::string& identity, AppliedCommands& applied);

}  // namespace temporalio::timeskip
