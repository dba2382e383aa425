// Results that say the same of several histories are one finding.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "temporalio/replayer.h"

namespace temporalio::replayer {

// What makes two results the same finding: verdict, workflow type and how history and code part, without ids. Empty for
// a pass and for input that could not be read, which is a finding of its own each time.
std::string finding_key(const ReplayResult& result);

struct Finding {
  std::size_t first = 0;            // index of the result that is shown
  std::vector<std::size_t> others;  // indices of those that are like it
};

// The findings among `results`, in order of their first.
std::vector<Finding> findings_of(const std::vector<ReplayResult>& results);

}  // namespace temporalio::replayer
