#include "sdk/src/worker/repeated_log.h"

#include <algorithm>

#include "sdk/src/base/log.h"

namespace temporalio::worker {

void RepeatedLog::log(LogLevel level, const std::string& subject, const std::string& text) {
  const base::MonotonicTime now = time_.now();
  if (subjects_.size() >= kMostSubjects && subjects_.count(subject) == 0) {
    const auto is_older = [](const auto& a, const auto& b) { return a.second.last < b.second.last; };
    subjects_.erase(std::min_element(subjects_.begin(), subjects_.end(), is_older));
  }
  Subject& known = subjects_[subject];
  if (known.logged > 0 && now - known.last >= kInterval && known.left_out == 0) known.logged = 0;
  if (known.logged >= kAtOnce && now - known.last < kInterval) {
    ++known.left_out;
    return;
  }
  const int left_out = known.left_out;
  known.left_out = 0;
  ++known.logged;
  known.last = now;
  base::log(level, left_out == 0 ? text : text + " (" + std::to_string(left_out) + " more like this were not logged)");
}

}  // namespace temporalio::worker
