// workflow::sleep.
#include "sdk/src/machines/timer.h"

#include "sdk/src/workflow/run_state.h"
#include "temporalio/workflow.h"

namespace temporalio::workflow {
namespace {

class TimerOperation final : public RunOperation {
 public:
  TimerOperation(RunState& run, std::uint32_t sequence, SourceLocation location)
      : RunOperation(run, location), machine_(sequence) {}

  machines::TimerMachine& machine() override { return machine_; }
  void on_closed(const machines::HistoryEvent&) override {}
  std::string title() const override { return "timer"; }
  bool has_failed() const override { return machine_.state() != machines::TimerState::fired; }
  void take() override {
    if (has_failed()) throw CancelledError("Timer cancelled");
  }
  PayloadView result() const override { return {}; }

 private:
  machines::TimerMachine machine_;
};

class StartTimer final : public OutboundCall {
 public:
  StartTimer(Duration duration, const SleepOptions& options, SourceLocation location)
      : OutboundCall("sleep", location), duration_(duration), options_(options) {}

  coro::Ref<Operation> operation;

  void issue(RunState& run) override {
    const coro::Ref<TimerOperation> timer(
        new TimerOperation(run, run.next_sequence(machines::CommandKind::start_timer), location()));
    QueuedCommand& command = run.issue(machines::CommandKind::start_timer, coro::Ref<RunOperation>(timer.get()));
    if (CommandMessage* message = run.message_of(command)) {
      timer->machine().build_start(duration_, *message);
      set_summary(*message, options_.summary);
    }
    operation = coro::Ref<Operation>(timer.get());
  }

 private:
  Duration duration_;
  const SleepOptions& options_;
};

}  // namespace

TimerHandle sleep(Duration duration, SleepOptions options, SourceLocation location) {
  StartTimer call(duration, options, location);
  RunState::current_for_write().outbound().call(call);
  return TimerHandle(std::move(call.operation));
}

}  // namespace temporalio::workflow
