// Replays one whole history through the same Run as the worker and says what came of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "sdk/src/workflow/run.h"

namespace temporalio::workflow {

// Where history and code part.
struct Divergence {
  bool is_recorded = false;                           // the history has the event of a command here
  bool is_issued = false;                             // the code has issued a command here
  std::int64_t event_id = 0;                          // the diverging event
  std::string event_type;                             // "TimerStarted"
  std::int64_t workflow_task_completed_event_id = 0;  // the workflow task in which it happened; 0: none
  int workflow_task = 0;                              // its number among the completed ones, from 1
  std::string recorded;                               // what the history recorded, one line
  std::string actual;                                 // what the code did, one line
  std::string message;                                // "[TMPRL1100] Nondeterminism error: ..."
  std::string source_file;  // of the call that issued the command; empty where no command is involved
  int source_line = 0;
};

struct ReplayOutcome {
  TaskVerdict verdict = TaskVerdict::completed;
  Divergence divergence;      // for nondeterminism
  std::string message;        // for every other verdict but completed
  std::int64_t event_id = 0;  // for bad_history: the event at fault, 0 where there is none
  std::string workflow_type;
  std::int64_t event_count = 0;
};

// Replays `history` (complete from event 1; may end anywhere) with the code in `registry`. Never throws for what the
// history or the workflow code does. `workflow_id` is used where the history does not name one. `progress` is told
// the last event that an activation's code knows, before it runs.
ReplayOutcome replay_history(const Registry& registry, const temporal::api::history::v1::History& history,
                             const std::string& workflow_id, std::atomic<std::int64_t>* progress = nullptr);

}  // namespace temporalio::workflow
