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
#include "temporalio/detail/operation.h"
#include "temporalio/duration.h"
#include "temporalio/errors.h"
#include "temporalio/external_workflow.h"
#include "temporalio/function_traits.h"
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
  std::string_view task_queue = {};  // empty: the workflow's
  std::optional<Duration> schedule_to_close_timeout = std::nullopt;
  std::optional<Duration> schedule_to_start_timeout = std::nullopt;
  std::optional<Duration> start_to_close_timeout = std::nullopt;
  std::optional<Duration> heartbeat_timeout = std::nullopt;
  std::optional<RetryPolicy> retry_policy = std::nullopt;
  ActivityCancellationType cancellation_type = ActivityCancellationType::try_cancel;
  std::string_view activity_id = {};  // empty: the sequence number
  std::string_view summary = {};      // one line for people, shown in the UI
};
static_assert(std::is_aggregate_v<ActivityOptions> && std::is_trivially_destructible_v<ActivityOptions>);

struct ContinueAsNewOptions {
  std::string_view task_queue = {};                     // empty: this workflow's
  std::optional<Duration> run_timeout = std::nullopt;   // unset: this run's
  std::optional<Duration> task_timeout = std::nullopt;  // unset: this run's
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

// Arguments that g++ before 13 miscompiles in a statement with co_await (it destroys them twice).
template <class U>
inline constexpr bool kIsBrokenTemporary =
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    !std::is_lvalue_reference_v<U> && std::is_aggregate_v<std::remove_cvref_t<U>> &&
    std::is_class_v<std::remove_cvref_t<U>> && !std::is_trivially_destructible_v<std::remove_cvref_t<U>>;
#else
    false;
#endif

template <class P, class U>
constexpr void check_argument() {
  static_assert(std::is_convertible_v<U, P>,
                "temporalio: this argument does not convert to the parameter of the activity or workflow");
  static_assert(!kIsBrokenTemporary<U>,
                "temporalio: g++ before 13 destroys a temporary of an aggregate type twice in a statement with "
                "co_await. Cure: give the value a name and pass the name, or declare a constructor in the type "
                "(`T() = default;` is enough)");
}

// False while replaying: nothing that is issued will be sent, so arguments need not be encoded.
bool wants_payloads();

// Issues the command. `arguments` are moved from.
coro::Ref<Operation> schedule_activity(std::string_view type, const ActivityOptions& options, Payload* arguments,
                                       std::size_t size, SourceLocation location);
[[noreturn]] void throw_continue_as_new(std::string_view type, const ContinueAsNewOptions& options, Payload* arguments,
                                        std::size_t size, SourceLocation location);

// Encodes `args` as the parameter types `P` want them.
template <class... P, class... U>
std::array<Payload, sizeof...(P) + 1> encode_arguments(std::tuple<P...>*, U&&... args) {
  if (!wants_payloads()) return {};
  return {to_payload(static_cast<const P&>(static_cast<P>(std::forward<U>(args))))..., Payload()};
}

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
struct ActivityCaller {
  using Target = ActivityTarget<kActivity>;
  using Args = typename Target::Args;
  static constexpr std::size_t kArity = std::tuple_size_v<Args>;
  using Handle = ActivityHandle<typename Target::Value>;

  Handle operator()(ActivityOptions options, SourceLocation location = SourceLocation::current()) const {
    return call(options, location);
  }
  template <class A>
  Handle operator()(A&& a, ActivityOptions options, SourceLocation location = SourceLocation::current()) const {
    return call(options, location, std::forward<A>(a));
  }
  template <class A, class B>
  Handle operator()(A&& a, B&& b, ActivityOptions options, SourceLocation location = SourceLocation::current()) const {
    return call(options, location, std::forward<A>(a), std::forward<B>(b));
  }
  template <class A, class B, class C>
  Handle operator()(A&& a, B&& b, C&& c, ActivityOptions options,
                    SourceLocation location = SourceLocation::current()) const {
    return call(options, location, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c));
  }
  template <class A, class B, class C, class D>
  Handle operator()(A&& a, B&& b, C&& c, D&& d, ActivityOptions options,
                    SourceLocation location = SourceLocation::current()) const {
    return call(options, location, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d));
  }
  template <class A, class B, class C, class D, class E>
  Handle operator()(A&& a, B&& b, C&& c, D&& d, E&& e, ActivityOptions options,
                    SourceLocation location = SourceLocation::current()) const {
    return call(options, location, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d),
                std::forward<E>(e));
  }

 private:
  template <class... U>
  Handle call(const ActivityOptions& options, SourceLocation location, U&&... args) const {
    static_assert(sizeof...(U) == kArity, "temporalio: wrong number of arguments for this activity");
    if constexpr (sizeof...(U) == kArity) {
      check<U...>(static_cast<Args*>(nullptr));
      auto payloads = encode_arguments(static_cast<Args*>(nullptr), std::forward<U>(args)...);
      return Handle(schedule_activity(Target::name(), options, payloads.data(), kArity, location));
    }
  }
  template <class... U, class... P>
  static constexpr void check(std::tuple<P...>*) {
    (check_argument<P, U>(), ...);
  }
};

template <auto kRun>
struct ContinueAsNewCaller {
  using Traits = FunctionTraits<decltype(kRun)>;
  using Args = typename Traits::Args;
  static constexpr std::size_t kArity = std::tuple_size_v<Args>;

  template <class... U>
  [[noreturn]] void operator()(U&&... args) const {
    with_options({}, std::forward<U>(args)...);
  }
  // Options first: they cannot follow a pack of arguments.
  template <class... U>
  [[noreturn]] void with_options(const ContinueAsNewOptions& options, U&&... args) const {
    static_assert(sizeof...(U) == kArity, "temporalio: wrong number of arguments for this workflow");
    check<U...>(static_cast<Args*>(nullptr));
    auto payloads = encode_arguments(static_cast<Args*>(nullptr), std::forward<U>(args)...);
    throw_continue_as_new(workflow::type_name<kRun>(), options, payloads.data(), kArity, SourceLocation{});
  }

 private:
  template <class... U, class... P>
  static constexpr void check(std::tuple<P...>*) {
    (check_argument<P, U>(), ...);
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
// catches). `continue_as_new<&Counter::run>(n + 1)`, or `.with_options({...}, n + 1)`.
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
