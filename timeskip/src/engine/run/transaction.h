// The end of a run's transaction: what was written becomes visible, and what follows from it is set going.
#pragma once

namespace temporalio::timeskip {

class Engine;
struct Execution;

// Schedules a workflow task when one is needed, gives buffered events their ids when none is started, answers those who
// wait for history, and notes whether the run holds time now.
void end_transaction(Engine& engine, Execution& execution);

}  // namespace temporalio::timeskip
