// What the code of an activity uses, and how a function becomes an activity.
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
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "temporalio/duration.h"
#include "temporalio/errors.h"
#include "temporalio/function_traits.h"
#include "temporalio/payload.h"
#include "temporalio/task.h"

namespace temporalio::activity {

// What an asynchronous activity returns.
using temporalio::Task;

// What is known of the running activity.
struct Info {
  Info() = default;

  // Value number `index` of the last heartbeat of an earlier attempt. Throws PayloadDecodeError.
  template <class T>
  T heartbeat_detail(std::size_t index) const {
    return temporalio::detail::decode_argument<T>(heartbeat_details, index);
  }

  std::string activity_id;
  std::string activity_type;
  std::string activity_run_id;  // only for an activity that no workflow started
  std::string namespace_;
  std::string task_queue;
  std::string task_token;  // bytes
  std::string workflow_id;
  std::string workflow_run_id;
  std::string workflow_type;
  int attempt = 1;  // the first is 1
  bool is_local = false;
  std::vector<Payload> heartbeat_details;
  SystemTime scheduled_time{};                  // of the first attempt
  SystemTime current_attempt_scheduled_time{};  // of this attempt
  SystemTime started_time{};
  std::optional<Duration> schedule_to_close_timeout;
  std::optional<Duration> start_to_close_timeout;
  std::optional<Duration> heartbeat_timeout;
};

// Why an activity is being cancelled; more than one may hold.
struct CancellationDetails {
  bool not_found = false;         // the server does not know this attempt any more
  bool cancel_requested = false;  // the workflow asked for it
  bool paused = false;
  bool reset = false;
  bool timed_out = false;
  bool worker_shutdown = false;
};

// All of these may be called from the activity's code only, on its own thread or in its coroutine; elsewhere they throw
// std::logic_error, except in_activity.

bool in_activity() noexcept;
// Valid while the activity runs.
const Info& info();

// The activity has been asked to stop.
bool is_cancelled();
// Throws CancelledError if it has.
void check_cancelled();
// Why; nullopt while it has not.
std::optional<CancellationDetails> cancellation_details();
// Blocks the thread of a synchronous activity until it is cancelled (true) or `timeout` has passed (false).
bool wait_for_cancelled_sync(std::optional<Duration> timeout = std::nullopt);

// The worker is shutting down; the activity has until the worker's graceful_shutdown_timeout to end by itself.
bool is_worker_shutdown();
bool wait_for_worker_shutdown_sync(std::optional<Duration> timeout = std::nullopt);

// Ends the activity's function without ending the activity: somebody else completes it by its task token or id.
[[noreturn]] void raise_complete_async();

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

// ---- How a function becomes an activity ----

// A function with its types erased. One of `call` and `start` is set.
struct Definition {
  std::string_view name;
  bool is_method = false;
  Payload (*call)(void* instance, const PayloadListView& arguments) = nullptr;
  // Decodes before the first suspension, so that `arguments` may go once it has returned.
  Task<void> (*start)(void* instance, const PayloadListView& arguments, Payload* result) = nullptr;
};

// What a worker is given. `instance` is what methods are called on.
struct Registration {
  Registration() = default;
  std::string name;
  const Definition* definition = nullptr;
  std::shared_ptr<void> instance;
};

namespace detail {

template <class R>
Task<void> encode_result(Task<R> task, Payload* result) {
  if constexpr (std::is_void_v<R>) {
    co_await task;
    *result = to_payload(nullptr);
  } else {
    R value = co_await task;
    *result = to_payload(value);
  }
}

template <auto kFunction>
decltype(auto) invoke(void* instance, const PayloadListView& payloads) {
  using Traits = FunctionTraits<decltype(kFunction)>;
  auto arguments = from_payloads<typename Traits::Args>(payloads);
  return std::apply(
      [&](auto&... a) -> typename Traits::Result {
        if constexpr (std::is_void_v<typename Traits::Class>) {
          return kFunction(std::move(a)...);
        } else {
          return (static_cast<typename Traits::Class*>(instance)->*kFunction)(std::move(a)...);
        }
      },
      arguments);
}

template <auto kFunction>
Payload call(void* instance, const PayloadListView& payloads) {
  using Traits = FunctionTraits<decltype(kFunction)>;
  if constexpr (std::is_void_v<typename Traits::Result>) {
    invoke<kFunction>(instance, payloads);
    return to_payload(nullptr);
  } else {
    return to_payload(invoke<kFunction>(instance, payloads));
  }
}

template <auto kFunction>
Task<void> start(void* instance, const PayloadListView& payloads, Payload* result) {
  return encode_result(invoke<kFunction>(instance, payloads), result);
}

template <auto kFunction>
constexpr Definition make_definition() {
  using Traits = FunctionTraits<decltype(kFunction)>;
  Definition definition;
  definition.name = kName<kFunction>;
  definition.is_method = !std::is_void_v<typename Traits::Class>;
  if constexpr (Traits::is_task) {
    static_assert(!Traits::takes_references,
                  "an asynchronous activity takes its arguments by value: it outlives the call that starts it");
    definition.start = &start<kFunction>;
  } else {
    definition.call = &call<kFunction>;
  }
  return definition;
}

template <auto kFunction>
inline constexpr Definition kDefinition = make_definition<kFunction>();

}  // namespace detail

// The definition of a function or method.
template <auto kFunction>
constexpr const Definition& definition() {
  return detail::kDefinition<kFunction>;
}

// A function as a worker takes it; `name` overrides its name.
template <auto kFunction>
Registration registration(std::string_view name = kName<kFunction>) {
  static_assert(std::is_void_v<typename FunctionTraits<decltype(kFunction)>::Class>,
                "a method needs the object it is called on: add_activity<&Class::method>(std::make_shared<Class>())");
  Registration made;
  made.name = name;
  made.definition = &definition<kFunction>();
  return made;
}

// A method as a worker takes it. Calls from several threads at once reach the same object.
template <auto kMethod>
Registration registration(std::shared_ptr<typename FunctionTraits<decltype(kMethod)>::Class> instance,
                          std::string_view name = kName<kMethod>) {
  Registration made;
  made.name = name;
  made.definition = &definition<kMethod>();
  made.instance = std::move(instance);
  return made;
}

}  // namespace temporalio::activity
