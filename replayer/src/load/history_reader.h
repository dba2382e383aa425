// Reads the histories of a file one part after the other, so that a file of many small histories never stands in memory
// as a whole: one JSON document a line is read in pieces of some lines, a zip archive file by file.
#pragma once

#include <memory>
#include <string>

#include "replayer/src/load/loader.h"

namespace temporalio::replayer {

class HistoryReader {
 public:
  // `name` is what messages call the file. Throws LoadError.
  HistoryReader(const std::string& path, std::string name);
  ~HistoryReader();
  HistoryReader(HistoryReader&&) = delete;

  // The next histories, at least one; null at the end. Throws LoadError; only where can_continue(), more follows.
  std::unique_ptr<Histories> next();
  bool can_continue() const;
  // The file, or the archive's file, that next() read or refused last.
  const std::string& current_name() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace temporalio::replayer
