// The functions of workflow.h, forwarded to the run whose code is running.
#include <stdexcept>

#include "sdk/src/workflow/run_state.h"
#include "temporalio/workflow.h"

namespace temporalio::workflow {

TimerHandle sleep(Duration duration, SleepOptions options, SourceLocation location) {
  return TimerHandle(RunState::current_for_write().start_timer(duration, options, location));
}

const Info& info() { return RunState::current().info(); }
SystemTime now() { return RunState::current().now(); }
Random& random() { return RunState::current_for_write().random(); }
bool patched(std::string_view id, SourceLocation location) {
  return RunState::current_for_write().patched(id, false, location);
}
void deprecate_patch(std::string_view id, SourceLocation location) {
  RunState::current_for_write().patched(id, true, location);
}
void set_signal_handler(std::string_view name, std::function<void(const PayloadListView&)> handler) {
  RunState::current_for_write().set_signal_handler(name, std::move(handler));
}
void set_query_handler(std::string_view name, std::function<Payload(const PayloadListView&)> handler) {
  RunState::current_for_write().set_query_handler(name, std::move(handler));
}
bool is_cancel_requested() { return RunState::current().is_cancel_requested(); }
bool unsafe::is_replaying() { return RunState::current().is_replaying(); }

Task<void> Saga::compensate() {
  std::exception_ptr first;
  while (!compensations_.empty()) {
    const std::function<Task<void>()> compensation = std::move(compensations_.back());
    compensations_.pop_back();
    try {
      Task<void> task = compensation();
      co_await task;
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

namespace detail {

bool wants_payloads() { return RunState::current_for_write().is_sending(); }

coro::Ref<Operation> schedule_activity(std::string_view type, const ActivityOptions& options, Payload* arguments,
                                       std::size_t size, SourceLocation location) {
  return RunState::current_for_write().schedule_activity(type, options, arguments, size, location);
}

void throw_continue_as_new(std::string_view type, const ContinueAsNewOptions& options, Payload* arguments,
                           std::size_t size, SourceLocation location) {
  RunState::current_for_write().continue_as_new(type, options, arguments, size, location);
}

void refuse_in_query() { RunState::current().refuse_in_query(); }
coro::Scheduler& workflow_scheduler() { return RunState::current_for_write().scheduler(); }

}  // namespace detail

void throw_not_defined(std::string_view workflow, std::string_view kind, std::string_view member) {
  throw std::logic_error("workflow " + std::string(workflow) + " does not define " + std::string(kind) + " " +
                         std::string(member) + " in its define()");
}

}  // namespace temporalio::workflow
