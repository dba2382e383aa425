// What workflow code waits for and the server resolves: a timer, an activity. Handles in workflow.h own operations.
#pragma once

#include <coroutine>
#include <exception>
#include <type_traits>
#include <utility>

#include "temporalio/payload.h"
#include "temporalio/task.h"

namespace temporalio {

// Where a call stands in the source. Defaulted parameters of this type capture the caller's place.
struct SourceLocation {
  const char* file = "";
  int line = 0;

  static constexpr SourceLocation current(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
};

namespace workflow {

// A pending or finished command of the running workflow. Belongs to the run's thread; no locks.
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): deleted by its own release() alone
class Operation {
 public:
  Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  coro::Completion& completion() { return completion_; }
  // The waiting task is cancelled: requests cancellation. True: the task wakes when the operation is resolved, now or
  // later, as its cancellation type says. False: it has ended already, without the task having been told.
  virtual bool on_cancel() = 0;
  virtual void cancel() = 0;
  // Once resolved: throws the failure, if that is the outcome.
  virtual void take() = 0;
  virtual bool has_failed() const = 0;
  // Once resolved without failure.
  virtual PayloadView result() const = 0;

  void add_reference() { ++references_; }
  void release() {
    if (--references_ == 0) delete this;
  }
  int references() const { return references_; }

 protected:
  virtual ~Operation() = default;

 private:
  coro::Completion completion_;
  int references_ = 0;
};

// An owned, awaitable operation whose result is an R. `co_await handle` gives the result or throws the failure;
// awaiting again gives it again. Copies share the operation. Dropping a handle does not cancel.
template <class R>
class [[nodiscard]] OperationHandle : public coro::AwaitableTag {
 public:
  using value_type = R;

  explicit OperationHandle(coro::Ref<Operation> operation) : operation_(std::move(operation)) {}

  // Requests cancellation; see ActivityCancellationType for what an awaiting task then sees.
  void cancel() { operation_->cancel(); }
  bool is_done() const { return operation_->completion().is_resolved(); }

  struct Awaiter : coro::CompletionAwaiter<Operation> {
    R await_resume() {
      coro::CompletionAwaiter<Operation>::await_resume();
      if constexpr (!std::is_void_v<R>) return from_payload<R>(this->source->result());
    }
  };
  Awaiter awaiter() const { return Awaiter{{operation_.get(), {}}}; }
  coro::Completion& completion() const { return operation_->completion(); }
  bool has_failed() const { return operation_->has_failed(); }

 private:
  coro::Ref<Operation> operation_;
};

using TimerHandle = OperationHandle<void>;
template <class R>
using ActivityHandle = OperationHandle<R>;

}  // namespace workflow
}  // namespace temporalio
