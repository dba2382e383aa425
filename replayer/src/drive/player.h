// Replays one loaded history: what the public Replayer and the isolated child of temporal-replay share.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

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

// `progress`, if there, is told the last event that an activation's code knows, before it runs.
ReplayResult play(const workflow::Registry& registry, const LoadedHistory& loaded, int context = kDefaultContext,
                  std::atomic<std::int64_t>* progress = nullptr);

struct PlayOptions {
  bool fail_fast = false;
  int context = kDefaultContext;
};
// Every history of what `load` gives; one result where that cannot be loaded. `name` is what messages call it.
std::vector<ReplayResult> play_all(const workflow::Registry& registry, const std::string& name,
                                   const PlayOptions& options, const std::function<std::unique_ptr<Histories>()>& load);
// The same for files, in the order given.
std::vector<ReplayResult> play_files(const workflow::Registry& registry, const std::vector<std::string>& paths,
                                     const PlayOptions& options);

// The result for what could not be loaded.
ReplayResult unreadable(const std::string& name, const std::string& why);

}  // namespace temporalio::replayer
