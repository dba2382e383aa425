#include "replayer/src/load/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace temporalio::replayer {
namespace {

constexpr std::size_t kLargest = std::size_t{4} << 30;  // what the JSON parser takes at most

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

bool gunzip(std::string_view bytes, std::string& out, std::string& error) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) {  // 16: expect a gzip header
    error = "zlib could not be started";
    return false;
  }
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  std::size_t left = bytes.size();
  int status = Z_OK;
  while (true) {
    if (stream.avail_in == 0) {
      stream.avail_in = static_cast<uInt>(std::min<std::size_t>(left, std::numeric_limits<uInt>::max()));
      left -= stream.avail_in;
    }
    const std::size_t before = out.size();
    out.resize(before + std::max(std::size_t{64} << 10, before));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    const std::size_t room = std::min<std::size_t>(out.size() - before, std::numeric_limits<uInt>::max());
    stream.avail_out = static_cast<uInt>(room);
    status = inflate(&stream, Z_NO_FLUSH);
    out.resize(before + room - stream.avail_out);
    if (status == Z_STREAM_END) {
      if (stream.avail_in + left == 0) break;
      status = inflateReset(&stream);  // another member follows
    }
    if (status == Z_BUF_ERROR && stream.avail_in == 0 && left == 0) break;  // truncated
    if ((status != Z_OK && status != Z_BUF_ERROR) || out.size() > kLargest) break;
  }
  inflateEnd(&stream);
  if (status == Z_STREAM_END) return true;
  if (out.size() > kLargest) {
    error = "expected at most 4 GB of history in the gzip stream";
  } else {
    error = status == Z_BUF_ERROR ? "expected the end of the gzip stream: the file ends before it (is it truncated?)"
                                  : "expected a sound gzip stream, found a damaged one";
  }
  return false;
}

}  // namespace temporalio::replayer
