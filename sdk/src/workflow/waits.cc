// What workflow code can wait for besides a single operation: conditions, the first of several, all of several.
#include <stdexcept>

#include "sdk/src/base/check.h"
#include "sdk/src/workflow/run_state.h"
#include "temporalio/workflow.h"

namespace temporalio::workflow::detail {

using coro::WaitNode;

void throw_nothing_to_await() { throw std::invalid_argument("when_any needs something to wait for"); }
void throw_timeout() { throw TimeoutError("Timed out"); }
void throw_condition_timeout() { throw TimeoutError("Timed out waiting for a condition"); }

void ConditionAwaiterBase::begin(std::coroutine_handle<> handle) {
  coro::begin_wait(node, workflow_scheduler().conditions(), handle);
}

void ConditionAwaiterBase::finish() {
  if (node.error != nullptr) {
    const std::exception_ptr error = *node.error;
    delete std::exchange(node.error, nullptr);
    std::rethrow_exception(error);
  }
  if (node.is_cancelled) coro::throw_cancelled();
}

namespace {

// What the two nodes of a timed condition need to know of each other.
void remove_from_list(WaitNode& node) {
  if (node.list != nullptr) node.list->remove(node);
}

}  // namespace

void ConditionAwaiterBase::begin_timed(std::coroutine_handle<> handle, coro::Completion& timer, WaitNode& timer_node) {
  // The condition's node is the task's wait; the timer's node hangs beside it and wakes it.
  node.context = &timer_node;
  node.wake = [](WaitNode& waiting) {
    remove_from_list(*static_cast<WaitNode*>(waiting.context));
    coro::wake_waiting_task(waiting);
  };
  node.cancel = [](WaitNode& waiting) {
    remove_from_list(*static_cast<WaitNode*>(waiting.context));
    return false;
  };
  timer_node.task = workflow_scheduler().current_task();
  timer_node.context = this;
  timer_node.wake = [](WaitNode& timer_wait) {
    auto* base = static_cast<ConditionAwaiterBase*>(timer_wait.context);
    base->is_timed_out = true;
    remove_from_list(base->node);
    coro::wake_waiting_task(base->node);
  };
  timer.waiters().push_back(timer_node);
  coro::begin_wait(node, workflow_scheduler().conditions(), handle);
}

// Several nodes, one wait: node 0 is the task's wait, the others point to the awaiter and act for it.
bool AnyAwaiter::await_ready() {
  for (std::size_t i = 0; i < size; ++i) {
    if (completions[i]->is_resolved()) {
      first = i;
      return true;
    }
  }
  return false;
}

void AnyAwaiter::await_suspend(std::coroutine_handle<> handle) {
  const auto wake = [](WaitNode& woken) {
    auto& any = *static_cast<AnyAwaiter*>(woken.context);
    for (std::size_t i = 0; i < any.size; ++i) {
      if (&any.nodes[i] == &woken) any.first = i;
      remove_from_list(any.nodes[i]);
    }
    coro::wake_waiting_task(any.nodes[0]);
  };
  for (std::size_t i = 0; i < size; ++i) {
    nodes[i] = WaitNode();
    nodes[i].context = this;
    nodes[i].wake = wake;
    if (i > 0) completions[i]->waiters().push_back(nodes[i]);
  }
  nodes[0].cancel = [](WaitNode& waiting) {
    auto& any = *static_cast<AnyAwaiter*>(waiting.context);
    for (std::size_t i = 0; i < any.size; ++i) remove_from_list(any.nodes[i]);
    return false;
  };
  coro::begin_wait(nodes[0], completions[0]->waiters(), handle);
}

std::size_t AnyAwaiter::await_resume() {
  if (size > 0 && nodes[0].is_cancelled) coro::throw_cancelled();
  return first;
}

bool AllAwaiter::await_ready() {
  pending = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (!sources[i].completion->is_resolved()) {
      ++pending;
    } else if (sources[i].has_failed(sources[i].handle)) {
      return true;
    }
  }
  return pending == 0;
}

void AllAwaiter::await_suspend(std::coroutine_handle<> handle) {
  // A failure or the last completion wakes the task; node of the first pending source is the task's wait.
  const auto wake = [](WaitNode& woken) {
    auto& all = *static_cast<AllAwaiter*>(woken.context);
    const std::size_t index = static_cast<std::size_t>(&woken - all.nodes);
    if (--all.pending > 0 && !all.sources[index].has_failed(all.sources[index].handle)) return;
    for (std::size_t i = 0; i < all.size; ++i) remove_from_list(all.nodes[i]);
    coro::wake_waiting_task(*all.primary);
  };
  primary = nullptr;
  for (std::size_t i = 0; i < size; ++i) {
    nodes[i] = WaitNode();
    if (sources[i].completion->is_resolved()) continue;
    nodes[i].context = this;
    nodes[i].wake = wake;
    if (primary == nullptr) {
      primary = &nodes[i];
    } else {
      sources[i].completion->waiters().push_back(nodes[i]);
    }
  }
  TEMPORALIO_CHECK(primary != nullptr, "nothing is pending, so await_ready() held");
  primary->cancel = [](WaitNode& waiting) {
    auto& all = *static_cast<AllAwaiter*>(waiting.context);
    for (std::size_t i = 0; i < all.size; ++i) remove_from_list(all.nodes[i]);
    for (std::size_t i = 0; i < all.size; ++i) {
      if (!all.sources[i].completion->is_resolved()) all.sources[i].cancel(all.sources[i].handle);
    }
    return false;
  };
  coro::begin_wait(*primary, sources[static_cast<std::size_t>(primary - nodes)].completion->waiters(), handle);
}

std::size_t AllAwaiter::await_resume() {
  if (primary != nullptr && primary->is_cancelled) coro::throw_cancelled();
  for (std::size_t i = 0; i < size; ++i) {
    if (sources[i].completion->is_resolved() && sources[i].has_failed(sources[i].handle)) return i;
  }
  return size;
}

}  // namespace temporalio::workflow::detail
