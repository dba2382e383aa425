// gzip streams, of one or more members.
#pragma once

#include <memory>
#include <string_view>

#include "replayer/src/load/padded_bytes.h"

namespace temporalio::replayer {

bool is_gzip(std::string_view bytes);

// Decompresses a stream piece by piece.
class GzipStream {
 public:
  GzipStream();
  ~GzipStream();
  GzipStream(GzipStream&&) = delete;

  // Appends to `out` what `in` holds. Throws LoadError without a name for a damaged stream.
  void decompress(std::string_view in, PaddedBytes& out);
  // After the last piece: throws LoadError without a name where the stream has not come to its end.
  void finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace temporalio::replayer
