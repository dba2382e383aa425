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

#include "temporalio/definition.h"
#include "temporalio/duration.h"
#include "temporalio/errors.h"
#include "temporalio/function_traits.h"
#include "temporalio/operation.h"
#include "temporalio/payload.h"
#include "temporalio/retry_policy.h"
#include "temporalio/task.h"

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

struct SleepOptions {
  std::string_view summary = {};
};

struct ContinueAsNewOptions {
  std::string_view task_queue = {};                     // empty: this workflow's
  std::optional<Duration> run_timeout = std::nullopt;   // unset: this run's
  std::optional<Duration> task_timeout = std::nullopt;  // unset: this run's
  std::optional<RetryPolicy> retry_policy = std::nullopt;
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

// A durable timer; `co_await workflow::sleep(30 days)`. Zero and less is a timer that fires at once (the server
// accepts 0; negative counts as 0). Awaiting it throws CancelledError when the task or the timer is cancelled.
TimerHandle sleep(Duration duration, SleepOptions options = {}, SourceLocation location = SourceLocation::current());

// ---- tasks -------------------------------------------------------------------------------------------------------

namespace detail {
coro::Scheduler& workflow_scheduler();
void refuse_in_query();
}  // namespace detail

// A spawned task. `co_await handle` gives its result or throws what it threw; cancelling a task that awaits a handle
// cancels the spawned one. Dropping the handle lets the task run on.
template <class T>
class [[nodiscard]] TaskHandle : public coro::AwaitableTag {
 public:
  using value_type = T;

  explicit TaskHandle(coro::Ref<coro::SpawnedTask<T>> task) : task_(std::move(task)) {}

  // Throws CancelledError where the task waits, or at its next wait.
  void cancel() {
    detail::refuse_in_query();
    task_->cancel();
  }
  bool is_done() const { return task_->is_done(); }
  // Shown in stack traces. `name` must have static lifetime.
  void set_name(const char* name) { task_->name = name; }

  struct Awaiter {
    coro::SpawnedTask<T>* task;
    coro::WaitNode node{};
    bool await_ready() const noexcept { return task->is_done(); }
    void await_suspend(std::coroutine_handle<> handle) {
      node.context = task;
      node.cancel = [](coro::WaitNode& waiting) {
        static_cast<coro::SpawnedTask<T>*>(waiting.context)->cancel();
        return true;
      };
      coro::begin_wait(node, task->done().waiters(), handle);
    }
    T await_resume() { return task->take(); }
  };
  Awaiter awaiter() const { return Awaiter{task_.get()}; }
  coro::Completion& completion() const { return task_->done(); }
  bool has_failed() const { return task_->error() != nullptr; }

 private:
  coro::Ref<coro::SpawnedTask<T>> task_;
};

// Runs a coroutine as a task of its own, from the next turn of the ready queue on.
template <class T>
TaskHandle<T> spawn(Task<T> task) {
  coro::Scheduler& scheduler = detail::workflow_scheduler();
  coro::Ref<coro::SpawnedTask<T>> spawned(new coro::SpawnedTask<T>(scheduler, task.release()));
  scheduler.start(*spawned);
  return TaskHandle<T>(std::move(spawned));
}

// ---- conditions --------------------------------------------------------------------------------------------------

namespace detail {

struct ConditionAwaiterBase {
  coro::ConditionNode node{};
  bool is_timed_out = false;
  void begin(std::coroutine_handle<> handle);
  void begin_timed(std::coroutine_handle<> handle, coro::Completion& timer, coro::WaitNode& timer_node);
  void finish();
};

template <class Predicate>
struct ConditionAwaiter : coro::AwaitableTag, ConditionAwaiterBase {
  Predicate predicate;
  explicit ConditionAwaiter(Predicate p) : predicate(p) {}
  ConditionAwaiter& awaiter() & { return *this; }
  ConditionAwaiter awaiter() && { return *this; }
  bool await_ready() { return static_cast<bool>(predicate()); }
  void await_suspend(std::coroutine_handle<> handle) {
    node.check = [](void* context) { return static_cast<bool>(static_cast<ConditionAwaiter*>(context)->predicate()); };
    node.check_context = this;
    begin(handle);
  }
  void await_resume() { finish(); }
};

template <class Predicate>
constexpr void check_predicate() {
  static_assert(std::is_trivially_destructible_v<Predicate> && std::is_trivially_copyable_v<Predicate>,
                "temporalio: a condition captures by reference ([&] or [this]); g++ before 13 destroys owning closures "
                "twice in a statement with co_await");
}

// Waits for a condition or a timer, whichever comes first.
template <class Predicate>
struct TimedConditionAwaiter : ConditionAwaiter<Predicate> {
  coro::Completion* timer;
  coro::WaitNode timer_node{};
  TimedConditionAwaiter(Predicate p, coro::Completion& timer_completion)
      : ConditionAwaiter<Predicate>(p), timer(&timer_completion) {}
  TimedConditionAwaiter& awaiter() & { return *this; }
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    this->node.check = [](void* c) { return static_cast<bool>(static_cast<TimedConditionAwaiter*>(c)->predicate()); };
    this->node.check_context = this;
    this->begin_timed(handle, *timer, timer_node);
  }
  bool await_resume() {
    this->finish();
    return this->is_timed_out;
  }
};

struct CancelOnExit {
  TimerHandle& timer;
  ~CancelOnExit() {
    if (!timer.is_done()) timer.cancel();
  }
};

[[noreturn]] void throw_condition_timeout();

}  // namespace detail

// Waits until `predicate` holds. It is evaluated at once and then whenever the workflow's code has come to rest; waits
// are tried in the order in which they began, and the first true one goes on before the others are tried again. It must
// capture by reference and change nothing. Throws CancelledError.
template <std::predicate Predicate>
detail::ConditionAwaiter<Predicate> wait_condition(Predicate predicate) {
  detail::check_predicate<Predicate>();
  return detail::ConditionAwaiter<Predicate>(predicate);
}

// The same with a limit, for which a durable timer is started unless the predicate holds at once; when the timer comes
// first, throws TimeoutError. The timer is cancelled when the wait ends another way.
template <std::predicate Predicate>
Task<void> wait_condition(Predicate predicate, Duration timeout, SleepOptions options = {},
                          SourceLocation location = SourceLocation::current()) {
  detail::check_predicate<Predicate>();
  if (predicate()) co_return;
  TimerHandle timer = sleep(timeout, options, location);
  const detail::CancelOnExit cancel_timer{timer};
  detail::TimedConditionAwaiter<Predicate> both(predicate, timer.completion());
  const bool is_timed_out = co_await both;
  if (is_timed_out) detail::throw_condition_timeout();
}

// ---- several at once ---------------------------------------------------------------------------------------------

namespace detail {

// Waits for the first of several completions.
struct AnyAwaiter : coro::AwaitableTag {
  coro::Completion** completions = nullptr;
  coro::WaitNode* nodes = nullptr;
  std::size_t size = 0;
  std::size_t first = 0;

  AnyAwaiter& awaiter() { return *this; }
  bool await_ready();
  void await_suspend(std::coroutine_handle<> handle);
  std::size_t await_resume();
};

// Waits for all of several things, or for the first failure.
struct AllAwaiter : coro::AwaitableTag {
  struct Source {
    coro::Completion* completion = nullptr;
    bool (*has_failed)(const void* handle) = nullptr;
    void (*cancel)(void* handle) = nullptr;
    void* handle = nullptr;
  };
  Source* sources = nullptr;
  coro::WaitNode* nodes = nullptr;
  std::size_t size = 0;
  std::size_t pending = 0;
  coro::WaitNode* primary = nullptr;

  AllAwaiter& awaiter() { return *this; }
  bool await_ready();
  void await_suspend(std::coroutine_handle<> handle);
  // The index of the first that failed, or size.
  std::size_t await_resume();
};

template <class Handle>
AllAwaiter::Source all_source(Handle& handle) {
  return {&handle.completion(), [](const void* h) { return static_cast<const Handle*>(h)->has_failed(); },
          [](void* h) { static_cast<Handle*>(h)->cancel(); }, &handle};
}

template <class T>
using NonVoid = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

// The result of a handle that is done, or its failure, thrown.
template <class Handle>
NonVoid<typename Handle::value_type> finished_result(const Handle& handle) {
  auto awaiter = handle.awaiter();
  if constexpr (std::is_void_v<typename Handle::value_type>) {
    awaiter.await_resume();
    return {};
  } else {
    return awaiter.await_resume();
  }
}

template <class... Handles>
void throw_failure_of(std::size_t failed, const Handles&... handles) {
  std::size_t index = 0;
  const auto throw_if = [&](const auto& handle) {
    if (index++ == failed) finished_result(handle);
  };
  (throw_if(handles), ...);
}

template <class Handle>
struct CancelUnfinished {
  Handle& handle;
  ~CancelUnfinished() {
    if (!handle.is_done()) handle.cancel();
  }
};

[[noreturn]] void throw_timeout();

}  // namespace detail

// The index of what finishes first (not of what is listed first); of what is already finished, the first listed. The
// others go on. Throws CancelledError without cancelling them.
template <class... Handles>
Task<std::size_t> when_any(Handles... handles) {
  coro::Completion* completions[] = {&handles.completion()...};
  coro::WaitNode nodes[sizeof...(Handles)];
  detail::AnyAwaiter any;
  any.completions = completions;
  any.nodes = nodes;
  any.size = sizeof...(Handles);
  const std::size_t first = co_await any;
  co_return first;
}

// All results in the order of the arguments (std::monostate for void). Throws the first failure as soon as it happens;
// the others go on. Cancelling the waiting task cancels them all.
template <class... Handles>
Task<std::tuple<detail::NonVoid<typename Handles::value_type>...>> when_all(Handles... handles) {
  detail::AllAwaiter::Source sources[] = {detail::all_source(handles)...};
  coro::WaitNode nodes[sizeof...(Handles)];
  detail::AllAwaiter all;
  all.sources = sources;
  all.nodes = nodes;
  all.size = sizeof...(Handles);
  const std::size_t failed = co_await all;
  detail::throw_failure_of(failed, handles...);
  std::tuple<detail::NonVoid<typename Handles::value_type>...> results{detail::finished_result(handles)...};
  co_return results;
}

// The same for any number of handles of one type.
template <class Handle>
Task<std::vector<detail::NonVoid<typename Handle::value_type>>> when_all(std::vector<Handle> handles) {
  std::vector<detail::AllAwaiter::Source> sources;
  for (Handle& handle : handles) sources.push_back(detail::all_source(handle));
  std::vector<coro::WaitNode> nodes(handles.size());
  detail::AllAwaiter all;
  all.sources = sources.data();
  all.nodes = nodes.data();
  all.size = sources.size();
  const std::size_t failed = co_await all;
  std::vector<detail::NonVoid<typename Handle::value_type>> results;
  if (failed < handles.size()) detail::finished_result(handles[failed]);
  for (const Handle& handle : handles) results.push_back(detail::finished_result(handle));
  co_return results;
}

// Awaits `handle` for at most `timeout` (a durable timer). When the timer comes first: cancels the handle, waits for it
// to end, and throws TimeoutError.
template <class Handle>
Task<typename Handle::value_type> with_timeout(Duration timeout, Handle handle,
                                               SourceLocation location = SourceLocation::current()) {
  TimerHandle timer = sleep(timeout, {}, location);
  const detail::CancelOnExit cancel_timer{timer};
  coro::Completion* completions[] = {&timer.completion(), &handle.completion()};
  coro::WaitNode nodes[2];
  detail::AnyAwaiter any;
  any.completions = completions;
  any.nodes = nodes;
  any.size = 2;
  const detail::CancelUnfinished<Handle> cancel_handle{handle};
  const std::size_t first = co_await any;
  if (first == 0) {
    handle.cancel();
    detail::AnyAwaiter ended;
    ended.completions = completions + 1;
    ended.nodes = nodes;
    ended.size = 1;
    const std::size_t index = co_await ended;
    static_cast<void>(index);
    detail::throw_timeout();
  }
  if constexpr (std::is_void_v<typename Handle::value_type>) {
    detail::finished_result(handle);
  } else {
    co_return detail::finished_result(handle);
  }
}

// ---- results without exceptions ----------------------------------------------------------------------------------

// What an awaited thing gave: a value or the exception it threw. C++ forbids co_await inside catch, which is where
// compensation belongs; with a Result it stands outside.
template <class T>
class [[nodiscard]] Result {
 public:
  using Value = detail::NonVoid<T>;
  Result() = default;
  explicit Result(Value value) : value_(std::move(value)) {}
  explicit Result(std::exception_ptr error) : error_(std::move(error)) {}

  bool has_value() const { return error_ == nullptr; }
  explicit operator bool() const { return has_value(); }
  // The value; throws the failure where there is none.
  const Value& value() const {
    if (error_) std::rethrow_exception(error_);
    return *value_;
  }
  const std::exception_ptr& error() const { return error_; }

 private:
  std::optional<Value> value_;
  std::exception_ptr error_;
};

// `Result<R> r = co_await workflow::as_result(execute_activity<&f>(...))`: never throws, cancellation included.
template <class Handle>
  requires coro::Awaitable<Handle>
Task<Result<typename Handle::value_type>> as_result(Handle handle) {
  using R = typename Handle::value_type;
  Result<R> result;
  try {
    if constexpr (std::is_void_v<R>) {
      co_await handle;
      result = Result<R>(std::monostate());
    } else {
      R value = co_await handle;
      result = Result<R>(std::move(value));
    }
  } catch (...) {
    result = Result<R>(std::current_exception());
  }
  co_return result;
}
template <class R>
Task<Result<R>> as_result(Task<R> task) {
  Result<R> result;
  try {
    if constexpr (std::is_void_v<R>) {
      co_await task;
      result = Result<R>(std::monostate());
    } else {
      R value = co_await task;
      result = Result<R>(std::move(value));
    }
  } catch (...) {
    result = Result<R>(std::current_exception());
  }
  co_return result;
}

// Compensations of steps that succeeded, run in reverse order when a later one fails:
//   saga.add([this] { return refund(); });  ...  co_await saga.compensate();
class Saga {
 public:
  Saga() = default;
  // `compensation` returns Task<void>. What it captures must live until compensate() has ended.
  void add(std::function<Task<void>()> compensation) { compensations_.push_back(std::move(compensation)); }
  // Runs all, last added first; a failing one does not stop the rest. Throws the first failure at the end.
  Task<void> compensate();

 private:
  std::vector<std::function<Task<void>()>> compensations_;
};

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
