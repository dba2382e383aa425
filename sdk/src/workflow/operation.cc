#include "sdk/src/workflow/operation.h"

#include "sdk/src/workflow/run_state.h"

namespace temporalio::workflow {

void RunOperation::cancel() {
  if (run_.scheduler().is_destroying()) return;
  run_.refuse_in_query();
  const machines::CancelEffect effect = machine().cancel();
  if (effect.command) {
    QueuedCommand& command = run_.issue(*effect.command, coro::Ref<RunOperation>(this));
    if (CommandMessage* message = run_.message_of(command)) machine().build(*effect.command, *message);
  }
  if (effect.resolves) completion().resolve();
}

bool RunOperation::on_cancel() {
  cancel();
  return completion().is_resolved() || !machine().is_closed();
}

coro::Completion* RunOperation::on_started(const machines::HistoryEvent&) { return &completion(); }

}  // namespace temporalio::workflow
