#include "replayer/src/load/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "replayer/src/load/loader.h"

namespace temporalio::replayer {
namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10;
constexpr std::size_t kCompressedPiece = std::size_t{16} << 10;  // may become a thousand times as much

[[noreturn]] void refuse(const std::string& name, int error) {
  throw LoadError(name + ": expected a history file: " + std::strerror(error));
}

}  // namespace

ByteSource::ByteSource(const std::string& path, const std::string& name) : name_(name) {
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) refuse(name, errno);
  struct stat status{};
  const int error = ::fstat(file_, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
  if (error != 0) {
    ::close(file_);
    refuse(name, error);
  }
  size_hint_ = static_cast<std::size_t>(status.st_size);
}
ByteSource::~ByteSource() { ::close(file_); }

std::size_t ByteSource::read_file(char* into, std::size_t size) {
  while (true) {
    const ssize_t count = ::read(file_, into, size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) refuse(name_, errno);
  }
}

bool ByteSource::read(PaddedBytes& into, std::size_t wanted) {
  PaddedBytes& target = gzip_ ? compressed_ : into;
  const std::size_t before = into.size();
  do {
    const std::size_t size = gzip_ ? kCompressedPiece : wanted;
    target.reserve(size);
    const std::size_t count = read_file(target.end(), size);
    if (count == 0) {
      if (gzip_) {
        try {
          gzip_->finish();
        } catch (const LoadError& error) {
          throw LoadError(name_ + ": " + error.what());
        }
      }
      return false;
    }
    target.grown(count);
    if (is_at_start_ && target.size() >= 2) {
      is_at_start_ = false;
      if (is_gzip(target.view())) {
        compressed_ = std::move(into);
        into = PaddedBytes(kPiece);
        gzip_ = std::make_unique<GzipStream>();
      }
    }
    if (gzip_) {
      try {
        gzip_->decompress(compressed_.view(), into);
      } catch (const LoadError& error) {
        throw LoadError(name_ + ": " + error.what());
      }
      compressed_.drop_front(compressed_.size());
    }
    if (into.size() > kLargestInput) throw LoadError(name_ + ": expected a history file of at most 4 GB, found more");
    if (gzip_ && into.size() != before) return true;
  } while (gzip_);
  return true;
}

void ByteSource::read_all(PaddedBytes& into) {
  // One byte more than the file holds: its end is seen without growing.
  std::size_t wanted = size_hint_ > into.size() ? size_hint_ - into.size() + 1 : kPiece;
  while (read(into, wanted)) wanted = into.room() == 0 ? kPiece : into.room();
}

}  // namespace temporalio::replayer
