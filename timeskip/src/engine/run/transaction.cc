// One place for what every change of a run ends with.
#include "timeskip/src/engine/run/transaction.h"

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/rpc/history.h"
#include "timeskip/src/engine/run/lifecycle.h"
#include "timeskip/src/engine/run/query.h"
#include "timeskip/src/engine/run/time_holders.h"
#include "timeskip/src/engine/run/workflow_task.h"

namespace temporalio::timeskip {
namespace {

constexpr std::size_t kMaxBufferedEvents = 100;
constexpr std::size_t kMaxBufferedBytes = std::size_t{2} << 20;

// A worker that stays with one workflow task while more and more comes in loses the task.
void limit_buffer(Engine& engine, Execution& execution) {
  if (execution.task.state != WorkflowTask::State::kStarted) return;
  const auto& buffered = execution.history.buffered();
  std::size_t bytes = 0;
  for (const auto& event : buffered) bytes += event->ByteSizeLong();
  if (buffered.size() <= kMaxBufferedEvents && bytes <= kMaxBufferedBytes) return;
  fail_workflow_task(engine, execution, enums::WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND, "history-service");
  execution.needs_task = true;
}

}  // namespace

void end_transaction(Engine& engine, Execution& execution) {
  // A real server discards the transaction that goes too far; here its few events stay, but for those of a worker's
  // commands, which rpc/workflow_task.cc counts beforehand.
  if (execution.is_running()) {
    const bool is_flushed = execution.task.state != WorkflowTask::State::kStarted;
    const auto arriving = static_cast<std::int64_t>(is_flushed ? execution.history.buffered().size() : 0);
    enforce_history_limits(engine, execution, arriving);
  }
  if (execution.is_running()) {
    limit_buffer(engine, execution);
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
