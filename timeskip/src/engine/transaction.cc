// One place for what every change of a run ends with.
#include "timeskip/src/engine/transaction.h"

#include "timeskip/src/engine/engine.h"
#include "timeskip/src/engine/history_reader.h"
#include "timeskip/src/engine/query.h"
#include "timeskip/src/engine/time_holders.h"
#include "timeskip/src/engine/workflow_task.h"

namespace temporalio::timeskip {

void end_transaction(Engine& engine, Execution& execution) {
  if (execution.is_running()) {
    if (execution.needs_task && !execution.has_pending_task() && !execution.in_first_backoff) {
      schedule_workflow_task(engine, execution);
    }
    if (execution.task.state != WorkflowTask::State::kStarted) execution.history.flush();
  }
  execution.needs_task = false;
  execution.history.end_batch();
  answer_history_waiters(engine, execution);
  dispatch_waiting_queries(engine, execution);
  update_holder(engine, execution);
}

}  // namespace temporalio::timeskip
