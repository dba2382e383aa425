// The bytes of an input file, decompressed where they are gzip, a piece at a time.
#pragma once

#include <memory>
#include <string>

#include "replayer/src/load/gzip.h"
#include "replayer/src/load/padded_bytes.h"

namespace temporalio::replayer {

class ByteSource {
 public:
  // Opens the file; `name` is what messages call it. Throws LoadError.
  ByteSource(const std::string& path, const std::string& name);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // Appends at least one more byte to `into`, or about `wanted` if there are as many; false at the end. Throws
  // LoadError.
  bool read(PaddedBytes& into, std::size_t wanted);
  // Appends the rest.
  void read_all(PaddedBytes& into);

 private:
  std::size_t read_file(char* into, std::size_t size);

  std::string name_;
  int file_ = -1;
  std::size_t size_hint_ = 0;  // of the file; 0: not known
  bool is_at_start_ = true;
  std::unique_ptr<GzipStream> gzip_;  // only for gzip
  PaddedBytes compressed_;
};

}  // namespace temporalio::replayer
