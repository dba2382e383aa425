#include "sdk/src/base/deadlock_watch.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "sdk/src/base/log.h"
#include "sdk/src/base/loop.h"
#include "sdk/src/base/thread_stack.h"

namespace temporalio::base {

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

DeadlockWatch::Scope::Scope(const Loop& loop, bool with_stack, std::function<std::string()> who)
    : loop_(loop), with_stack_(with_stack), who_(std::move(who)), start_(real_time().now()), thread_(pthread_self()) {
  State& watched = state();
  const std::lock_guard lock(watched.mutex);
  place_ = watched.scopes.insert(watched.scopes.end(), this);
}

DeadlockWatch::Scope::~Scope() {
  State& watched = state();
  const std::lock_guard lock(watched.mutex);
  watched.scopes.erase(place_);
}

std::string DeadlockWatch::Scope::describe() const {
  std::string text = who_();
  if (!with_stack_) return text;
  const std::string stack = stack_of(thread_);
  return stack.empty() ? text : text + ", now in\n" + stack + "   it";
}

bool DeadlockWatch::look_at(const Loop& loop, const std::function<void(const std::string&)>& look) {
  State& watched = state();
  const std::lock_guard lock(watched.mutex);  // keeps the scope from ending
  for (const Scope* scope : watched.scopes) {
    if (&scope->loop_ != &loop) continue;
    const auto seconds = std::chrono::duration<double>(real_time().now() - scope->start_).count();
    look(scope->describe() + " has not yielded for " + std::to_string(seconds) + " s");
    return true;
  }
  return false;
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
      real_time().wait(watched.never, lock, std::chrono::seconds(1));
      const MonotonicTime now = real_time().now();
      for (Scope* scope : watched.scopes) {
        if (scope->is_reported_ || now - scope->start_ < kLimit) continue;
        scope->is_reported_ = true;
        suspects.push_back(scope->describe());
      }
    }
    for (const std::string& who : suspects) {
      log(LogLevel::error,
          "[TMPRL1101] Potential deadlock detected: " + who + " did not yield within " +
              std::to_string(std::chrono::duration_cast<std::chrono::seconds>(kLimit).count()) +
              " seconds (an endless loop, a blocking call, or a lock in code that must not block); its worker does "
              "nothing else meanwhile");
    }
  }
}

}  // namespace temporalio::base
