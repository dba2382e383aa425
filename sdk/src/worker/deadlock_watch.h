// Says which workflow's code does not yield: an endless loop, a blocking call, or a lock. One thread for the process,
// made with the first worker, looks once a second; nothing is interrupted.
#pragma once

#include <functional>
#include <list>
#include <string>

#include "sdk/src/base/time_source.h"

namespace temporalio::worker {

class DeadlockWatch {
 public:
  // Code that runs longer is suspected.
  static constexpr Duration kLimit = std::chrono::seconds(2);

  // Lives as long as the code runs that is watched. `who` is called on the watching thread, at most once, while the
  // scope lives; it must be safe to read what it reads while that code runs.
  class Scope {
   public:
    explicit Scope(std::function<std::string()> who);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    friend class DeadlockWatch;
    const std::function<std::string()> who_;
    const base::MonotonicTime start_;
    bool is_reported_ = false;
    std::list<Scope*>::iterator place_;
  };

  // Starts the thread. Any thread, any number of times.
  static void start();

 private:
  struct State;
  static State& state();
  static void watch();
};

}  // namespace temporalio::worker
