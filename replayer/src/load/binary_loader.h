// The protobuf side of the loader: a binary History, or an export with many
// (temporal.api.export.v1.WorkflowExecutions).
#pragma once

#include <string_view>

#include "replayer/src/load/loader.h"

namespace temporalio::replayer {

// Appends the histories in `bytes`. False: they are neither; nothing was appended.
bool load_binary(std::string_view bytes, Histories& into);

}  // namespace temporalio::replayer
