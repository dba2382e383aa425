#include "replayer/src/drive/plugin.h"

#include <dlfcn.h>

#include <exception>

#include "replayer/src/drive/player.h"
#include "sdk/src/workflow/registry.h"

namespace temporalio::replayer {
namespace {

std::string last_error() {
  const char* error = ::dlerror();
  return error == nullptr ? "unknown error" : error;
}

template <class Function>
Function* symbol(void* library, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(library, name));
}

}  // namespace

void load_plugin(const std::string& path, Replayer& replayer) {
  // Without a slash the loader would search its own folders, not this one.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  const bool is_known = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD) != nullptr;
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw PluginError(path + ": expected a plug-in that can be loaded: " + last_error());
  const auto abi = symbol<unsigned()>(library, "temporalio_replay_plugin_abi");
  const auto add_workflows = symbol<void(Replayer&)>(library, "temporalio_replay_plugin");
  if (abi == nullptr || add_workflows == nullptr) {
    throw PluginError(
        path + ": expected the entry point that TEMPORALIO_REPLAY_PLUGIN in temporalio/replayer.h makes, found none");
  }
  if (abi() != TEMPORALIO_REPLAY_PLUGIN_ABI) {
    throw PluginError(path + ": expected a plug-in compiled for version " +
                      std::to_string(TEMPORALIO_REPLAY_PLUGIN_ABI) + " of the plug-in interface, found version " +
                      std::to_string(abi()) + ": compile it with the headers of this temporal-replay");
  }
  // Into a list of its own first: the linker may make one of two classes that are called the same in two libraries, and
  // then only the first one's code would ever be judged.
  Replayer own;
  try {
    add_workflows(own);
  } catch (const std::exception& error) {
    throw PluginError(path + ": the plug-in's workflows could not be added: " + error.what());
  }
  for (const workflow::Definition* definition : ReplayerAccess::registry(own).definitions()) {
    if (!is_known && ReplayerAccess::registry(replayer).find(definition->name) != nullptr) {
      throw PluginError(path + ": the plug-in's workflows could not be added: workflow type \"" + definition->name +
                        "\" is registered twice; replay with one plug-in that has it at a time");
    }
    replayer.add_workflow(*definition);
  }
}

}  // namespace temporalio::replayer
