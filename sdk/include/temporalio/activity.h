// What the code of an activity uses.
//
//   std::string greet(std::string name);                 // runs on a pool of threads
//   activity::Task<int> copy(std::string from) {         // a coroutine: no thread while it waits
//     activity::heartbeat(1);
//     co_await activity::sleep(1s);
//     co_return 1;
//   }
#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "temporalio/activity_definition.h"
#include "temporalio/activity_info.h"
#include "temporalio/duration.h"
#include "temporalio/errors.h"
#include "temporalio/log.h"
#include "temporalio/payload.h"
#include "temporalio/task.h"

namespace temporalio::activity {

class Context;  // not public

// What an asynchronous activity returns.
using temporalio::Task;

// All of these may be called from the activity's code only, on its own thread or in its coroutine; elsewhere they throw
// std::logic_error, except in_activity.

bool in_activity() noexcept;
// Valid while the activity runs.
const Info& info();

// The activity has been asked to stop.
bool is_cancelled();
// Throws CancelledError if it has, unless a CancellationShield is alive.
void check_cancelled();
// Why; nullopt while it has not.
std::optional<CancellationDetails> cancellation_details();
// Blocks the thread of a synchronous activity until it is cancelled (true) or `timeout` has passed (false).
bool wait_for_cancelled_sync(std::optional<Duration> timeout = std::nullopt);

// The worker is shutting down; the activity has until the worker's graceful_shutdown_timeout to end by itself.
bool is_worker_shutdown();
bool wait_for_worker_shutdown_sync(std::optional<Duration> timeout = std::nullopt);

// While it lives, a cancellation is no exception: check_cancelled() does not throw and awaits do not end with
// CancelledError, for what must be finished in one piece. The first of these after its end throws. What tells of the
// cancellation (is_cancelled, wait_for_cancelled) does so all the time. Ends on the thread, or in the coroutine, that
// it began in.
class [[nodiscard]] CancellationShield {
 public:
  ~CancellationShield();
  CancellationShield(const CancellationShield&) = delete;
  CancellationShield& operator=(const CancellationShield&) = delete;

 private:
  friend CancellationShield shield_cancel_exception();
  explicit CancellationShield(Context& context);

  Context& context_;
};
CancellationShield shield_cancel_exception();

// Ends the activity's function without ending the activity: somebody else completes it by its task token or id, with a
// client::AsyncActivityHandle.
[[noreturn]] void raise_complete_async();

// Writes to the log (temporalio/log.h), with type, ids and attempt of the running activity behind the text. Outside of
// an activity the text goes as it is.
class Logger {
 public:
  void debug(std::string_view text) const { write(LogLevel::debug, text); }
  void info(std::string_view text) const { write(LogLevel::info, text); }
  void warning(std::string_view text) const { write(LogLevel::warning, text); }
  void error(std::string_view text) const { write(LogLevel::error, text); }

 private:
  static void write(LogLevel level, std::string_view text);
};
inline constexpr Logger logger;

namespace detail {

void record_heartbeat(std::vector<Payload> details);

// Thrown by raise_complete_async.
class CompleteAsync : public std::exception {
 public:
  const char* what() const noexcept override { return "the activity completes asynchronously"; }
};

// What an asynchronous activity waits for. Lives as long as either side needs it.
class Wait {
 public:
  virtual ~Wait() = default;
  coro::Completion& completion() { return completion_; }
  // True: keeps waiting, or has resolved by itself. False: the wait ends with CancelledError.
  virtual bool on_cancel() { return false; }

 private:
  coro::Completion completion_;
};

class VoidWait : public Wait {
 public:
  void take() {}
};

// Non-template ends of the awaitables below; they need a running asynchronous activity.
std::shared_ptr<VoidWait> begin_sleep(Duration duration);
std::shared_ptr<VoidWait> begin_wait_for_cancelled();
std::shared_ptr<VoidWait> begin_wait_for_worker_shutdown();

// A function on its way through the pool of threads.
class OffloadWait : public Wait {
 public:
  bool on_cancel() final;
  void run() noexcept;  // on a thread of the pool
  bool is_cancelled() const { return is_cancelled_; }

 protected:
  virtual void call() = 0;
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::exception_ptr error_;
  bool is_cancelled_ = false;
};
void begin_offload(const std::shared_ptr<OffloadWait>& wait);

template <class F>
class OffloadedCall final : public OffloadWait {
 public:
  using Result = std::invoke_result_t<F&>;
  explicit OffloadedCall(F function) : function_(std::move(function)) {}
  Result take() {
    rethrow();
    if constexpr (!std::is_void_v<Result>) return std::move(*result_);
  }

 private:
  void call() override {
    if constexpr (std::is_void_v<Result>) {
      function_();
    } else {
      result_.emplace(function_());
    }
  }
  using Stored = std::conditional_t<std::is_void_v<Result>, char, Result>;
  F function_;
  std::optional<Stored> result_;
};

}  // namespace detail

// Tells the server that the activity is alive, and records `details` for the next attempt. Sent at once or, where
// heartbeats come often, with the last values at the end of a window. Throws PayloadEncodeError.
template <class... Details>
void heartbeat(const Details&... details) {
  detail::record_heartbeat(to_payloads(details...));
}

// What the functions below return: to be awaited at once by the activity's coroutine.
template <class State>
class [[nodiscard]] Awaitable : public coro::AwaitableTag {
 public:
  explicit Awaitable(std::shared_ptr<State> state) : state_(std::move(state)) {}
  coro::CompletionAwaiter<State> awaiter() const { return {state_.get()}; }

 private:
  std::shared_ptr<State> state_;
};

// co_await: lets real time pass. Throws CancelledError when the activity is cancelled meanwhile.
inline Awaitable<detail::VoidWait> sleep(Duration duration) {
  return Awaitable<detail::VoidWait>(detail::begin_sleep(duration));
}

// co_await: returns, without an exception, once the activity has been asked to stop.
inline Awaitable<detail::VoidWait> wait_for_cancelled() {
  return Awaitable<detail::VoidWait>(detail::begin_wait_for_cancelled());
}

// co_await: returns once the worker is shutting down. Throws CancelledError when the activity is cancelled meanwhile.
inline Awaitable<detail::VoidWait> wait_for_worker_shutdown() {
  return Awaitable<detail::VoidWait>(detail::begin_wait_for_worker_shutdown());
}

// co_await: runs `function` on a thread of the pool and gives its result or exception. It is never abandoned: when the
// activity is cancelled meanwhile, the next wait throws. It may use the coroutine's locals, which stay until it is
// done.
template <class F>
  requires std::invocable<std::decay_t<F>&>
auto offload(F&& function) {
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
  static_assert(
      std::is_lvalue_reference_v<F> || std::is_trivially_destructible_v<std::decay_t<F>>,
      "g++ 12 destroys a closure that owns something twice when it is a temporary in a co_await statement. "
      "Name it first: `auto work = [data] {...}; co_await activity::offload(work);`, or capture by reference");
#endif
  using Call = detail::OffloadedCall<std::decay_t<F>>;
  auto call = std::make_shared<Call>(std::forward<F>(function));
  detail::begin_offload(call);
  return Awaitable<Call>(std::move(call));
}

}  // namespace temporalio::activity
