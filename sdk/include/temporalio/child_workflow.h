// Child workflows: starting them, waiting for their start or their result, signalling and cancelling them. Included by
// temporalio/workflow.h, whose rules hold here, too.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "temporalio/definition.h"
#include "temporalio/detail/call_arguments.h"
#include "temporalio/detail/signal_calls.h"
#include "temporalio/duration.h"
#include "temporalio/id_policy.h"
#include "temporalio/option_text.h"
#include "temporalio/retry_policy.h"

namespace temporalio::workflow {

using temporalio::WorkflowIDReusePolicy;

// What a task that awaits a child's result sees after the child's cancellation was requested. A child whose start was
// not sent yet is dropped and ends cancelled, whatever the type.
enum class ChildWorkflowCancellationType {
  abandon,                      // request nothing, throw ChildWorkflowError (cause CancelledError) at once
  try_cancel,                   // request it, and throw ChildWorkflowError (cause CancelledError) at once
  wait_cancellation_completed,  // request it, and wait for how the child ends
  wait_cancellation_requested,  // request it, and throw ChildWorkflowError (cause CancelledError) once it was passed on
};

// What becomes of a child when its parent closes.
enum class ParentClosePolicy {
  unspecified = 0,  // the service's: terminate
  terminate = 1,
  abandon = 2,
  request_cancel = 3,
};

using NamedPayload = std::pair<std::string_view, const Payload*>;

// Views are read during the call.
struct ChildWorkflowOptions {
  OptionView id = {};          // empty: uuid4()
  OptionView task_queue = {};  // empty: this workflow's
  ChildWorkflowCancellationType cancellation_type = ChildWorkflowCancellationType::wait_cancellation_completed;
  ParentClosePolicy parent_close_policy = ParentClosePolicy::terminate;
  std::optional<Duration> execution_timeout = std::nullopt;  // of the whole chain of runs
  std::optional<Duration> run_timeout = std::nullopt;        // of one run
  std::optional<Duration> task_timeout = std::nullopt;       // of one workflow task; unset: the service's 10 s
  WorkflowIDReusePolicy id_reuse_policy = WorkflowIDReusePolicy::allow_duplicate;
  std::optional<RetryPolicy> retry_policy = std::nullopt;  // unset: a failed run is not tried again
  OptionView cron_schedule = {};
  std::span<const NamedPayload> memo = {};               // encoded with to_payload
  std::span<const NamedPayload> search_attributes = {};  // the same; metadata "type" says what each is
  OptionView static_summary = {};                        // one line for people, shown in the UI
  OptionView static_details = {};                        // more, as Markdown
};
static_assert(std::is_aggregate_v<ChildWorkflowOptions> && std::is_trivially_destructible_v<ChildWorkflowOptions>);

namespace detail {

// The two things to wait for, and what the child is called.
struct Child {
  coro::Ref<Operation> start;  // resolved when the child has started, or cannot; null where nobody asked for it
  coro::Ref<Operation> end;    // owns the strings
  const std::string* id = nullptr;
  const std::string* first_execution_run_id = nullptr;  // empty until it has started
  bool is_generated_id = false;
};

Child start_child_workflow(std::string_view type, const ChildWorkflowOptions& options, Payload* arguments,
                           std::size_t size, SourceLocation location);
coro::Ref<Operation> signal_child(const std::string& workflow_id, bool is_generated_id, std::string_view name,
                                  Payload* arguments, std::size_t size, SourceLocation location);

}  // namespace detail

// A child workflow whose result is an R. `co_await handle` gives the result or throws ChildWorkflowError; a task that
// is cancelled while it waits cancels the child. `W`: its class, so that only its signals compile; void: any. Copies
// share the child; dropping a handle does not cancel.
template <class R, class W = void>
class [[nodiscard]] ChildWorkflowHandle : public OperationHandle<R>,
                                          public detail::SignalCalls<ChildWorkflowHandle<R, W>, W> {
 public:
  explicit ChildWorkflowHandle(detail::Child child) : OperationHandle<R>(child.end), child_(std::move(child)) {}

  const std::string& id() const { return *child_.id; }
  // Empty until the child has started.
  const std::string& first_execution_run_id() const { return *child_.first_execution_run_id; }

 private:
  friend detail::SignalCalls<ChildWorkflowHandle<R, W>, W>;
  coro::Ref<Operation> send(std::string_view name, Payload* arguments, std::size_t size,
                            SourceLocation location) const {
    return detail::signal_child(*child_.id, child_.is_generated_id, name, arguments, size, location);
  }

  detail::Child child_;
};

// A child workflow that is being started: `co_await` gives its handle once the service has started it. Throws
// WorkflowAlreadyStartedError where the id is taken, ChildWorkflowError (cause CancelledError) where it was cancelled
// before it was sent. A task that is cancelled while it waits here cancels the child and goes on waiting for its start.
template <class R, class W = void>
class [[nodiscard]] StartingChildWorkflow : public coro::AwaitableTag {
 public:
  using value_type = ChildWorkflowHandle<R, W>;

  explicit StartingChildWorkflow(detail::Child child) : child_(std::move(child)) {}

  void cancel() { child_.end->cancel(); }
  bool is_done() const { return child_.start->completion().is_resolved(); }

  struct Awaiter : coro::CompletionAwaiter<Operation> {
    const detail::Child* child = nullptr;
    value_type await_resume() {
      coro::CompletionAwaiter<Operation>::await_resume();
      return value_type(*child);
    }
  };
  Awaiter awaiter() const { return Awaiter{{child_.start.get(), {}}, &child_}; }
  coro::Completion& completion() const { return child_.start->completion(); }
  bool has_failed() const { return child_.start->has_failed(); }

 private:
  detail::Child child_;
};

namespace detail {

template <auto kRun, template <class, class> class Handle>
struct ChildCaller : temporalio::detail::OptionsLastOrNone<ChildCaller<kRun, Handle>, ChildWorkflowOptions> {
  using Traits = FunctionTraits<decltype(kRun)>;
  using Result = Handle<typename Traits::Value, typename Traits::Class>;

  template <class... U>
  static Result call(const ChildWorkflowOptions& options, SourceLocation location, U&&... args) {
    auto payloads =
        temporalio::detail::encode_checked<typename Traits::Args>(wants_payloads(), std::forward<U>(args)...);
    return Result(start_child_workflow(type_name<kRun>(), options, payloads.data(), payloads.size() - 1, location));
  }
};

template <class R, template <class, class> class Handle>
struct NamedChildCaller {
  template <class... A>
  static Handle<R, void> call(SignalName type, const ChildWorkflowOptions& options, const A&... args) {
    std::array<Payload, sizeof...(A) + 1> payloads;
    if (wants_payloads()) payloads = {to_payload(args)..., Payload()};
    return Handle<R, void>(start_child_workflow(type.name, options, payloads.data(), sizeof...(A), type.location));
  }
};

}  // namespace detail

// Starts a child workflow: `auto child = co_await start_child_workflow<&Shipment::run>(order, {.id = "ship-7"})`, and
// later `co_await child` for its result. The command is issued at the call.
template <auto kRun>
inline constexpr detail::ChildCaller<kRun, StartingChildWorkflow> start_child_workflow{};
// Starts one and gives what to await for its result: `co_await execute_child_workflow<&Shipment::run>(order, {...})`.
// Throws there ChildWorkflowError, and what start_child_workflow throws.
template <auto kRun>
inline constexpr detail::ChildCaller<kRun, ChildWorkflowHandle> execute_child_workflow{};

// By the name of the workflow type, for a result of type R; the options, then the arguments:
// `co_await start_child_workflow_by_name<int>("Count", {.id = "c1"}, 3)`.
template <class R = RawValue, class... A>
StartingChildWorkflow<R> start_child_workflow_by_name(detail::SignalName type, const ChildWorkflowOptions& options,
                                                      const A&... args) {
  return detail::NamedChildCaller<R, StartingChildWorkflow>::call(type, options, args...);
}
template <class R = RawValue, class... A>
ChildWorkflowHandle<R> execute_child_workflow_by_name(detail::SignalName type, const ChildWorkflowOptions& options,
                                                      const A&... args) {
  return detail::NamedChildCaller<R, ChildWorkflowHandle>::call(type, options, args...);
}

}  // namespace temporalio::workflow
