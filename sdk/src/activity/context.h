// What the functions of temporalio/activity.h reach: the state of one running activity that its code sees. The code's
// thread (one of the pool's, or the loop's) and the loop's thread share it.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sdk/src/base/loop.h"
#include "temporalio/activity.h"

namespace temporalio::activity {

// "activity charge, id 3, attempt 2, workflow w1, run ...": for messages.
std::string describe(const Info& info);

class Context {
 public:
  Context(std::shared_ptr<base::Loop> loop, Info info) : loop_(std::move(loop)), info_(std::move(info)) {}
  virtual ~Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // The activity whose code runs on this thread; null outside of one.
  static Context* current() noexcept;

  // Makes a context the current one of a thread of the pool for a scope.
  class Enter {
   public:
    explicit Enter(Context& context);
    ~Enter();
    Enter(const Enter&) = delete;
    Enter& operator=(const Enter&) = delete;

   private:
    Context* previous_;
  };

  const Info& info() const { return info_; }
  base::Loop& loop() { return *loop_; }

  // ---- any thread ----
  bool is_cancelled() const;
  std::optional<CancellationDetails> cancellation_details() const;
  bool is_worker_shutdown() const;
  // True once it has happened, false when `timeout` passed first.
  bool wait_until_cancelled(std::optional<Duration> timeout);
  bool wait_until_worker_shutdown(std::optional<Duration> timeout);
  // A cancellation is kept back from exceptions.
  bool is_shielded() const;
  void enter_shield();
  void leave_shield();
  // Keeps the newest values for the loop to send.
  void record_heartbeat(std::vector<Payload> details);
  // What was recorded last and not taken yet.
  std::optional<std::vector<Payload>> take_heartbeat();

  // ---- an asynchronous activity's coroutine only; these here throw std::logic_error ----
  virtual std::shared_ptr<detail::VoidWait> begin_sleep(Duration duration);
  virtual std::shared_ptr<detail::VoidWait> begin_wait_for_cancelled();
  virtual std::shared_ptr<detail::VoidWait> begin_wait_for_worker_shutdown();
  virtual void begin_offload(const std::shared_ptr<detail::OffloadWait>& wait);

 protected:
  // Merges `details` into the reasons and wakes who waits. True when the activity was not being cancelled before.
  bool set_cancelled(const CancellationDetails& details);
  void set_worker_shutdown();
  // Tells the loop that there is a heartbeat to take; called without the lock, on any thread.
  virtual void on_heartbeat_recorded() = 0;
  // Every heartbeat, also one that takes the place of another that has not been sent. On the activity's thread.
  virtual void note_heartbeat() {}

  const std::shared_ptr<base::Loop> loop_;

 private:
  bool wait_for(const bool& flag, std::optional<Duration> timeout);

  const Info info_;
  mutable std::mutex mutex_;  // guards: all below
  std::condition_variable changed_;
  bool is_cancelled_ = false;
  bool is_worker_shutdown_ = false;
  int shields_ = 0;
  CancellationDetails details_;
  std::optional<std::vector<Payload>> heartbeat_;
};

}  // namespace temporalio::activity
