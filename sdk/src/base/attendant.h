// One sleeping thread for the whole process that notices loops which nobody pumps although something is due, and has
// their background threads started. It never runs a callback itself.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "sdk/src/base/time_source.h"

namespace temporalio::base {

class Attendant {
 public:
  // The process's own; its thread starts with the first loop that is left unattended, and ends with the process.
  static Attendant& instance();

  // Looks after a loop; returns when it wants to be called again, if it does.
  using Visit = std::function<std::optional<MonotonicTime>()>;

  // Calls `visit` at `when`, on the attendant's thread, unless forgotten or watched anew before. `key` identifies the
  // loop. Must not be called with a lock held that `visit` takes, nor from `visit`.
  void watch(const void* key, MonotonicTime when, Visit visit);

  // When this returns no visit for `key` is running or will come.
  void forget(const void* key);

 private:
  struct Watch {
    MonotonicTime when;
    Visit visit;
  };

  void run();

  std::mutex mutex_;  // guards: everything below; held during visits
  std::condition_variable changed_;
  std::map<const void*, Watch> watches_;
  MonotonicTime sleeps_until_ = MonotonicTime::max();
  bool is_started_ = false;
};

}  // namespace temporalio::base
