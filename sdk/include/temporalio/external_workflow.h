// Other workflows, seen from workflow code: signalling them and requesting their cancellation. Included by
// temporalio/workflow.h, whose rules hold here, too.
#pragma once

#include <string>
#include <string_view>

#include "temporalio/detail/signal_calls.h"

namespace temporalio::workflow {

namespace detail {
coro::Ref<Operation> signal_external(const std::string& workflow_id, const std::string& run_id, std::string_view name,
                                     Payload* arguments, std::size_t size, SourceLocation location);
coro::Ref<Operation> cancel_external(const std::string& workflow_id, const std::string& run_id, std::string_view reason,
                                     SourceLocation location);
}  // namespace detail

// A workflow execution in this namespace that this run has not started. Making a handle asks nobody whether it exists.
// `W`: its class, so that only its signals compile; void: any.
template <class W = void>
class ExternalWorkflowHandle : public detail::SignalCalls<ExternalWorkflowHandle<W>, W> {
 public:
  ExternalWorkflowHandle(std::string_view id, std::string_view run_id) : id_(id), run_id_(run_id) {}

  const std::string& id() const { return id_; }
  // Empty: the latest run.
  const std::string& run_id() const { return run_id_; }

  // Requests its cancellation; `reason` is one line for people. The command is issued at the call; awaiting the result
  // says that the service has passed the request on. Throws there ApplicationError where that workflow is not running.
  OperationHandle<void> cancel(std::string_view reason = {},
                               SourceLocation location = SourceLocation::current()) const {
    return OperationHandle<void>(detail::cancel_external(id_, run_id_, reason, location));
  }

 private:
  friend detail::SignalCalls<ExternalWorkflowHandle<W>, W>;
  coro::Ref<Operation> send(std::string_view name, Payload* arguments, std::size_t size,
                            SourceLocation location) const {
    return detail::signal_external(id_, run_id_, name, arguments, size, location);
  }

  std::string id_;
  std::string run_id_;
};

// A handle to the workflow with this id, or to one run of it.
inline ExternalWorkflowHandle<> get_external_workflow_handle(std::string_view id, std::string_view run_id = {}) {
  return ExternalWorkflowHandle<>(id, run_id);
}
// The same for a workflow class: `get_external_workflow_handle_for<Order>("order-7")`.
template <class W>
ExternalWorkflowHandle<W> get_external_workflow_handle_for(std::string_view id, std::string_view run_id = {}) {
  return ExternalWorkflowHandle<W>(id, run_id);
}

}  // namespace temporalio::workflow
