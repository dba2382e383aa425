// Loads workflow classes from a shared library that says TEMPORALIO_REPLAY_PLUGIN.
#pragma once

#include <stdexcept>
#include <string>

#include "temporalio/replayer.h"

namespace temporalio::replayer {

// A plug-in that cannot be used; what() names the file and what was expected.
class PluginError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Adds the plug-in's workflows. It stays loaded until the process ends. Throws PluginError.
void load_plugin(const std::string& path, Replayer& replayer);

}  // namespace temporalio::replayer
