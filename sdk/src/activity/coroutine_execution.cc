// An asynchronous activity: a coroutine with a scheduler of its own, resumed on the loop's thread whenever something it
// waits for has happened. Cancellation is an exception at what it waits for.
#include <algorithm>

#include "sdk/src/activity/execution.h"
#include "sdk/src/activity/thread_pool.h"
#include "sdk/src/base/deadlock_watch.h"

namespace temporalio::activity {
namespace {

// A longer one could overflow the clock.
constexpr Duration kLongestSleep = std::chrono::hours(24 * 365 * 100);

// Ends by the loop's timer; dropped with the coroutine, it stops the timer.
class Sleep final : public detail::VoidWait {
 public:
  explicit Sleep(std::shared_ptr<base::Loop> loop) : loop_(std::move(loop)) {}
  ~Sleep() override { loop_->cancel(timer); }
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;

  base::Loop::TimerId timer;

 private:
  const std::shared_ptr<base::Loop> loop_;
};

// Ends by being cancelled, without an exception.
class CancelWait final : public detail::VoidWait {
 public:
  bool on_cancel() override {
    completion().resolve();
    return true;
  }
};

class CoroutineExecution final : public Execution {
 public:
  using Execution::Execution;
  ~CoroutineExecution() override {
    // While this object is whole: destructors in the frames may call the activity API.
    scheduler_.destroy_all();
  }
  CoroutineExecution(const CoroutineExecution&) = delete;
  CoroutineExecution& operator=(const CoroutineExecution&) = delete;

  std::shared_ptr<detail::VoidWait> begin_sleep(Duration duration) override {
    require_coroutine();
    deliver_cancellation();
    auto wait = std::make_shared<Sleep>(loop_);
    const auto on_timer = [weak = weak(), weak_wait = std::weak_ptr<Sleep>(wait)] {
      const auto self = weak.lock();
      const auto ended = weak_wait.lock();
      if (self && ended) self->resolve(*ended);
    };
    wait->timer = loop_->post_after(std::min(duration, kLongestSleep), on_timer);
    return wait;
  }

  std::shared_ptr<detail::VoidWait> begin_wait_for_cancelled() override {
    require_coroutine();
    auto wait = std::make_shared<CancelWait>();
    if (is_cancelled()) {
      wait->completion().resolve();
    } else {
      cancel_waits_.push_back(wait);
    }
    return wait;
  }

  std::shared_ptr<detail::VoidWait> begin_wait_for_worker_shutdown() override {
    require_coroutine();
    deliver_cancellation();
    auto wait = std::make_shared<detail::VoidWait>();
    if (is_worker_shutdown()) {
      wait->completion().resolve();
    } else {
      shutdown_waits_.push_back(wait);
    }
    return wait;
  }

  void begin_offload(const std::shared_ptr<detail::OffloadWait>& wait) override {
    require_coroutine();
    deliver_cancellation();
    ThreadPool::process_wide().run([self = strong(), wait = wait]() mutable {
      {
        const Enter enter(*self);
        wait->run();
      }
      const std::shared_ptr<base::Loop> loop = self->loop_;
      // The last references go on the loop's thread.
      loop->post([self = std::move(self), wait = std::move(wait)] { self->on_offloaded(*wait); });
    });
  }

 private:
  std::shared_ptr<CoroutineExecution> strong() {
    return std::static_pointer_cast<CoroutineExecution>(shared_from_this());
  }
  std::weak_ptr<CoroutineExecution> weak() { return strong(); }

  static void require_coroutine() {
    if (coro::Scheduler::current() == nullptr) {
      throw std::logic_error("temporalio: not in the activity's coroutine (in a function given to activity::offload?)");
    }
  }

  void run() override {
    scheduler_.owner = static_cast<Context*>(this);
    try {
      const coro::Scheduler::Enter enter(scheduler_);
      Task<void> task = registration().definition->start(registration().instance.get(), arguments(), &result_);
      root_ = coro::Ref<Root>(new Root(scheduler_, task.release()));
    } catch (...) {  // an argument that cannot be read
      finish(std::current_exception(), Payload());
      return;
    }
    scheduler_.start(*root_);
    is_cancellation_due_ = is_cancelled();
    resume();
  }

  // Runs the coroutine until it waits or ends.
  void resume() {
    if (is_finished() || !root_) return;
    const base::DeadlockWatch::Scope watch(*loop_, false, [this] {
      return "asynchronous activity " + info().activity_type + " (id " + info().activity_id + ", of workflow " +
             info().workflow_id + ")";
    });
    scheduler_.run();
    if (root_->is_done()) finish(root_->error(), std::move(result_));
  }

  void resolve(detail::Wait& wait) {
    wait.completion().resolve();
    resume();
  }

  void on_offloaded(detail::OffloadWait& wait) {
    wait.completion().resolve();
    // The result is delivered; the next wait throws.
    if (wait.is_cancelled()) is_cancellation_due_ = true;
    resume();
  }

  void on_cancelled() override {
    if (!root_) return;
    const auto self = strong();
    if (is_shielded()) {
      is_cancellation_due_ = true;
      for (const auto& weak_wait : std::exchange(cancel_waits_, {})) {
        if (const auto wait = weak_wait.lock()) wait->completion().resolve();
      }
    } else {
      root_->cancel();
    }
    resume();
  }

  // In the coroutine, before it waits: a cancellation that could not be thrown where it came strikes at this wait.
  void deliver_cancellation() {
    if (!is_cancellation_due_ || is_shielded()) return;
    is_cancellation_due_ = false;
    scheduler_.current_task()->cancel();
  }

  void on_shutdown_announced() override {
    const auto self = strong();
    for (const std::weak_ptr<detail::VoidWait>& weak_wait : std::exchange(shutdown_waits_, {})) {
      if (const auto wait = weak_wait.lock()) wait->completion().resolve();
    }
    resume();
  }

  using Root = coro::SpawnedTask<void>;
  coro::Scheduler scheduler_;
  coro::Ref<Root> root_;
  Payload result_;
  bool is_cancellation_due_ = false;  // came while the code was shielded, or before it ran
  std::vector<std::weak_ptr<CancelWait>> cancel_waits_;
  std::vector<std::weak_ptr<detail::VoidWait>> shutdown_waits_;
};

}  // namespace

std::shared_ptr<Execution> make_coroutine_execution(std::shared_ptr<base::Loop> loop, ExecutionTask task,
                                                    std::weak_ptr<ExecutionOwner> owner) {
  return std::make_shared<CoroutineExecution>(std::move(loop), std::move(task), std::move(owner));
}

}  // namespace temporalio::activity
