// Appends fields in protobuf's wire format to one reused buffer. The JSON of an event is written here field by field
// and then parsed by the generated code, which is faster than setting the fields of a message by reflection.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace temporalio::replayer {

class WireWriter {
 public:
  void clear() { size_ = 0; }
  std::size_t size() const { return size_; }
  void truncate(std::size_t size) { size_ = size; }
  std::string_view bytes() const { return {buffer_.get(), size_}; }

  void varint_field(std::uint32_t tag, std::uint64_t value) {
    char* at = room(20);
    at = put_varint(at, tag);
    at = put_varint(at, value);
    size_ = static_cast<std::size_t>(at - buffer_.get());
  }
  void fixed64_field(std::uint32_t tag, std::uint64_t value) { fixed_field(tag, value); }
  void fixed32_field(std::uint32_t tag, std::uint32_t value) { fixed_field(tag, value); }
  void bytes_field(std::uint32_t tag, std::string_view value) {
    char* at = room(20 + value.size());
    at = put_varint(at, tag);
    at = put_varint(at, value.size());
    std::memcpy(at, value.data(), value.size());
    size_ = static_cast<std::size_t>(at - buffer_.get()) + value.size();
  }

  // A length-delimited field whose length is known only at its end: returns what end() wants.
  std::size_t begin(std::uint32_t tag) {
    char* at = room(20);
    at = put_varint(at, tag) + 1;  // one byte of length; end() makes room where more are needed
    size_ = static_cast<std::size_t>(at - buffer_.get());
    return size_;
  }
  void end(std::size_t start) {
    const std::size_t length = size_ - start;
    if (length < 0x80) {
      buffer_[start - 1] = static_cast<char>(length);
      return;
    }
    char encoded[10];
    const std::size_t extra = static_cast<std::size_t>(put_varint(encoded, length) - encoded) - 1;
    room(extra);
    std::memmove(buffer_.get() + start + extra, buffer_.get() + start, length);
    std::memcpy(buffer_.get() + start - 1, encoded, extra + 1);
    size_ += extra;
  }

  // Room for `count` more bytes, to be filled by the caller, who then says how many were used.
  char* room(std::size_t count) {
    if (size_ + count > capacity_) grow(count);
    return buffer_.get() + size_;
  }
  void used(std::size_t count) { size_ += count; }

 private:
  template <class T>
  void fixed_field(std::uint32_t tag, T value) {
    char* at = put_varint(room(20), tag);
    std::memcpy(at, &value, sizeof value);
    size_ = static_cast<std::size_t>(at - buffer_.get()) + sizeof value;
  }
  static char* put_varint(char* at, std::uint64_t value) {
    while (value >= 0x80) {
      *at++ = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    *at++ = static_cast<char>(value);
    return at;
  }
  void grow(std::size_t count) {
    const std::size_t capacity = (size_ + count) * 2 + 1024;
    auto bigger = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ != 0) std::memcpy(bigger.get(), buffer_.get(), size_);
    buffer_ = std::move(bigger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> buffer_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace temporalio::replayer
