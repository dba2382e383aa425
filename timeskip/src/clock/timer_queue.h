// Timers ordered by (time, sequence): equal times fire in the order in which they were set. A Timer owns its entry and
// removes it when it is destroyed or reset, so nothing waits for an owner that has gone. Knows no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace temporalio::timeskip {

using Time = std::chrono::sys_time<std::chrono::nanoseconds>;
using Duration = std::chrono::nanoseconds;

class TimerQueue;

// A pending entry of a TimerQueue, which must outlive it. Default constructed or fired: not set.
class Timer {
 public:
  Timer() = default;
  Timer(Timer&& other) noexcept;
  Timer& operator=(Timer&& other) noexcept;
  ~Timer() { cancel(); }

  void cancel();
  bool is_set() const { return queue_ != nullptr; }
  Time due() const;  // requires is_set()

 private:
  friend class TimerQueue;
  TimerQueue* queue_ = nullptr;
  std::uint32_t slot_ = 0;
};

class TimerQueue {
 public:
  using Callback = std::function<void()>;
  // Whose timer it is and what for, in words; called only when a person asks.
  using Describe = std::string (*)(const void* owner);

  TimerQueue() = default;
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;
  ~TimerQueue();

  // Sets `timer` (cancelling what it was set to) to run `callback` once time has reached `due`. The callback may set
  // and cancel any timer, `timer` included.
  void set(Timer& timer, Time due, Callback callback, Describe describe = nullptr, const void* owner = nullptr);

  std::optional<Time> next_due() const;
  // What the next timer is for; empty when there is none or its owner did not say.
  std::string describe_next() const;
  std::size_t size() const { return heap_.size(); }

  // Runs the first timer if it is due at `now`; false when none is.
  bool fire_one(Time now);

 private:
  friend class Timer;
  struct Slot {
    Time due;
    std::uint64_t sequence = 0;
    std::uint32_t heap_index = 0;
    Timer* timer = nullptr;
    Callback callback;
    Describe describe = nullptr;
    const void* owner = nullptr;
  };

  bool before(std::uint32_t a, std::uint32_t b) const;
  void place(std::uint32_t heap_index, std::uint32_t slot);
  void sift_up(std::uint32_t heap_index);
  void sift_down(std::uint32_t heap_index);
  void remove(std::uint32_t slot);

  std::vector<std::uint32_t> heap_;  // slot numbers, smallest (due, sequence) first
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::uint64_t next_sequence_ = 1;
};

}  // namespace temporalio::timeskip
