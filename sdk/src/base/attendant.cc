#include "sdk/src/base/attendant.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace temporalio::base {

Attendant& Attendant::instance() {
  // Never destroyed: its thread may outlive static destructors.
  static Attendant* const attendant = new Attendant;
  return *attendant;
}

void Attendant::watch(const void* key, MonotonicTime when, Visit visit) {
  std::lock_guard lock(mutex_);
  // Two threads of one loop may come in the wrong order: the earlier time counts, a visit too early does no harm.
  const auto [it, is_new] = watches_.try_emplace(key, Watch{when, std::move(visit)});
  if (!is_new) it->second.when = when = std::min(when, it->second.when);
  if (!is_started_) {
    is_started_ = true;
    std::thread([this] { run(); }).detach();
  } else if (when < sleeps_until_) {
    changed_.notify_one();
  }
}

void Attendant::forget(const void* key) {
  // The thread is not woken: it finds nothing to do when its time comes.
  std::lock_guard lock(mutex_);
  watches_.erase(key);
}

void Attendant::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const MonotonicTime now = real_time().now();
    MonotonicTime next = MonotonicTime::max();
    for (auto it = watches_.begin(); it != watches_.end();) {
      if (it->second.when <= now) {
        const std::optional<MonotonicTime> again = it->second.visit();
        if (!again) {
          it = watches_.erase(it);
          continue;
        }
        it->second.when = *again;
      }
      next = std::min(next, it->second.when);
      ++it;
    }
    sleeps_until_ = next;
    if (next == MonotonicTime::max()) {
      real_time().wait(changed_, lock, std::nullopt);
    } else {
      real_time().wait(changed_, lock, next - now);
    }
  }
}

}  // namespace temporalio::base
