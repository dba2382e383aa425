#include "replayer/src/drive/history_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "replayer/src/drive/player.h"

namespace temporalio::replayer {
namespace {

namespace fs = std::filesystem;

bool is_history_file(const fs::path& path) {
  const std::string extension = path.extension() == ".gz" ? path.stem().extension() : path.extension();
  for (const char* known : {".json", ".jsonl", ".ndjson", ".bin", ".binpb", ".pb"}) {
    if (extension == known) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> history_files(const std::vector<std::string>& paths, std::vector<ReplayResult>& problems) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) {
      problems.push_back(
          unreadable(path, path + ": expected a history file or a folder of them: No such file or directory"));
      continue;
    }
    if (status.type() != fs::file_type::directory) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    fs::recursive_directory_iterator at(path, error);  // links to folders may go in circles
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      if (!is_history_file(at->path())) continue;
      std::error_code unknown;
      const fs::file_type type = at->status(unknown).type();
      // A link to nowhere is left to the loader, which says so.
      if (type != fs::file_type::directory) found.push_back(at->path().string());
    }
    if (error) {
      problems.push_back(unreadable(path, path + ": expected a folder that can be read: " + error.message()));
    } else if (found.empty()) {
      problems.push_back(
          unreadable(path, path + ": expected history files in this folder (*.json, *.jsonl, *.ndjson, *.bin, "
                                  "*.binpb, *.pb, each also with .gz), found none"));
    }
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

}  // namespace temporalio::replayer
