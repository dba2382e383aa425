// Memory that a process shares with the children that it forks.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace temporalio::replayer {

// `count` 64-bit numbers, zero at first; its pages cost nothing until they are written.
class SharedNumbers {
 public:
  using Number = std::atomic<std::int64_t>;
  static_assert(Number::is_always_lock_free);

  explicit SharedNumbers(std::size_t count);
  ~SharedNumbers();
  SharedNumbers(const SharedNumbers&) = delete;
  SharedNumbers& operator=(const SharedNumbers&) = delete;

  Number& operator[](std::size_t index) const { return numbers_[index]; }

 private:
  std::size_t bytes_;
  Number* numbers_;
};

// A set of numbers to which several processes add.
class SharedSet {
 public:
  SharedSet() : slots_(kSlots) {}
  // Whether `value` is new. A set that is full calls everything new.
  bool insert(std::uint64_t value) const;

 private:
  static constexpr std::size_t kSlots = std::size_t{1} << 22;
  SharedNumbers slots_;
};

}  // namespace temporalio::replayer
