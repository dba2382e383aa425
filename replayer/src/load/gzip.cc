#include "replayer/src/load/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "replayer/src/load/loader.h"
#include "sdk/src/base/check.h"

namespace temporalio::replayer {

struct GzipStream::State {
  z_stream stream{};
  bool is_at_end = false;  // of a member
};

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

GzipStream::GzipStream() : state_(std::make_unique<State>()) {
  // 16: expect a gzip header. It fails only without memory.
  TEMPORALIO_CHECK(inflateInit2(&state_->stream, 15 + 16) == Z_OK, "zlib could not be started");
}
GzipStream::~GzipStream() { inflateEnd(&state_->stream); }

void GzipStream::decompress(std::string_view in, PaddedBytes& out) {
  z_stream& stream = state_->stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  std::size_t left = in.size();
  stream.avail_in = 0;
  while (true) {
    if (stream.avail_in == 0) {
      stream.avail_in = static_cast<uInt>(std::min<std::size_t>(left, std::numeric_limits<uInt>::max()));
      left -= stream.avail_in;
      if (stream.avail_in == 0) return;
    }
    if (state_->is_at_end) {  // another member follows
      inflateReset(&stream);
      state_->is_at_end = false;
    }
    out.reserve(std::size_t{64} << 10);
    const std::size_t room = std::min<std::size_t>(out.room(), std::numeric_limits<uInt>::max());
    stream.next_out = reinterpret_cast<Bytef*>(out.end());
    stream.avail_out = static_cast<uInt>(room);
    const int status = inflate(&stream, Z_NO_FLUSH);
    out.grown(room - stream.avail_out);
    if (out.size() > kLargestInput) throw LoadError("expected at most 4 GB of history in the gzip stream");
    state_->is_at_end = status == Z_STREAM_END;
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      throw LoadError("expected a sound gzip stream, found a damaged one");
    }
  }
}

void GzipStream::finish() const {
  if (!state_->is_at_end) {
    throw LoadError("expected the end of the gzip stream: the file ends before it (is it truncated?)");
  }
}

}  // namespace temporalio::replayer
