// Says which code on a loop's thread does not yield: an endless loop, a blocking call, or a lock. One thread for the
// process, made with the first worker, looks once a second.
#pragma once

#include <pthread.h>

#include <functional>
#include <list>
#include <string>

#include "sdk/src/base/time_source.h"

namespace temporalio::base {

class Loop;

class DeadlockWatch {
 public:
  // Code that runs longer is suspected.
  static constexpr Duration kLimit = std::chrono::seconds(2);

  // Lives as long as the code runs that is watched. `who` is called on the watching thread, at most once, while the
  // scope lives; it must be safe to read what it reads while that code runs.
  class Scope {
   public:
    // `with_stack`: the message says where the code is, for which its thread is interrupted by a signal. For tests.
    Scope(const Loop& loop, bool with_stack, std::function<std::string()> who);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    friend class DeadlockWatch;
    std::string describe() const;

    const Loop& loop_;
    const bool with_stack_;
    const std::function<std::string()> who_;
    const MonotonicTime start_;
    const pthread_t thread_;
    bool is_reported_ = false;
    std::list<Scope*>::iterator place_;
  };

  // Runs `look`, while the code that runs on `loop` now is kept from returning to it, with who that is, for how long
  // and where. False: no such code runs. Any other thread.
  static bool look_at(const Loop& loop, const std::function<void(const std::string& who)>& look);

  // Starts the thread. Any thread, any number of times.
  static void start();

 private:
  struct State;
  static State& state();
  static void watch();
};

}  // namespace temporalio::base
