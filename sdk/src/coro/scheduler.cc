#include "temporalio/detail/scheduler.h"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "sdk/src/base/check.h"
#include "temporalio/errors.h"

namespace temporalio::coro {

constinit thread_local Scheduler* Scheduler::current_ = nullptr;

void WaitList::push_back(WaitNode& node) {
  node.list = this;
  node.previous = tail_;
  node.next = nullptr;
  (tail_ != nullptr ? tail_->next : head_) = &node;
  tail_ = &node;
}

void WaitList::remove(WaitNode& node) {
  if (node.list != this) return;
  (node.previous != nullptr ? node.previous->next : head_) = node.next;
  (node.next != nullptr ? node.next->previous : tail_) = node.previous;
  node.list = nullptr;
  node.previous = node.next = nullptr;
}

void Completion::resolve() {
  if (is_resolved_) return;
  is_resolved_ = true;
  const Scheduler* scheduler = Scheduler::current();
  if (scheduler != nullptr && scheduler->is_destroying()) return;
  while (WaitNode* node = waiters_.front()) {
    waiters_.remove(*node);
    node->wake(*node);
  }
}

void begin_wait(WaitNode& node, WaitList& list, std::coroutine_handle<> handle) {
  Scheduler* scheduler = Scheduler::current();
  TaskState* task = scheduler->current_task();
  node.task = task;
  node.handle = handle;
  if (node.wake == nullptr) node.wake = wake_waiting_task;
  list.push_back(node);
  task->waiting_ = &node;
  if (task->has_pending_cancel_) task->cancel();
}

void wake_waiting_task(WaitNode& node) {
  node.task->waiting_ = nullptr;
  node.task->woken_ = &node;
  node.task->scheduler_.schedule(node.handle, *node.task);
}

TaskState::~TaskState() { destroy_frames(); }

void TaskState::destroy_frames() {
  if (!root_) return;
  // While everything is torn down, lists hold nodes of frames that are gone already: they are left alone.
  if (waiting_ != nullptr && !scheduler_.is_destroying() && waiting_->list != nullptr)
    waiting_->list->remove(*waiting_);
  waiting_ = nullptr;
  woken_ = nullptr;
  std::exchange(root_, nullptr).destroy();
}

void TaskState::cancel() {
  if (is_done() || scheduler_.is_destroying()) return;
  if (waiting_ == nullptr) {
    if (woken_ != nullptr && scheduler_.rules.cancels_ended_waits) {
      woken_->is_cancelled = true;
    } else {
      has_pending_cancel_ = true;
    }
    return;
  }
  has_pending_cancel_ = false;
  WaitNode& node = *waiting_;
  if (node.cancel != nullptr && node.cancel(node)) return;
  if (node.list != nullptr) node.list->remove(node);
  node.is_cancelled = true;
  wake_waiting_task(node);
}

Scheduler::~Scheduler() { destroy_all(); }

void Scheduler::start(TaskState& task) {
  task.add_reference();
  task.previous_live_ = last_live_;
  (last_live_ != nullptr ? last_live_->next_live_ : first_live_) = &task;
  last_live_ = &task;
  schedule(task.root_, task);
}

void Scheduler::forget(TaskState& task) {
  (task.previous_live_ != nullptr ? task.previous_live_->next_live_ : first_live_) = task.next_live_;
  (task.next_live_ != nullptr ? task.next_live_->previous_live_ : last_live_) = task.previous_live_;
  task.previous_live_ = task.next_live_ = nullptr;
}

void Scheduler::step(const Ready& ready) {
  current_task_ = ready.task;
  current_finished_ = false;
  ready.task->woken_ = nullptr;
  if (ready.handle) {
    next_ = ready.handle;
    while (next_) std::exchange(next_, nullptr).resume();
  } else {
    ready.task->run_plain();
    current_finished_ = true;
  }
  current_task_ = nullptr;
  if (current_finished_) finish(*ready.task);
}

void Scheduler::finish(TaskState& task) {
  task.on_finished();
  task.destroy_frames();
  forget(task);
  if (!task.done_.waiters().is_empty()) finished_.emplace_back(&task);
  task.done_.resolve();
  task.release();
}

void Scheduler::run() {
  Enter enter(*this);
  do {  // what was applied before may have made a condition true without waking a task
    while (!ready_.empty()) {
      const Ready ready = ready_.front();
      ready_.pop_front();
      step(ready);
    }
    finished_.clear();
    wake_true_conditions();
  } while (!ready_.empty());
}

// Only the first true condition in the order of waiting: what it resumes may change what the others see.
void Scheduler::wake_true_conditions() {
  for (WaitNode *node = conditions_.front(), *next = nullptr; node != nullptr; node = next) {
    next = node->next;
    auto* condition = static_cast<ConditionNode*>(node);
    bool holds = false;
    try {
      holds = condition->check(condition->check_context);
    } catch (...) {
      condition->error = new std::exception_ptr(std::current_exception());
      holds = true;
    }
    if (!holds) continue;
    conditions_.remove(*condition);
    condition->wake(*condition);
    if (!rules.wakes_all_conditions) return;
  }
}

void Scheduler::destroy_all() {
  is_destroying_ = true;
  Enter enter(*this);
  ready_.clear();
  while (last_live_ != nullptr) {
    TaskState* const task = last_live_;
    // Destructors in the frames may drop other tasks, never this one: the scheduler's own reference holds it. The
    // analyzer does not follow that count.
    task->destroy_frames();  // NOLINT(clang-analyzer-cplusplus.NewDelete)
    forget(*task);
    task->release();
  }
  ready_.clear();
}

void throw_cancelled() { throw CancelledError(); }

void throw_misused_task(const char* why) {
  throw std::logic_error(std::string("this Task cannot be awaited or spawned: ") + why);
}

void throw_no_value(const char* file, int line) {
  throw std::logic_error("the coroutine at " + std::string(file) + ":" + std::to_string(line) +
                         " ended without co_return, and its Task promises a value");
}

void report_broken_frame() noexcept {
  std::fprintf(
      stderr,
      "temporalio: this compiler (g++ 12) laid out a coroutine's frame wrongly; resuming it would crash.\n"
      "The coroutine awaits inside the condition of an if, while, do or switch and declares no local variable.\n"
      "Cure: move the await out of the condition: `const bool ready = co_await x; if (ready) ...`.\n");
  std::abort();
}

}  // namespace temporalio::coro
