// Replays files in a child process, so that a crash or a deadlock in workflow code is one result among the others.
//
// The child replays file after file and writes a line of JSON before and after each history. When it dies or falls
// silent, the parent notes that for the history that was being replayed and goes on with a new child behind it.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "temporalio/replayer.h"

namespace temporalio::replayer {

struct IsolationOptions {
  std::chrono::milliseconds deadlock_timeout{2000};  // the code may take this between one yield and the next
  bool fail_fast = false;
  int context = 3;
};

// `on_result` is called for each result, in order.
void replay_isolated(const Replayer& replayer, const std::vector<std::string>& files, const IsolationOptions& options,
                     const std::function<void(ReplayResult)>& on_result);

}  // namespace temporalio::replayer
