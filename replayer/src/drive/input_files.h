// Which files a command line of files, folders, patterns and "-" means.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "replayer/src/load/loader.h"
#include "temporalio/replayer.h"

namespace temporalio::replayer {

struct InputFile {
  std::string path;  // what is opened
  std::string name;  // what messages call it
};

// Files as they are; of a folder every history file below it, in order of their names; of a pattern (*, ?, [...],
// {a,b}) what matches, in the same order; "-" is standard input, which is read to its end here. What is missing, and a
// folder or pattern without histories, becomes a result in `problems`.
std::vector<InputFile> input_files(const std::vector<std::string>& paths, std::vector<ReplayResult>& problems);

// Calls `history` for each history of the file and `refused` for what of it cannot be read, in order, until one of them
// answers false. No more of the file is in memory than a part of it.
void for_each_history(const InputFile& file, const std::function<bool(const LoadedHistory&)>& history,
                      const std::function<bool(const std::string& name, const LoadError&)>& refused);

// The result for what could not be loaded.
ReplayResult unreadable(const std::string& name, const std::string& why);

}  // namespace temporalio::replayer
