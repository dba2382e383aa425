// Outcomes as values, and compensation: what C++ forbids inside a catch block, where nothing can be awaited. Included
// by temporalio/workflow.h, whose rules hold here, too.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "temporalio/errors.h"
#include "temporalio/task.h"
#include "temporalio/workflow_tasks.h"

namespace temporalio::workflow {

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

// `Result<R> r = co_await workflow::as_result(execute_activity<&f>(...))`: the value, or the failure of errors.h that
// was thrown, cancellation included. Takes a handle or a Task. Any other exception is a bug or the SDK's own (continue
// as new) and no outcome: it goes on, and fails the workflow task, which is tried again with mended code.
template <class Awaited>
  requires coro::Awaitable<Awaited> || coro::kIsTask<Awaited>
Task<Result<typename Awaited::value_type>> as_result(Awaited awaited) {
  using R = typename Awaited::value_type;
  Result<R> result;
  try {
    if constexpr (std::is_void_v<R>) {
      co_await awaited;
      result = Result<R>(std::monostate());
    } else {
      R value = co_await awaited;
      result = Result<R>(std::move(value));
    }
  } catch (const FailureError&) {
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
  // Runs all, last added first; one that fails (errors.h) does not stop the rest, any other exception does. Throws the
  // first failure at the end.
  Task<void> compensate();

 private:
  std::vector<std::function<Task<void>()>> compensations_;
};

}  // namespace temporalio::workflow
