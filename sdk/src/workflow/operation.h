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
  // Whether code has still to learn how it ends.
  virtual bool wants_outcome() { return !completion().is_resolved(); }
  // It has ended as `event` says, and code wants to know. The event lives until detach().
  virtual void on_closed(const machines::HistoryEvent& event) = 0;
  // Tells workflow code; `completion` is the operation's own, or what on_started gave.
  virtual void resolve(coro::Completion& completion) { completion.resolve(); }
  // How many turns of the ready queue the Python SDK takes from the job until `completion` is resolved: one for a
  // future that code awaits itself, two where a task of the SDK stands between.
  virtual int python_turns(const coro::Completion&) const { return 1; }
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
