// Replays one loaded history: what the public Replayer and the isolated child of temporal-replay share.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "replayer/src/drive/input_files.h"
#include "replayer/src/load/loader.h"
#include "replayer/src/report/event_context.h"
#include "temporalio/replayer.h"

namespace temporalio::workflow {
class Registry;
}

namespace temporalio::replayer {

// Reaches what a Replayer keeps from its users.
class ReplayerAccess {
 public:
  static const workflow::Registry& registry(const Replayer& replayer);
};

struct PlayOptions {
  bool fail_fast = false;         // stop after the first history that does not pass
  bool dedupe = false;            // of histories of one shape (history_shape.h) only the first is replayed
  int context = kDefaultContext;  // events to show before and after the one at fault
};

// `progress`, if there, is told the last event that an activation's code knows, before it runs.
ReplayResult play(const workflow::Registry& registry, const LoadedHistory& loaded, const PlayOptions& options = {},
                  std::atomic<std::int64_t>* progress = nullptr);
// The result for a history that was not replayed because another of its shape was.
ReplayResult duplicate(const LoadedHistory& loaded);

// Every history of what `load` gives; one result where that cannot be loaded. `name` is what messages call it.
std::vector<ReplayResult> play_all(const workflow::Registry& registry, const std::string& name,
                                   const std::function<std::unique_ptr<Histories>()>& load);
// Every history of the files, in the order given, in this process.
void play_files(const workflow::Registry& registry, const std::vector<InputFile>& files, const PlayOptions& options,
                const std::function<void(ReplayResult)>& on_result);

}  // namespace temporalio::replayer
