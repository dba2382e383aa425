#include "replayer/src/drive/input_files.h"

#include <glob.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "replayer/src/load/file_names.h"
#include "replayer/src/load/history_reader.h"

namespace temporalio::replayer {
namespace {

namespace fs = std::filesystem;

class Search {
 public:
  explicit Search(std::vector<ReplayResult>& problems) : problems_(problems) {}

  void add(const std::string& path) {
    if (path == "-") return standard_input();
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::directory) {
      folder(path);
    } else if (status.type() != fs::file_type::not_found) {
      files_.push_back({path, path});
    } else if (path.find_first_of("*?[{") != std::string::npos) {
      pattern(path);
    } else {
      refuse(path, "expected a history file or a folder of them: No such file or directory");
    }
  }
  std::vector<InputFile> take() { return std::move(files_); }

 private:
  void refuse(const std::string& path, const std::string& why) {
    problems_.push_back(unreadable(path, path + ": " + why));
  }

  void folder(const std::string& path) {
    std::vector<std::string> found;
    std::error_code error;
    fs::recursive_directory_iterator at(path, error);  // links to folders may go in circles
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      if (!has_history_name(at->path().native())) continue;
      std::error_code unknown;
      const fs::file_type type = at->status(unknown).type();
      // A link to nowhere is left to the loader, which says so.
      if (type != fs::file_type::directory) found.push_back(at->path().string());
    }
    if (error) {
      refuse(path, "expected a folder that can be read: " + error.message());
    } else if (found.empty()) {
      refuse(path, std::string("expected history files in this folder (") + kHistoryNames + "), found none");
    }
    std::sort(found.begin(), found.end());
    for (std::string& file : found) files_.push_back({file, file});
  }

  void pattern(const std::string& path) {
    glob_t found{};
    if (::glob(path.c_str(), GLOB_BRACE | GLOB_TILDE, nullptr, &found) == 0) {
      for (std::size_t i = 0; i < found.gl_pathc; ++i) {
        std::error_code error;
        const std::string match = found.gl_pathv[i];
        if (fs::is_directory(match, error)) {
          folder(match);
        } else {
          files_.push_back({match, match});
        }
      }
    } else {
      refuse(path, "expected a pattern that matches history files, found none");
    }
    ::globfree(&found);
  }

  // Kept in memory: a child that goes on where another has crashed reads it once more.
  void standard_input() {
    const std::string name = "standard input";
    const int copy = ::memfd_create("history", 0);
    if (copy < 0) return refuse(name, std::strerror(errno));
    char piece[65536];
    ssize_t count = 0;
    while ((count = ::read(STDIN_FILENO, piece, sizeof piece)) != 0) {
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 || ::write(copy, piece, static_cast<std::size_t>(count)) != count) {
        return refuse(name, std::strerror(errno));
      }
    }
    files_.push_back({"/proc/self/fd/" + std::to_string(copy), name});
  }

  std::vector<ReplayResult>& problems_;
  std::vector<InputFile> files_;
};

}  // namespace

std::vector<InputFile> input_files(const std::vector<std::string>& paths, std::vector<ReplayResult>& problems) {
  Search search(problems);
  for (const std::string& path : paths) search.add(path);
  return search.take();
}

void for_each_history(const InputFile& file, const std::function<bool(const LoadedHistory&)>& history,
                      const std::function<bool(const std::string& name, const LoadError&)>& refused) {
  try {
    HistoryReader reader(file.path, file.name);
    while (true) {
      try {
        const std::unique_ptr<Histories> part = reader.next();
        if (part == nullptr) return;
        for (const LoadedHistory& loaded : part->list()) {
          if (!history(loaded)) return;
        }
      } catch (const LoadError& error) {
        if (!refused(reader.current_name(), error) || !reader.can_continue()) return;
      }
    }
  } catch (const LoadError& error) {
    refused(file.name, error);
  }
}

ReplayResult unreadable(const std::string& name, const std::string& why) {
  ReplayResult result;
  result.verdict = Verdict::bad_input;
  result.name = name;
  result.message = why;
  return result;
}

}  // namespace temporalio::replayer
