#include "sdk/src/activity/thread_pool.h"

#include <system_error>
#include <thread>
#include <utility>

namespace temporalio::activity {

ThreadPool::ThreadPool(Duration idle_limit, const base::TimeSource& time) : idle_limit_(idle_limit), time_(time) {}

ThreadPool::~ThreadPool() {
  std::unique_lock lock(mutex_);
  is_closing_ = true;
  jobs_.clear();
  has_job_.notify_all();
  thread_ended_.wait(lock, [this] { return threads_ == 0; });
}

ThreadPool& ThreadPool::process_wide() {
  static ThreadPool* pool = new ThreadPool();
  return *pool;
}

void ThreadPool::run(Job job) {
  std::unique_lock lock(mutex_);
  jobs_.push_back(std::move(job));
  if (idle_threads_ >= jobs_.size()) {
    lock.unlock();
    has_job_.notify_one();
    return;
  }
  try {
    std::thread([this] { work(); }).detach();
    ++threads_;
  } catch (const std::system_error&) {
    if (threads_ == 0) {
      jobs_.pop_back();
      throw;
    }
    // The job waits for a thread that is busy now.
  }
}

std::size_t ThreadPool::thread_count() const {
  const std::lock_guard lock(mutex_);
  return threads_;
}

void ThreadPool::work() {
  std::unique_lock lock(mutex_);
  base::MonotonicTime idle_since = time_.now();
  for (;;) {
    if (!jobs_.empty()) {
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      job = nullptr;  // what it holds goes before the thread is idle
      lock.lock();
      idle_since = time_.now();
      continue;
    }
    const Duration left = idle_since + idle_limit_ - time_.now();
    if (is_closing_ || left <= Duration::zero()) break;
    ++idle_threads_;
    time_.wait(has_job_, lock, left);
    --idle_threads_;
  }
  --threads_;
  // Still under the lock: the destructor cannot free what this thread touches last.
  thread_ended_.notify_all();
}

}  // namespace temporalio::activity
