// A log of what may repeat for ever: failing tasks and attempts. In a test whose clock skips, thousands come in a
// second.
#pragma once

#include <map>
#include <string>

#include "sdk/src/base/time_source.h"
#include "temporalio/log.h"

namespace temporalio::worker {

// Of one thread at a time.
class RepeatedLog {
 public:
  // The first messages about a subject are logged at once, then one a second, which says how many were left out.
  static constexpr int kAtOnce = 3;
  static constexpr Duration kInterval = std::chrono::seconds(1);

  explicit RepeatedLog(const base::TimeSource& time) : time_(time) {}

  // `subject`: what the message is about, without what changes from one time to the next.
  void log(LogLevel level, const std::string& subject, const std::string& text);

 private:
  struct Subject {
    int logged = 0;
    int left_out = 0;
    base::MonotonicTime last{};
  };
  static constexpr std::size_t kMostSubjects = 1000;

  const base::TimeSource& time_;
  std::map<std::string, Subject> subjects_;
};

}  // namespace temporalio::worker
