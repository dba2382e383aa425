// What workflow code has started and can await: an Operation of the public API around a protocol machine. The machine
// knows the protocol, the operation knows what the code gets in the end; each capability derives its own.
#pragma once

#include "sdk/src/machines/machine.h"
#include "temporalio/detail/operation.h"

namespace temporalio::workflow {

class RunState;

// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): deleted by its own release() alone
class RunOperation : public Operation {
 public:
  RunOperation(RunState& run, SourceLocation location) : run_(run), location_(location) {}

  virtual machines::Machine& machine() = 0;
  SourceLocation location() const { return location_; }

  // Issues what the machine's cancellation asks for, and resolves where it says so.
  void cancel() override;
  bool on_cancel() override;

  // What was asked for has begun, as `event` says; gives what workflow code waits for in that case.
  virtual coro::Completion* on_started(const machines::HistoryEvent& event);
  // It has ended as `event` says, and workflow code does not know yet. The event lives until detach().
  virtual void on_closed(const machines::HistoryEvent& event) = 0;
  // Takes copies of what points into the current task's history.
  virtual void detach() {}
  // "activity charge": for stack traces.
  virtual std::string title() const = 0;

 protected:
  RunState& run() { return run_; }

 private:
  RunState& run_;
  SourceLocation location_;
};

}  // namespace temporalio::workflow
