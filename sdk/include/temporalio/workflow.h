// Everything that workflow code calls. All of it belongs to the running workflow and is used from its own code only
// (elsewhere each function throws std::logic_error). Calls are eager: start_activity issues the command at the call, so
// two starts and then two awaits run in parallel. Nothing here may be called from a query.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "temporalio/child_workflow.h"
#include "temporalio/definition.h"
#include "temporalio/detail/call_arguments.h"
#include "temporalio/detail/operation.h"
#include "temporalio/duration.h"
#include "temporalio/errors.h"
#include "temporalio/external_workflow.h"
#include "temporalio/function_traits.h"
#include "temporalio/option_text.h"
#include "temporalio/payload.h"
#include "temporalio/retry_policy.h"
#include "temporalio/task.h"
#include "temporalio/updates.h"
#include "temporalio/workflow_results.h"
#include "temporalio/workflow_tasks.h"

namespace temporalio::workflow {

// What an awaiting task sees after an activity's cancellation was requested. A command that was not sent yet is
// dropped, and the activity ends cancelled, whatever the type.
enum class ActivityCancellationType {
  try_cancel,                   // request it, and throw ActivityError (cause CancelledError) at once
  wait_cancellation_completed,  // request it, and wait for what the activity reports
  abandon,                      // request nothing, throw ActivityError (cause CancelledError) at once
};

// Views are read during the call. One of the two close timeouts is required: without, the call throws
// std::invalid_argument.
struct ActivityOptions {
  OptionView task_queue = {};  // empty: the workflow's
  std::optional<Duration> schedule_to_close_timeout = std::nullopt;
  std::optional<Duration> schedule_to_start_timeout = std::nullopt;
  std::optional<Duration> start_to_close_timeout = std::nullopt;
  std::optional<Duration> heartbeat_timeout = std::nullopt;
  std::optional<RetryPolicy> retry_policy = std::nullopt;
  ActivityCancellationType cancellation_type = ActivityCancellationType::try_cancel;
  OptionView activity_id = {};  // empty: the sequence number
  OptionView summary = {};      // one line for people, shown in the UI
};
static_assert(std::is_aggregate_v<ActivityOptions> && std::is_trivially_destructible_v<ActivityOptions>);

struct ContinueAsNewOptions {
  OptionView task_queue = {};                              // empty: this workflow's
  std::optional<Duration> run_timeout = std::nullopt;      // unset: this run's
  std::optional<Duration> task_timeout = std::nullopt;     // unset: this run's
  std::optional<RetryPolicy> retry_policy = std::nullopt;  // unset: this run's
};
static_assert(std::is_trivially_destructible_v<ContinueAsNewOptions>);

// An activity known by name and signature only (in another program, or another language):
//   inline constexpr workflow::ActivityType<Receipt(Order)> charge{"charge"};
//   co_await workflow::execute_activity<&charge>(order, {.start_to_close_timeout = 1min});
template <class Signature>
struct ActivityType {
  std::string_view name;
};

// Facts about the running workflow. Values do not change during a run except where said.
struct Info {
  std::string workflow_id;
  std::string run_id;
  std::string workflow_type;
  std::string namespace_;
  std::string task_queue;
  std::string first_execution_run_id;
  std::string continued_run_id;  // empty: not continued
  std::string cron_schedule;
  int attempt = 1;
  SystemTime start_time{};  // of the run, as the server recorded it
  std::optional<Duration> execution_timeout;
  std::optional<Duration> run_timeout;
  Duration task_timeout{};
  std::int64_t history_length = 0;            // changes: as of the current workflow task
  std::int64_t history_size_bytes = 0;        // changes
  bool is_continue_as_new_suggested = false;  // changes
};

namespace detail {

// False while replaying: nothing that is issued will be sent, so arguments need not be encoded.
bool wants_payloads();

// Issues the command. `arguments` are moved from.
coro::Ref<Operation> schedule_activity(std::string_view type, const ActivityOptions& options, Payload* arguments,
                                       std::size_t size, SourceLocation location);
[[noreturn]] void throw_continue_as_new(std::string_view type, const ContinueAsNewOptions& options, Payload* arguments,
                                        std::size_t size, SourceLocation location);

// What an activity callable is called, and its signature.
template <auto kActivity, class T = decltype(kActivity)>
struct ActivityTarget {
  using Traits = FunctionTraits<T>;
  using Args = typename Traits::Args;
  using Value = typename Traits::Value;
  static std::string_view name() { return temporalio::activity::kName<kActivity>; }
};
template <auto kActivity, class R, class... A>
struct ActivityTarget<kActivity, const ActivityType<R(A...)>*> {
  using Args = std::tuple<std::decay_t<A>...>;
  using Value = R;
  static std::string_view name() { return kActivity->name; }
};

template <auto kActivity>
struct ActivityCaller : temporalio::detail::OptionsLast<ActivityCaller<kActivity>, ActivityOptions> {
  using Target = ActivityTarget<kActivity>;
  using Handle = ActivityHandle<typename Target::Value>;

  template <class... U>
  static Handle call(const ActivityOptions& options, SourceLocation location, U&&... args) {
    auto payloads =
        temporalio::detail::encode_checked<typename Target::Args>(wants_payloads(), std::forward<U>(args)...);
    return Handle(schedule_activity(Target::name(), options, payloads.data(), payloads.size() - 1, location));
  }
};

template <auto kRun>
struct ContinueAsNewCaller {
#define TEMPORALIO_DETAIL_RUNG(Types, Names, Parameters, Arguments)                                   \
  template <class Self = ContinueAsNewCaller TEMPORALIO_DETAIL_UNWRAP Types>                          \
    requires(!temporalio::detail::kEndsWith<ContinueAsNewOptions TEMPORALIO_DETAIL_UNWRAP Names>)     \
  [[noreturn]] void operator()(TEMPORALIO_DETAIL_UNWRAP Parameters ContinueAsNewOptions options = {}, \
                               SourceLocation location = SourceLocation::current()) const {           \
    Self::call(options, location TEMPORALIO_DETAIL_UNWRAP Arguments);                                 \
  }
  TEMPORALIO_DETAIL_LADDER(TEMPORALIO_DETAIL_RUNG)
#undef TEMPORALIO_DETAIL_RUNG

 private:
  template <class... U>
  [[noreturn]] static void call(const ContinueAsNewOptions& options, SourceLocation location, U&&... args) {
    using Args = typename FunctionTraits<decltype(kRun)>::Args;
    auto payloads = temporalio::detail::encode_checked<Args>(wants_payloads(), std::forward<U>(args)...);
    throw_continue_as_new(workflow::type_name<kRun>(), options, payloads.data(), payloads.size() - 1, location);
  }
};

}  // namespace detail

// Schedules an activity and returns its handle at once: `start_activity<&charge>(order, {.start_to_close_timeout =
// 1min})`. The argument types are the activity's own; another type is a compile error. Await the handle for the result;
// it throws ActivityError. `execute_activity` is the same under the name that reads better with co_await.
template <auto kActivity>
inline constexpr detail::ActivityCaller<kActivity> start_activity{};
template <auto kActivity>
inline constexpr detail::ActivityCaller<kActivity> execute_activity{};

// Ends this run and starts the next one of the chain with new arguments; never returns (it throws what only the SDK
// catches). `continue_as_new<&Counter::run>(n + 1)`, or `continue_as_new<&Counter::run>(n + 1, {.task_queue =
// "other"})`.
template <auto kRun>
inline constexpr detail::ContinueAsNewCaller<kRun> continue_as_new{};

// ---- the run -----------------------------------------------------------------------------------------------------

const Info& info();
// The time of the current workflow task, as the server recorded it: the same on replay.
SystemTime now();

// A deterministic random bit generator (xoshiro256**), seeded from the run id; the same numbers on replay. Use its own
// distributions: those of <random> differ between standard libraries.
class Random {
 public:
  using result_type = std::uint64_t;
  explicit Random(std::uint64_t seed);
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<std::uint64_t>::max(); }
  result_type operator()();
  // Uniform in [low, high], both ends included; low <= high.
  std::int64_t uniform_int(std::int64_t low, std::int64_t high);
  // Uniform in [0, 1).
  double uniform_real();

 private:
  std::uint64_t state_[4];
};
Random& random();
// A version 4 UUID from random().
std::string uuid4();

// True where the code runs with the change named `id`: in every run that reaches this call for the first time outside
// replay, and on replay where the history has the change's marker. The same answer throughout a run.
bool patched(std::string_view id, SourceLocation location = SourceLocation::current());
// Says that no run without the change is left to replay; takes the place of patched() once all old runs are closed.
void deprecate_patch(std::string_view id, SourceLocation location = SourceLocation::current());

// Handles a signal from now on; signals of that name that came earlier are delivered now, in order.
void set_signal_handler(std::string_view name, std::function<void(const PayloadListView&)> handler);
// Without arguments: `set_signal_handler("go", [this] { ... })`.
template <std::invocable<> F>
void set_signal_handler(std::string_view name, F handler) {
  set_signal_handler(
      name, std::function<void(const PayloadListView&)>([handler](const PayloadListView&) mutable { handler(); }));
}
// Typed: `set_signal_handler<int>("tick", [this](int i) { ... })`.
template <class... Args, class F>
  requires(sizeof...(Args) > 0)
void set_signal_handler(std::string_view name, F handler) {
  set_signal_handler(name, std::function<void(const PayloadListView&)>([handler](const PayloadListView& arguments) {
                       auto decoded = from_payloads<std::tuple<Args...>>(arguments);
                       std::apply(handler, std::move(decoded));
                     }));
}

// Answers a query from now on. The handler must change nothing.
void set_query_handler(std::string_view name, std::function<Payload(const PayloadListView&)> handler);

// True once cancellation of this workflow has been requested.
bool is_cancel_requested();

// For tests and tools; code whose commands depend on it is not deterministic.
namespace unsafe {
bool is_replaying();
}

}  // namespace temporalio::workflow
