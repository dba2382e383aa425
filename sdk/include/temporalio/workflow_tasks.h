// What workflow code waits for: timers, tasks of its own, conditions, several things at once. Included by
// temporalio/workflow.h, whose rules hold here, too.
#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "temporalio/detail/operation.h"
#include "temporalio/detail/scheduler.h"
#include "temporalio/duration.h"
#include "temporalio/option_text.h"
#include "temporalio/task.h"

namespace temporalio::workflow {

struct SleepOptions {
  OptionView summary = {};
};

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
    T await_resume() {
      if (node.is_cancelled) coro::throw_cancelled();
      return task->take();
    }
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

// The same for something that is called to make the coroutine, such as a lambda with captures: it is kept until the
// task is done. `spawn([this, name] { return greet(name); })`. What a coroutine lambda captures lives in the lambda,
// not in the coroutine: calling it and spawning the Task that it gives would let it run on captures that are gone.
namespace detail {
template <class F, class T>
Task<T> run_kept(F callable) {
  Task<T> task = callable();
  if constexpr (std::is_void_v<T>) {
    co_await task;
  } else {
    T value = co_await task;
    co_return value;
  }
}
template <class T>
struct TaskHandleOf {
  using type = T;
  static T make(T handle) { return handle; }
};
template <class T>
struct TaskHandleOf<Task<T>> {
  using type = TaskHandle<T>;
  static TaskHandle<T> make(Task<T> task) { return spawn(std::move(task)); }
};
// What several things at once are made of: handles as they are, plain Tasks as tasks of their own.
template <class T>
using HandleOf = typename TaskHandleOf<std::remove_cvref_t<T>>::type;
}  // namespace detail
template <class F>
  requires(!coro::kIsTask<std::remove_cvref_t<F>> && coro::kIsTask<std::invoke_result_t<std::decay_t<F>&>>)
auto spawn(F&& callable) {
  using T = typename std::invoke_result_t<std::decay_t<F>&>::value_type;
  return spawn(detail::run_kept<std::decay_t<F>, T>(std::forward<F>(callable)));
}

// ---- conditions --------------------------------------------------------------------------------------------------

namespace detail {

// The running task has been cancelled and has not been told yet: its next wait does so.
inline bool is_cancel_pending() { return workflow_scheduler().current_task()->has_pending_cancel(); }

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
  bool await_ready() { return !is_cancel_pending() && static_cast<bool>(predicate()); }
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
// Whether a wait whose time is over looks at its condition once more (not where another SDK recorded the history).
inline bool rechecks_timed_conditions() { return workflow_scheduler().rules.rechecks_timed_conditions; }

}  // namespace detail

// Waits until `predicate` holds. It is evaluated at once (unless the task has been cancelled) and then whenever the
// workflow's code has come to rest; waits are tried in the order in which they began, and the first true one goes on
// before the others are tried again. It must capture by reference and change nothing. Throws CancelledError.
template <std::predicate Predicate>
detail::ConditionAwaiter<Predicate> wait_condition(Predicate predicate) {
  detail::check_predicate<Predicate>();
  return detail::ConditionAwaiter<Predicate>(predicate);
}

// The same with a limit, for which a durable timer is started unless the predicate holds at once; when the time is over
// and the predicate does not hold when the code goes on, throws TimeoutError: where the timer and what makes the
// predicate true come in one workflow task, in either order, the condition wins. The timer is cancelled when the wait
// ends another way.
template <std::predicate Predicate>
Task<void> wait_condition(Predicate predicate, Duration timeout, SleepOptions options = {},
                          SourceLocation location = SourceLocation::current()) {
  detail::check_predicate<Predicate>();
  if (!detail::is_cancel_pending() && predicate()) co_return;
  TimerHandle timer = sleep(timeout, options, location);
  const detail::CancelOnExit cancel_timer{timer};
  detail::TimedConditionAwaiter<Predicate> both(predicate, timer.completion());
  const bool is_timed_out = co_await both;
  if (!is_timed_out) co_return;
  // What came together with the timer may have made it true: then it has not timed out.
  if (!detail::rechecks_timed_conditions() || !predicate()) detail::throw_condition_timeout();
}

// ---- several at once ---------------------------------------------------------------------------------------------

namespace detail {

// Waits for the first of several completions.
struct AnyAwaiter : coro::AwaitableTag {
  coro::Completion** completions = nullptr;
  coro::WaitNode* nodes = nullptr;
  std::size_t size = 0;
  std::size_t first = 0;

  AnyAwaiter(coro::Completion** of, coro::WaitNode* with, std::size_t count)
      : completions(of), nodes(with), size(count) {}
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

  AllAwaiter(Source* of, coro::WaitNode* with, std::size_t count) : sources(of), nodes(with), size(count) {}
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
[[noreturn]] void throw_nothing_to_await();

}  // namespace detail

// The index of what finishes first (not of what is listed first); of what is already finished, the first listed. The
// others go on. Throws CancelledError without cancelling them.
namespace detail {
template <class... Handles>
Task<std::size_t> first_of(Handles... handles) {
  coro::Completion* completions[] = {&handles.completion()...};
  coro::WaitNode nodes[sizeof...(Handles)];
  detail::AnyAwaiter any(completions, nodes, sizeof...(Handles));
  const std::size_t first = co_await any;
  co_return first;
}
}  // namespace detail
template <class... Awaited>
  requires(sizeof...(Awaited) > 0)
Task<std::size_t> when_any(Awaited... awaited) {
  return detail::first_of(detail::TaskHandleOf<Awaited>::make(std::move(awaited))...);
}

// The same for any number of handles of one type; at least one (else throws std::invalid_argument).
template <class Handle>
Task<std::size_t> when_any(std::vector<Handle> handles) {
  std::vector<coro::Completion*> completions;
  for (const Handle& handle : handles) completions.push_back(&handle.completion());
  if (completions.empty()) detail::throw_nothing_to_await();
  std::vector<coro::WaitNode> nodes(handles.size());
  detail::AnyAwaiter any(completions.data(), nodes.data(), completions.size());
  const std::size_t first = co_await any;
  co_return first;
}

// All results in the order of the arguments (std::monostate for void). Throws the first failure as soon as it happens;
// the others go on. Cancelling the waiting task cancels them all. Takes handles, and plain Tasks, which begin to run as
// tasks of their own.
namespace detail {
template <class... Handles>
Task<std::tuple<detail::NonVoid<typename Handles::value_type>...>> all_of(Handles... handles) {
  detail::AllAwaiter::Source sources[] = {detail::all_source(handles)...};
  coro::WaitNode nodes[sizeof...(Handles)];
  detail::AllAwaiter all(sources, nodes, sizeof...(Handles));
  const std::size_t failed = co_await all;
  detail::throw_failure_of(failed, handles...);
  std::tuple<detail::NonVoid<typename Handles::value_type>...> results{detail::finished_result(handles)...};
  co_return results;
}
}  // namespace detail
template <class... Awaited>
Task<std::tuple<detail::NonVoid<typename Awaited::value_type>...>> when_all(Awaited... awaited) {
  return detail::all_of(detail::TaskHandleOf<Awaited>::make(std::move(awaited))...);
}

// The same for any number of handles of one type.
template <class Handle>
Task<std::vector<detail::NonVoid<typename Handle::value_type>>> when_all(std::vector<Handle> handles) {
  std::vector<detail::AllAwaiter::Source> sources;
  for (Handle& handle : handles) sources.push_back(detail::all_source(handle));
  std::vector<coro::WaitNode> nodes(handles.size());
  detail::AllAwaiter all(sources.data(), nodes.data(), sources.size());
  const std::size_t failed = co_await all;
  std::vector<detail::NonVoid<typename Handle::value_type>> results;
  if (failed < handles.size()) detail::finished_result(handles[failed]);
  for (const Handle& handle : handles) results.push_back(detail::finished_result(handle));
  co_return results;
}

namespace detail {
template <class Handle>
Task<typename Handle::value_type> limit(Handle handle, Duration timeout, SourceLocation location) {
  TimerHandle timer = sleep(timeout, {}, location);
  const detail::CancelOnExit cancel_timer{timer};
  coro::Completion* completions[] = {&timer.completion(), &handle.completion()};
  coro::WaitNode nodes[2];
  detail::AnyAwaiter any(completions, nodes, 2);
  const detail::CancelUnfinished<Handle> cancel_handle{handle};
  const std::size_t first = co_await any;
  if (first == 0) {
    handle.cancel();
    detail::AnyAwaiter ended(completions + 1, nodes, 1);
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
}  // namespace detail

// Awaits a handle or a plain Task for at most `timeout` (a durable timer). When the timer comes first: cancels what it
// awaits, waits for it to end, and throws TimeoutError.
template <class Awaited>
Task<typename Awaited::value_type> with_timeout(Awaited awaited, Duration timeout,
                                                SourceLocation location = SourceLocation::current()) {
  return detail::limit(detail::TaskHandleOf<Awaited>::make(std::move(awaited)), timeout, location);
}

}  // namespace temporalio::workflow
