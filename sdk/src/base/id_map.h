// A hash map from positive event ids to pointers: open addressing, linear probing, backward-shift deletion. It holds
// what is open in one run, so it stays small however long the history gets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace temporalio::base {

template <class T>
class IdMap {
 public:
  std::size_t size() const { return size_; }

  // `id` must be positive and not in the map.
  void insert(std::int64_t id, T* value) {
    if ((size_ + 1) * 2 > capacity_) grow();
    place(id, value);
    ++size_;
  }

  T* find(std::int64_t id) const {
    if (size_ == 0 || id <= 0) return nullptr;
    for (std::size_t i = slot(id);; i = (i + 1) & (capacity_ - 1)) {
      if (slots_[i].id == id) return slots_[i].value;
      if (slots_[i].id == 0) return nullptr;
    }
  }

  void erase(std::int64_t id) {
    if (size_ == 0 || id <= 0) return;
    const std::size_t mask = capacity_ - 1;
    std::size_t i = slot(id);
    while (slots_[i].id != id) {
      if (slots_[i].id == 0) return;
      i = (i + 1) & mask;
    }
    --size_;
    // Entries behind the hole that would not be found any more move into it.
    for (std::size_t j = (i + 1) & mask; slots_[j].id != 0; j = (j + 1) & mask) {
      const std::size_t home = slot(slots_[j].id);
      if (((j - home) & mask) >= ((j - i) & mask)) {
        slots_[i] = slots_[j];
        i = j;
      }
    }
    slots_[i] = Slot{};
  }

  template <class F>
  void for_each(F&& visit) const {
    for (std::size_t i = 0; i < capacity_; ++i) {
      if (slots_[i].id != 0) visit(slots_[i].id, slots_[i].value);
    }
  }

 private:
  struct Slot {
    std::int64_t id = 0;  // 0: free
    T* value = nullptr;
  };

  std::size_t slot(std::int64_t id) const {
    return (static_cast<std::size_t>(id) * 0x9E3779B97F4A7C15ull >> 40) & (capacity_ - 1);
  }
  void place(std::int64_t id, T* value) {
    std::size_t i = slot(id);
    while (slots_[i].id != 0) i = (i + 1) & (capacity_ - 1);
    slots_[i] = Slot{id, value};
  }
  void grow() {
    const std::size_t old_capacity = std::exchange(capacity_, capacity_ == 0 ? 8 : capacity_ * 2);
    const std::unique_ptr<Slot[]> old = std::exchange(slots_, std::make_unique<Slot[]>(capacity_));
    for (std::size_t i = 0; i < old_capacity; ++i) {
      if (old[i].id != 0) place(old[i].id, old[i].value);
    }
  }

  std::unique_ptr<Slot[]> slots_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace temporalio::base
