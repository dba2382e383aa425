// Replays one loaded history: what the public Replayer and the isolated child of temporal-replay share.
#pragma once

#include <string>
#include <vector>

#include "replayer/src/event_context.h"
#include "replayer/src/loader.h"
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

ReplayResult play(const workflow::Registry& registry, const LoadedHistory& loaded, int context = kDefaultContext);

// The result for what could not be loaded.
ReplayResult unreadable(const std::string& name, const std::string& why);

// 0 for a pass; the larger, the more it counts among several (see exit_code()).
int seriousness(Verdict verdict);

}  // namespace temporalio::replayer
