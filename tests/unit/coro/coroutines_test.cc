// Tasks on the scheduler alone: order, stack, cancellation, destruction.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "temporalio/errors.h"
#include "temporalio/task.h"

namespace temporalio {
namespace {

using coro::Completion;
using coro::Ref;
using coro::Scheduler;
using coro::SpawnedTask;

// Awaits a completion that the test resolves.
struct Gate : coro::AwaitableTag {
  Completion* gate = nullptr;
  explicit Gate(Completion& completion_to_await) : gate(&completion_to_await) {}
  Completion& completion() const { return *gate; }
  void take() const {}
  bool on_cancel() const { return false; }
  coro::CompletionAwaiter<Gate> awaiter() { return {this, {}}; }
};

template <class T>
Ref<SpawnedTask<T>> start(Scheduler& scheduler, Task<T> task) {
  Ref<SpawnedTask<T>> spawned(new SpawnedTask<T>(scheduler, task.release()));
  scheduler.start(*spawned);
  return spawned;
}

std::uintptr_t stack_position() { return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)); }

struct StackExtent {
  std::uintptr_t low = UINTPTR_MAX;
  std::uintptr_t high = 0;
  void note() {
    low = std::min(low, stack_position());
    high = std::max(high, stack_position());
  }
};

Task<int> ready_task(StackExtent* extent) {
  extent->note();
  co_return 1;
}

Task<std::int64_t> await_many(int n, StackExtent* extent) {
  std::int64_t sum = 0;
  for (int i = 0; i < n; ++i) {
    const int one = co_await ready_task(extent);
    sum += one;
  }
  co_return sum;
}

TEST(Tasks, AMillionReadyAwaitsDoNotGrowTheStack) {
  Scheduler scheduler;
  StackExtent extent;
  auto task = start(scheduler, await_many(1'000'000, &extent));
  scheduler.run();
  ASSERT_TRUE(task->is_done());
  EXPECT_EQ(task->take(), 1'000'000);
  EXPECT_LT(extent.high - extent.low, 1024u);
}

Task<int> nested(int depth, StackExtent* extent) {
  extent->note();
  if (depth == 0) co_return 0;
  const int below = co_await nested(depth - 1, extent);
  co_return below + 1;
}

TEST(Tasks, NestingUsesTheHeapOnly) {
  Scheduler scheduler;
  StackExtent extent;
  auto task = start(scheduler, nested(20'000, &extent));
  scheduler.run();
  EXPECT_EQ(task->take(), 20'000);
  EXPECT_LT(extent.high - extent.low, 1024u);
}

Task<> append_twice(std::vector<std::string>* log, std::string name, Completion* gate) {
  log->push_back(name + "1");
  Gate wait(*gate);
  co_await wait;
  log->push_back(name + "2");
}

TEST(Tasks, RunFirstInFirstOut) {
  Scheduler scheduler;
  std::vector<std::string> log;
  Completion gate;
  auto a = start(scheduler, append_twice(&log, "a", &gate));
  auto b = start(scheduler, append_twice(&log, "b", &gate));
  scheduler.run();
  gate.resolve();
  scheduler.run();
  EXPECT_EQ(log, (std::vector<std::string>{"a1", "b1", "a2", "b2"}));
}

TEST(Tasks, ResolvingNeverResumesInline) {
  Scheduler scheduler;
  std::vector<std::string> log;
  Completion gate;
  auto a = start(scheduler, append_twice(&log, "a", &gate));
  scheduler.run();
  gate.resolve();
  EXPECT_EQ(log, (std::vector<std::string>{"a1"}));
}

Task<int> wait_or_cancelled(Completion* gate) {
  Gate wait(*gate);
  int result = 1;
  try {
    co_await wait;
  } catch (const CancelledError&) {
    result = 2;
  }
  co_return result;
}

TEST(Tasks, CancelThrowsAtTheWait) {
  Scheduler scheduler;
  Completion gate;
  auto task = start(scheduler, wait_or_cancelled(&gate));
  scheduler.run();
  task->cancel();
  EXPECT_FALSE(task->is_done());
  scheduler.run();
  EXPECT_EQ(task->take(), 2);
  EXPECT_TRUE(gate.waiters().is_empty());
}

TEST(Tasks, CancelBeforeTheFirstStepThrowsAtTheFirstWait) {
  Scheduler scheduler;
  Completion gate;
  auto task = start(scheduler, wait_or_cancelled(&gate));
  task->cancel();
  scheduler.run();
  EXPECT_EQ(task->take(), 2);
}

TEST(Tasks, CancelAfterTheEndChangesNothing) {
  Scheduler scheduler;
  Completion gate;
  gate.resolve();
  auto task = start(scheduler, wait_or_cancelled(&gate));
  scheduler.run();
  task->cancel();
  scheduler.run();
  EXPECT_EQ(task->take(), 1);
}

struct CountsDestruction {
  explicit CountsDestruction(int& counter) : count(&counter) {}
  CountsDestruction(CountsDestruction&& other) noexcept : count(std::exchange(other.count, nullptr)) {}
  ~CountsDestruction() {
    if (count != nullptr) ++*count;
  }
  int* count;
};

Task<> hold(CountsDestruction held, Completion* gate, bool* resumed) {
  Gate wait(*gate);
  co_await wait;
  *resumed = held.count != nullptr;
}
Task<> hold_below(int* count, Completion* gate, bool* resumed) {
  const CountsDestruction own(*count);
  Task<> below = hold(CountsDestruction(*count), gate, resumed);
  co_await below;
}

TEST(Tasks, DestructionRunsDestructorsAndResumesNothing) {
  int destroyed = 0;
  bool resumed = false;
  Completion gate;
  {
    Scheduler scheduler;
    auto task = start(scheduler, hold_below(&destroyed, &gate, &resumed));
    scheduler.run();
    EXPECT_EQ(destroyed, 0);
  }
  EXPECT_EQ(destroyed, 2);
  EXPECT_FALSE(resumed);
}

Task<> await_moved_from() {
  StackExtent extent;
  Task<int> task = ready_task(&extent);
  Task<int> taken = std::move(task);
  const int value = co_await taken;
  static_cast<void>(value);
  const int again = co_await task;
  static_cast<void>(again);
}

TEST(Tasks, AMovedFromTaskIsRefused) {
  Scheduler scheduler;
  auto task = start(scheduler, await_moved_from());
  scheduler.run();
  EXPECT_THROW(task->take(), std::logic_error);
}

Task<std::optional<int>> nothing() { co_return {}; }

TEST(Tasks, MayReturnAnEmptyBrace) {
  Scheduler scheduler;
  auto task = start(scheduler, nothing());
  scheduler.run();
  EXPECT_EQ(task->take(), std::nullopt);
}

Task<> throws() {
  throw ApplicationError("no");
  co_return;
}

TEST(Tasks, AFailureIsKeptForWhoeverAsks) {
  Scheduler scheduler;
  auto task = start(scheduler, throws());
  scheduler.run();
  EXPECT_TRUE(task->is_done());
  EXPECT_THROW(task->take(), ApplicationError);
  EXPECT_THROW(task->take(), ApplicationError);
}

}  // namespace
}  // namespace temporalio
