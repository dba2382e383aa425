#include "sdk/src/worker/deadlock_watch.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "sdk/src/base/log.h"

namespace temporalio::worker {

struct DeadlockWatch::State {
  std::mutex mutex;          // guards: scopes, what they say
  std::list<Scope*> scopes;  // of code that runs now: one for each loop at most
  std::condition_variable never;
  std::once_flag is_started;
};

DeadlockWatch::State& DeadlockWatch::state() {
  static auto* const made = new State;  // never destroyed: the thread uses it to the end of the process
  return *made;
}

DeadlockWatch::Scope::Scope(std::function<std::string()> who) : who_(std::move(who)), start_(base::real_time().now()) {
  State& watched = state();
  const std::lock_guard lock(watched.mutex);
  place_ = watched.scopes.insert(watched.scopes.end(), this);
}

DeadlockWatch::Scope::~Scope() {
  State& watched = state();
  const std::lock_guard lock(watched.mutex);
  watched.scopes.erase(place_);
}

void DeadlockWatch::start() {
  std::call_once(state().is_started, [] { std::thread(watch).detach(); });
}

void DeadlockWatch::watch() {
  State& watched = state();
  for (;;) {
    std::vector<std::string> suspects;
    {
      std::unique_lock lock(watched.mutex);
      base::real_time().wait(watched.never, lock, std::chrono::seconds(1));
      const base::MonotonicTime now = base::real_time().now();
      for (Scope* scope : watched.scopes) {
        if (scope->is_reported_ || now - scope->start_ < kLimit) continue;
        scope->is_reported_ = true;
        suspects.push_back(scope->who_());
      }
    }
    for (const std::string& who : suspects) {
      base::log(LogLevel::error,
                "[TMPRL1101] Potential deadlock detected: " + who + " did not yield within " +
                    std::to_string(std::chrono::duration_cast<std::chrono::seconds>(kLimit).count()) +
                    " seconds (an endless loop, a blocking call, or a lock in workflow code); its worker does nothing "
                    "else meanwhile");
    }
  }
}

}  // namespace temporalio::worker
