// The one executor that client, worker and, in process, the server share. Callbacks run one at a time, in the order in
// which they were posted. The loop has no thread of its own while somebody waits: the first thread that waits pumps it
// (the leader), others sleep until their predicate holds or the leader leaves. Only when work is left and nobody has
// waited for a short grace does a background thread take over, so that a unit test has no hand-overs between threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

#include "sdk/src/base/time_source.h"

namespace temporalio::base {

// A thread tried to wait for the loop from inside one of the loop's own callbacks: it would wait for itself.
class NestedPump : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

struct LoopOptions {
  // How long work may lie unattended before the background thread takes it. Zero: at once, and the background thread
  // keeps the lead while callers wait; right where other threads (the transport's) post.
  Duration grace = std::chrono::microseconds(500);
  const TimeSource* time = &real_time();
};

// All functions may be called from any thread, from callbacks too, unless they say otherwise.
class Loop {
 public:
  using Callback = std::function<void()>;  // must not throw
  using Predicate = std::function<bool()>;
  // Runs when no callback is left. Returns how long until it wants to run again even if nothing happens (zero: as soon
  // as what it posted has run); nothing: not before the next callback.
  using IdleHook = std::function<std::optional<Duration>()>;

  struct TimerId {
    MonotonicTime due{};
    std::uint64_t sequence = 0;  // 0: no timer
  };
  using HookId = std::uint64_t;

  explicit Loop(LoopOptions options = {});
  // What has not run is dropped. No thread may be pumping, but the background thread may drop the last reference.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs `callback` after everything posted before it.
  void post(Callback callback);

  // Posts `callback` once `delay` has passed; timers due at the same time keep their order.
  TimerId post_after(Duration delay, Callback callback);
  // Whether the timer was stopped before it was posted.
  bool cancel(TimerId timer);

  HookId add_idle_hook(IdleHook hook);
  // When this returns the hook is not running and will not run again. Not to be called from the hook.
  void remove_idle_hook(HookId hook);

  // Waits until `predicate` holds and runs callbacks meanwhile, on this thread or while another one does. The predicate
  // is only evaluated between callbacks, never at the same time as one; it must be quick and must not use the loop.
  // Throws NestedPump when called from a callback.
  void pump_until(const Predicate& predicate);

  // Runs `function` between callbacks, at once when no thread pumps or when called from a callback, without running
  // what is posted. For short state changes by a thread that is not the loop's (closing a worker). It must not throw.
  void exclusively(const Callback& function);

  // The same, but gives up after `limit`: false, and `function` has not run and will not. It may use nothing of the
  // caller's frame without asking for that: it is destroyed later.
  bool try_exclusively(Callback function, Duration limit);

  // The calling thread is inside a callback (or hook) of this loop.
  bool is_inside() const;

  const TimeSource& time() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace temporalio::base
