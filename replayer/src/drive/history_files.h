// Which files a command line of files and folders means.
#pragma once

#include <string>
#include <vector>

#include "temporalio/replayer.h"

namespace temporalio::replayer {

// Files as they are; of a folder every history file below it, in order of their names. What is missing, and a folder
// without histories, becomes a result in `problems`.
std::vector<std::string> history_files(const std::vector<std::string>& paths, std::vector<ReplayResult>& problems);

}  // namespace temporalio::replayer
