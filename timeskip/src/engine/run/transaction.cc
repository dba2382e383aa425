// What every change of a run ends with: a workflow task is scheduled when one is needed, buffered events get their ids
// when none is started, those who wait for history are answered, and it is noted whether the run holds time now.
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/run/execution.h"
#include "timeskip/src/engine/run/lifecycle.h"
#include "timeskip/src/engine/run/query.h"
#include "timeskip/src/engine/run/time_holders.h"
#include "timeskip/src/engine/run/workflow_task.h"

namespace temporalio::timeskip {
namespace {

// A worker that stays with one workflow task while more and more comes in loses the task.
void limit_buffer(Engine& engine, Execution& execution) {
  if (execution.task.state != WorkflowTask::State::kStarted) return;
  const auto& buffered = execution.history.buffered();
  std::size_t bytes = 0;
  for (const auto& event : buffered) bytes += event->ByteSizeLong();
  if (buffered.size() <= kMaxBufferedEvents && bytes <= kMaxBufferedBytes) return;
  fail_workflow_task(engine, execution, enums::WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND, kServerIdentity);
  execution.needs_task = true;
}

void answer_history_waiters(Execution& execution) {
  for (auto it = execution.history_waiters.begin(); it != execution.history_waiters.end();) {
    const HistoryWaiter& waiter = *it++;  // answering removes it
    const bool has_news =
        !execution.is_running() || (!waiter.wants_close_only && execution.history.last_event_id() >= waiter.from);
    if (!has_news) continue;
    const std::function<void()> answer = waiter.answer;
    answer();
  }
}

}  // namespace

void Execution::end_transaction(Engine& engine) {
  // A real server discards the transaction that goes too far; here its few events stay, but for those of a worker's
  // commands, which rpc/workflow_task.cc counts beforehand.
  if (is_running()) {
    const bool is_flushed = task.state != WorkflowTask::State::kStarted;
    const auto arriving = static_cast<std::int64_t>(is_flushed ? history.buffered().size() : 0);
    enforce_history_limits(engine, *this, arriving);
  }
  if (is_running()) {
    if (history.has_buffered()) commit_speculative_task(*this);
    limit_buffer(engine, *this);
    if (needs_task && !has_pending_task() && !in_first_backoff) schedule_workflow_task(engine, *this);
    if (task.state != WorkflowTask::State::kStarted) history.flush();
  }
  needs_task = false;
  history.end_batch();
  if (has_changed_attributes && owner->visibility != nullptr) {
    owner->visibility->run_changed(*this);
    has_changed_attributes = false;
  }
  if (!is_running()) abort_updates_of_closed_run(*this);
  settle_updates(*this);
  answer_history_waiters(*this);
  dispatch_waiting_queries(engine, *this);
  update_holder(engine, *this);
}

}  // namespace temporalio::timeskip
