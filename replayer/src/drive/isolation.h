// Replays files in child processes, so that a crash or a deadlock in workflow code is one result among the others.
//
// When a child dies or falls silent, the parent notes that for the history that was being replayed and goes on with a
// new child behind it. Results are passed on in the order of the input, however many children there are.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "replayer/src/drive/input_files.h"
#include "replayer/src/drive/player.h"
#include "temporalio/replayer.h"

namespace temporalio::replayer {

struct IsolationOptions {
  std::chrono::milliseconds deadlock_timeout{2000};  // the code may take this between one yield and the next
  std::size_t children = 1;
  std::uint64_t memory_limit = 0;  // bytes of data a child may have; 0: no limit
  PlayOptions play;
};

// `on_result` is called for each result, in order.
void replay_isolated(const Replayer& replayer, const std::vector<InputFile>& files, const IsolationOptions& options,
                     const std::function<void(ReplayResult)>& on_result);

}  // namespace temporalio::replayer
