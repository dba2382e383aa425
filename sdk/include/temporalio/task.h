// Task<T>: a coroutine of workflow or asynchronous activity code. Lazy: it runs when it is awaited (within the awaiting
// task) or spawned. Parameters of such coroutines are by value; one co_await per statement (g++ 12.2, see README).
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "temporalio/detail/scheduler.h"

namespace temporalio {

template <class T = void>
class Task;

namespace coro {

template <class T>
concept Awaitable = std::is_base_of_v<AwaitableTag, std::remove_cvref_t<T>>;

template <class T>
inline constexpr bool kIsTask = false;
template <class T>
inline constexpr bool kIsTask<Task<T>> = true;

class PromiseBase {
 public:
  // Starts suspended. Checks on the way that the frame is where the promise thinks it is.
  struct InitialAwaiter {
    void* expected;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const noexcept {
      if (handle.address() != expected) report_broken_frame();
    }
    void await_resume() const noexcept {}
  };

  struct FinalAwaiter {
    PromiseBase* promise;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) const noexcept {
      Scheduler* scheduler = Scheduler::current();
      if (promise->continuation_) {
        scheduler->set_next(promise->continuation_);
      } else {
        scheduler->set_finished();
      }
    }
    void await_resume() const noexcept {}
  };

  FinalAwaiter final_suspend() noexcept { return {this}; }
  void unhandled_exception() noexcept { error_ = std::current_exception(); }

  void set_continuation(std::coroutine_handle<> handle) { continuation_ = handle; }
  bool has_continuation() const { return continuation_ != nullptr; }
  const std::exception_ptr& error() const { return error_; }

  // Only what keeps the order of execution deterministic may be awaited.
  template <class A>
  decltype(auto) await_transform(A&& awaitable) {
    static_assert(Awaitable<A> || kIsTask<std::remove_cvref_t<A>>,
                  "this cannot be awaited in workflow or activity code: await a temporalio::Task, or what "
                  "temporalio::workflow / temporalio::activity functions return");
    if constexpr (kIsTask<std::remove_cvref_t<A>>) {
      return awaitable.awaiter();
    } else {
      return std::forward<A>(awaitable).awaiter();
    }
  }

 private:
  std::coroutine_handle<> continuation_;
  std::exception_ptr error_;
};

template <class T>
class Promise : public PromiseBase {
 public:
  Task<T> get_return_object() noexcept;
  // The default arguments are those of the place in the coroutine where the compiler makes the call.
  InitialAwaiter initial_suspend(const char* file = __builtin_FILE(), int line = __builtin_LINE()) noexcept {
    file_ = file;
    line_ = line;
    return {std::coroutine_handle<Promise>::from_promise(*this).address()};
  }
  template <class U = T>
    requires std::is_convertible_v<U&&, T>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() {
    if (error()) std::rethrow_exception(error());
    if (!value_) throw_no_value(file_, line_);
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
  const char* file_ = "";
  int line_ = 0;
};

template <>
class Promise<void> : public PromiseBase {
 public:
  Task<void> get_return_object() noexcept;
  InitialAwaiter initial_suspend() noexcept { return {std::coroutine_handle<Promise>::from_promise(*this).address()}; }
  void return_void() noexcept {}
  void take() {
    if (error()) std::rethrow_exception(error());
  }
};

}  // namespace coro

// Move-only owner of a coroutine that has not been awaited or spawned yet, or is being awaited.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = coro::Promise<T>;
  using value_type = T;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  // What `co_await task` does: runs the child within the awaiting task and gives its result. The Task keeps the frame.
  // Awaiting a Task that was moved from, or that another task is awaiting, throws std::logic_error.
  struct Awaiter {
    std::coroutine_handle<promise_type> child;
    bool await_ready() const noexcept { return child.done(); }
    void await_suspend(std::coroutine_handle<> parent) const noexcept {
      child.promise().set_continuation(parent);
      coro::Scheduler::current()->set_next(child);
    }
    T await_resume() const { return child.promise().take(); }
  };
  Awaiter awaiter() const {
    if (!handle_) coro::throw_misused_task("it was moved from");
    if (handle_.promise().has_continuation() && !handle_.done())
      coro::throw_misused_task("it is being awaited already");
    return {handle_};
  }

  // Gives up the frame (for whoever spawns it). Throws std::logic_error where there is none.
  std::coroutine_handle<promise_type> release() {
    if (!handle_) coro::throw_misused_task("it was moved from");
    return std::exchange(handle_, nullptr);
  }

 private:
  friend promise_type;
  explicit Task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

namespace coro {

template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

// A spawned Task<T> with its result.
template <class T>
class SpawnedTask : public TaskState {
 public:
  SpawnedTask(Scheduler& scheduler, std::coroutine_handle<Promise<T>> handle)
      : TaskState(scheduler, handle), handle_(handle) {}
  // Valid once done.
  T take() {
    if (error_) std::rethrow_exception(error_);
    if constexpr (std::is_copy_constructible_v<T>) {
      return *value_;
    } else if constexpr (!std::is_void_v<T>) {
      return std::move(*value_);
    }
  }
  const std::exception_ptr& error() const { return error_; }

 protected:
  void on_finished() override {
    error_ = handle_.promise().error();
    if constexpr (!std::is_void_v<T>) {
      if (error_) return;
      try {
        value_.emplace(handle_.promise().take());
      } catch (...) {
        error_ = std::current_exception();
      }
    }
  }

 private:
  using Value = std::conditional_t<std::is_void_v<T>, char, T>;
  std::coroutine_handle<Promise<T>> handle_;
  std::exception_ptr error_;
  std::optional<Value> value_;
};

// Awaits a Completion that `Source` (a pointer-like with completion(), take() and on_cancel()) stands for.
template <class Source>
struct CompletionAwaiter {
  Source* source;
  WaitNode node{};
  bool await_ready() const noexcept { return source->completion().is_resolved(); }
  void await_suspend(std::coroutine_handle<> handle) {
    node.context = source;
    node.cancel = [](WaitNode& waiting) { return static_cast<Source*>(waiting.context)->on_cancel(); };
    begin_wait(node, source->completion().waiters(), handle);
  }
  decltype(auto) await_resume() {
    if (node.is_cancelled) throw_cancelled();
    return source->take();
  }
};

}  // namespace coro
}  // namespace temporalio
