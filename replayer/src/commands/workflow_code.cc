#include "replayer/src/commands/workflow_code.h"

#include <CLI/CLI.hpp>
#include <exception>

#include "replayer/src/drive/player.h"
#include "replayer/src/drive/plugin.h"
#include "sdk/src/workflow/registry.h"

namespace temporalio::replayer {

void WorkflowCode::declare(CLI::App& app) {
  app.add_option("--plugin", plugins_, "A shared library with workflows (TEMPORALIO_REPLAY_PLUGIN); may be repeated")
      ->allow_extra_args(false)  // one library each time: what follows is a history
      ->type_name("LIB.so");
}

void WorkflowCode::load(Replayer& replayer) const {
  try {
    if (add_workflows_) add_workflows_(replayer);
    for (const std::string& plugin : plugins_) load_plugin(plugin, replayer);
  } catch (const std::exception& error) {
    throw UsageError(error.what());
  }
  if (ReplayerAccess::registry(replayer).is_empty()) {
    throw UsageError(
        "expected workflow code: name a plug-in with --plugin, or call replayer::main() with your workflows");
  }
}

}  // namespace temporalio::replayer
