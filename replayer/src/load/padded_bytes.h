// Bytes with readable padding behind them, as the JSON parser wants. Not filled with zeros first, which would cost a
// second pass over them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace temporalio::replayer {

class PaddedBytes {
 public:
  static constexpr std::size_t kPadding = 64;

  explicit PaddedBytes(std::size_t capacity = 0)
      : bytes_(std::make_unique_for_overwrite<char[]>(capacity + kPadding)), capacity_(capacity) {}

  std::size_t size() const { return size_; }
  std::size_t room() const { return capacity_ - size_; }
  // Where the next bytes go; grown() says how many they were.
  char* end() { return bytes_.get() + size_; }
  void grown(std::size_t count) { size_ += count; }
  std::string_view view() const { return {bytes_.get(), size_}; }

  void reserve(std::size_t more) {
    if (more <= room()) return;
    PaddedBytes larger(std::max(capacity_ * 2, size_ + more));
    if (size_ != 0) std::memcpy(larger.end(), bytes_.get(), size_);
    bytes_ = std::move(larger.bytes_);
    capacity_ = larger.capacity_;
  }
  void append(std::string_view bytes) {
    reserve(bytes.size());
    if (!bytes.empty()) std::memcpy(end(), bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void drop_front(std::size_t count) {
    std::memmove(bytes_.get(), bytes_.get() + count, size_ - count);
    size_ -= count;
  }
  // Once filled: what follows is read by the parser, eight or more bytes at a time.
  void pad() { std::memset(bytes_.get() + size_, 0, kPadding); }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_;
  std::size_t size_ = 0;
};

}  // namespace temporalio::replayer
