// A plug-in compiled for another version of the plug-in interface.
#include "temporalio/replayer.h"

extern "C" unsigned temporalio_replay_plugin_abi() { return TEMPORALIO_REPLAY_PLUGIN_ABI + 1; }
extern "C" void temporalio_replay_plugin(temporalio::replayer::Replayer&) {}
