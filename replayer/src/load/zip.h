// The history files in a zip archive.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "replayer/src/load/padded_bytes.h"

namespace temporalio::replayer {

bool is_zip(std::string_view bytes);

// Goes through the archive's history files in the archive's order.
class ZipArchive {
 public:
  // `bytes` must outlive it; `name` is what messages call the archive. Throws LoadError.
  ZipArchive(std::string_view bytes, std::string name);
  ~ZipArchive();
  ZipArchive(ZipArchive&&) = delete;

  // Reads the next file into `into`, which is emptied first; false at the end. Throws LoadError, after which the file
  // behind it can be asked for.
  bool next(PaddedBytes& into);
  // "archive.zip/folder/file.json": the file that next() gave or refused last.
  const std::string& file_name() const { return file_name_; }

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string name_;
  std::string file_name_;
};

}  // namespace temporalio::replayer
