// What workflow code may know of its run, and compensation. What it can ask for stands with each capability.
#include <stdexcept>

#include "sdk/src/workflow/run_state.h"
#include "temporalio/workflow.h"

namespace temporalio::workflow {

const Info& info() { return RunState::current().info(); }
SystemTime now() { return RunState::current().now(); }
Random& random() { return RunState::current_for_write().random(); }
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
    } catch (const FailureError&) {
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

namespace detail {

bool wants_payloads() { return RunState::current_for_write().is_sending(); }

void refuse_in_query() { RunState::current().refuse_in_query(); }
coro::Scheduler& workflow_scheduler() { return RunState::current_for_write().scheduler(); }

}  // namespace detail

void throw_not_defined(std::string_view workflow, std::string_view kind, std::string_view member) {
  throw std::logic_error("workflow " + std::string(workflow) + " does not define " + std::string(kind) + " " +
                         std::string(member) + " in its define()");
}

}  // namespace temporalio::workflow
