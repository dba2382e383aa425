// The pool: a thread for each job that runs, threads used again, threads that end when idle.
#include "sdk/src/activity/thread_pool.h"

#include <gtest/gtest.h>

#include <latch>
#include <set>
#include <thread>

namespace temporalio::activity {
namespace {

using namespace std::chrono_literals;

TEST(ThreadPool, JobsRunAtTheSameTime) {
  ThreadPool pool;
  std::latch all_run(4);
  std::latch done(4);
  for (int i = 0; i < 4; ++i) {
    pool.run([&] {
      all_run.arrive_and_wait();  // would never return if one waited for another
      done.count_down();
    });
  }
  done.wait();
  EXPECT_LE(pool.thread_count(), 4U);
}

TEST(ThreadPool, AnIdleThreadIsUsedAgain) {
  ThreadPool pool(1h);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  for (int i = 0; i < 20; ++i) {
    std::latch done(1);
    pool.run([&] {
      {
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
      }
      done.count_down();
    });
    done.wait();
  }
  // The one that has just counted down may not be idle yet when the next job comes.
  EXPECT_LT(threads.size(), 20U);
  EXPECT_EQ(pool.thread_count(), threads.size());
}

TEST(ThreadPool, IdleThreadsEnd) {
  ThreadPool pool(1ms);
  std::latch done(1);
  pool.run([&] { done.count_down(); });
  done.wait();
  while (pool.thread_count() > 0) std::this_thread::yield();
  std::latch again(1);
  pool.run([&] { again.count_down(); });
  again.wait();
}

TEST(ThreadPool, TheDestructorWaitsForRunningJobs) {
  std::atomic<bool> has_ended = false;
  std::latch started(1);
  std::latch go(1);
  std::thread opener;
  {
    ThreadPool pool;
    pool.run([&] {
      started.count_down();
      go.wait();
      has_ended = true;
    });
    started.wait();
    opener = std::thread([&] { go.count_down(); });
  }
  EXPECT_TRUE(has_ended);
  opener.join();
}

}  // namespace
}  // namespace temporalio::activity
