// The threads that synchronous activities and offloaded functions run on: one pool for the process, started when first
// needed. It never makes a job wait; workers limit how many activities they take.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

#include "sdk/src/base/time_source.h"

namespace temporalio::activity {

// All functions may be called from any thread.
class ThreadPool {
 public:
  using Job = std::function<void()>;  // must not throw

  // A thread that has had nothing to do for `idle_limit` ends.
  explicit ThreadPool(Duration idle_limit = std::chrono::seconds(10), const base::TimeSource& time = base::real_time());
  // Waits for running jobs and drops what has not started.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // The one of the process. It is never destroyed: a job that does not end must not keep the process from ending.
  static ThreadPool& process_wide();

  // Runs `job` on an idle thread, or on a new one where none is idle. Throws std::system_error when no thread can be
  // made and none exists.
  void run(Job job);

  std::size_t thread_count() const;

 private:
  void work();

  const Duration idle_limit_;
  const base::TimeSource& time_;
  mutable std::mutex mutex_;  // guards: all below
  std::condition_variable has_job_;
  std::condition_variable thread_ended_;
  std::deque<Job> jobs_;
  std::size_t idle_threads_ = 0;
  std::size_t threads_ = 0;
  bool is_closing_ = false;
};

}  // namespace temporalio::activity
