// Handles to workflow executions: result, signal, query, cancel, terminate, describe, history. They are got from a
// Client and are cheap to copy. All calls wait for the service's answer, may be made from any thread that runs neither
// workflow code nor an asynchronous activity (there: std::logic_error), and throw RPCError where the service refuses.
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "temporalio/definition.h"
#include "temporalio/detail/call_arguments.h"
#include "temporalio/duration.h"
#include "temporalio/errors.h"
#include "temporalio/function_traits.h"
#include "temporalio/payload.h"
#include "temporalio/workflow_history.h"
#include "temporalio/workflow_update.h"

namespace temporalio::client {

class Connection;

using temporalio::to_string;
using temporalio::WorkflowExecutionStatus;

// When a query is refused (WorkflowQueryRejectedError).
enum class QueryRejectCondition {
  none = 1,                   // never
  not_open = 2,               // the workflow is not open any more
  not_completed_cleanly = 3,  // it failed, timed out, was cancelled or terminated
};

struct ResultOptions {
  // Whether to wait for the run that continues, retries or follows this one by its cron schedule.
  bool follow_runs = true;
  // How long to wait, by the machine's clock; then RPCError with DEADLINE_EXCEEDED. Zero: for ever.
  Duration timeout = Duration::zero();
};

struct QueryOptions {
  QueryRejectCondition reject_condition = QueryRejectCondition::none;
  Duration rpc_timeout = Duration::zero();  // zero: 30 s
};
static_assert(std::is_trivially_destructible_v<QueryOptions>);

// What the service knows of an execution without its history.
struct WorkflowExecutionDescription {
  WorkflowExecutionDescription() = default;
  std::string id;
  std::string run_id;
  std::string workflow_type;
  std::string task_queue;
  WorkflowExecutionStatus status = WorkflowExecutionStatus::unspecified;
  SystemTime start_time{};
  std::optional<SystemTime> execution_time;  // when the first workflow task may start: later with a start delay or cron
  std::optional<SystemTime> close_time;
  std::int64_t history_length = 0;
  std::string parent_id;  // empty: no parent
  std::string parent_run_id;
};

namespace detail {

// Encodes `args` as the parameter types of `kMember` want them; a mismatch is a compile error that says so.
template <auto kMember, class... U>
std::vector<Payload> encode_arguments_of(U&&... args) {
  using Args = typename FunctionTraits<decltype(kMember)>::Args;
  std::vector<Payload> payloads;
  if constexpr (temporalio::detail::check_arguments<U...>(static_cast<Args*>(nullptr))) {
    auto encoded = temporalio::detail::encode_as(static_cast<Args*>(nullptr), std::forward<U>(args)...);
    payloads.assign(std::make_move_iterator(encoded.begin()), std::make_move_iterator(encoded.end() - 1));
  }
  return payloads;
}

}  // namespace detail

// A handle that knows nothing of the workflow's types.
class UntypedWorkflowHandle {
 public:
  UntypedWorkflowHandle(std::shared_ptr<Connection> connection, std::string id, std::string run_id,
                        std::string first_execution_run_id);

  const std::string& id() const { return id_; }
  // The run that calls are limited to; empty: the newest. start_workflow leaves it empty.
  const std::string& run_id() const { return run_id_; }
  // The run that result() waits for first: that which start_workflow started.
  const std::string& result_run_id() const { return run_id_.empty() ? first_execution_run_id_ : run_id_; }
  // Cancel and terminate reach only runs of the chain that begins with this one; empty where it is not known.
  const std::string& first_execution_run_id() const { return first_execution_run_id_; }

  // Waits until the workflow is closed and gives its encoded result (none: it returned nothing). Throws
  // WorkflowFailureError with the cause, or, when it does not follow, WorkflowContinuedAsNewError; RPCError with
  // UNAVAILABLE when the service has been gone for ten seconds, and in test environments when the workflow makes no
  // progress.
  std::vector<Payload> result_payloads(ResultOptions options = {}) const;

  // Asks the workflow to cancel itself; it decides how it ends.
  void cancel() const;
  // Ends the workflow without asking it.
  void terminate(std::string_view reason = {}, std::span<const Payload> details = {}) const;

  // Signals with a name and arguments of any encodable types.
  template <class... Args>
  void signal(std::string_view name, const Args&... args) const {
    signal_payloads(name, to_payloads(args...));
  }
  void signal_payloads(std::string_view name, std::vector<Payload> arguments) const;

  // Queries by name: handle.query<int>("count", 5).
  template <class R, class... Args>
  R query(std::string_view name, const Args&... args) const {
    return from_result<R>(query_payloads(name, to_payloads(args...)));
  }
  // Throws WorkflowQueryFailedError, WorkflowQueryRejectedError.
  std::vector<Payload> query_payloads(std::string_view name, std::vector<Payload> arguments,
                                      QueryOptions options = {}) const;

  // Updates by name, for a result of type R: handle.start_update<int>("add", UpdateOptions{}, 5).
  template <class R = RawValue, class... Args>
  WorkflowUpdateHandle<R> start_update(std::string_view name, const UpdateOptions& options, const Args&... args) const {
    return WorkflowUpdateHandle<R>(start_update_payloads(name, to_payloads(args...), options));
  }
  // The same, and waits for the result: handle.execute_update<int>("add", 5).
  template <class R = RawValue, class... Args>
  R execute_update(std::string_view name, const Args&... args) const {
    return WorkflowUpdateHandle<R>(
               start_update_payloads(name, to_payloads(args...), {.wait_for_stage = WorkflowUpdateStage::completed}))
        .result();
  }
  // The same with encoded arguments. Returns when the update has reached options.wait_for_stage, or has been rejected
  // (which its result says). Throws RPCError (not_found: there is no such workflow, or it is closed),
  // WorkflowUpdateRPCTimeoutOrCancelledError.
  UntypedWorkflowUpdateHandle start_update_payloads(std::string_view name, std::vector<Payload> arguments,
                                                    const UpdateOptions& options) const;
  // A handle to an update that was started elsewhere; nothing is checked.
  template <class R = RawValue>
  WorkflowUpdateHandle<R> get_update_handle(std::string_view id) const {
    return WorkflowUpdateHandle<R>(connection_, std::string(id), id_, run_id_);
  }

  WorkflowExecutionDescription describe() const;

  // All events so far.
  WorkflowHistory fetch_history() const;

 private:
  std::shared_ptr<Connection> connection_;
  std::string id_;
  std::string run_id_;
  std::string first_execution_run_id_;
};

// A handle to a workflow that returns R; signals and queries are given by pointers to the class's members. `W`: its
// class, so that members of other classes do not compile; void: any.
template <class R, class W = void>
class WorkflowHandle : public UntypedWorkflowHandle {
 public:
  using UntypedWorkflowHandle::execute_update;
  using UntypedWorkflowHandle::query;
  using UntypedWorkflowHandle::signal;
  using UntypedWorkflowHandle::start_update;
  using UntypedWorkflowHandle::UntypedWorkflowHandle;
  explicit WorkflowHandle(UntypedWorkflowHandle handle) : UntypedWorkflowHandle(std::move(handle)) {}
  // A handle that knows the class is also one that does not.
  template <class Known>
    requires(std::is_void_v<W> && !std::is_void_v<Known>)
  WorkflowHandle(const WorkflowHandle<R, Known>& handle)  // NOLINT(google-explicit-constructor)
      : UntypedWorkflowHandle(handle) {}

  // Waits until the workflow is closed. Throws WorkflowFailureError with the cause, WorkflowContinuedAsNewError when it
  // does not follow, PayloadDecodeError.
  R result(ResultOptions options = {}) const { return from_result<R>(result_payloads(options)); }

  // Waits until the service has the signal: handle.signal<&OneClickBuy::update_purchase>(purchase).
  template <auto kSignal, class... U>
  void signal(U&&... args) const {
    check_class<kSignal>();
    signal_payloads(workflow::signal_name<kSignal>(), detail::encode_arguments_of<kSignal>(std::forward<U>(args)...));
  }

  // Asks the workflow for a value: handle.query<&OneClickBuy::current_status>(). Options may follow the arguments.
  // Throws WorkflowQueryFailedError, WorkflowQueryRejectedError, PayloadDecodeError.
#define TEMPORALIO_DETAIL_RUNG(Types, Names, Parameters, Arguments)                       \
  template <auto kQuery TEMPORALIO_DETAIL_UNWRAP Types>                                   \
    requires(!temporalio::detail::kEndsWith<QueryOptions TEMPORALIO_DETAIL_UNWRAP Names>) \
  auto query(TEMPORALIO_DETAIL_UNWRAP Parameters QueryOptions options = {}) const {       \
    return ask<kQuery>(options TEMPORALIO_DETAIL_UNWRAP Arguments);                       \
  }
  TEMPORALIO_DETAIL_LADDER(TEMPORALIO_DETAIL_RUNG)
#undef TEMPORALIO_DETAIL_RUNG

  // Sends an update and waits until it is accepted: handle.start_update<&Cart::add>("book"). Options may follow the
  // arguments.
#define TEMPORALIO_DETAIL_RUNG(Types, Names, Parameters, Arguments)                         \
  template <auto kUpdate TEMPORALIO_DETAIL_UNWRAP Types>                                    \
    requires(!temporalio::detail::kEndsWith<UpdateOptions TEMPORALIO_DETAIL_UNWRAP Names>)  \
  auto start_update(TEMPORALIO_DETAIL_UNWRAP Parameters UpdateOptions options = {}) const { \
    return update<kUpdate>(options TEMPORALIO_DETAIL_UNWRAP Arguments);                     \
  }
  TEMPORALIO_DETAIL_LADDER(TEMPORALIO_DETAIL_RUNG)
#undef TEMPORALIO_DETAIL_RUNG
  // Sends an update and waits for its result: handle.execute_update<&Cart::add>("book"). Options may follow the
  // arguments; their wait_for_stage does not matter. Throws what start_update and WorkflowUpdateHandle::result throw.
#define TEMPORALIO_DETAIL_RUNG(Types, Names, Parameters, Arguments)                           \
  template <auto kUpdate TEMPORALIO_DETAIL_UNWRAP Types>                                      \
    requires(!temporalio::detail::kEndsWith<UpdateOptions TEMPORALIO_DETAIL_UNWRAP Names>)    \
  auto execute_update(TEMPORALIO_DETAIL_UNWRAP Parameters UpdateOptions options = {}) const { \
    options.wait_for_stage = WorkflowUpdateStage::completed;                                  \
    return update<kUpdate>(options TEMPORALIO_DETAIL_UNWRAP Arguments).result();              \
  }
  TEMPORALIO_DETAIL_LADDER(TEMPORALIO_DETAIL_RUNG)
#undef TEMPORALIO_DETAIL_RUNG

 private:
  template <auto kMember>
  static constexpr void check_class() {
    using Class = typename FunctionTraits<decltype(kMember)>::Class;
    static_assert(std::is_void_v<W> || std::is_same_v<W, Class> || std::is_base_of_v<Class, W>,
                  "temporalio: this signal, query or update belongs to another workflow class than the handle");
  }
  template <auto kUpdate, class... U>
  auto update(const UpdateOptions& options, U&&... args) const {
    check_class<kUpdate>();
    return WorkflowUpdateHandle<typename FunctionTraits<decltype(kUpdate)>::Value>(start_update_payloads(
        workflow::update_name<kUpdate>(), detail::encode_arguments_of<kUpdate>(std::forward<U>(args)...), options));
  }
  template <auto kQuery, class... U>
  typename FunctionTraits<decltype(kQuery)>::Value ask(const QueryOptions& options, U&&... args) const {
    check_class<kQuery>();
    return from_result<typename FunctionTraits<decltype(kQuery)>::Value>(query_payloads(
        workflow::query_name<kQuery>(), detail::encode_arguments_of<kQuery>(std::forward<U>(args)...), options));
  }
};

}  // namespace temporalio::client
