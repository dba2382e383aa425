// The binary heap behind TimerQueue; every slot knows its place in the heap, so that cancelling is O(log n).
#include "timeskip/src/clock/timer_queue.h"

#include <utility>

namespace temporalio::timeskip {

Timer::Timer(Timer&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)), slot_(other.slot_) {
  if (queue_ != nullptr) queue_->slots_[slot_].timer = this;
}

Timer& Timer::operator=(Timer&& other) noexcept {
  if (this != &other) {
    cancel();
    queue_ = std::exchange(other.queue_, nullptr);
    slot_ = other.slot_;
    if (queue_ != nullptr) queue_->slots_[slot_].timer = this;
  }
  return *this;
}

void Timer::cancel() {
  if (queue_ == nullptr) return;
  std::exchange(queue_, nullptr)->remove(slot_);
}

Time Timer::due() const { return queue_->slots_[slot_].due; }

TimerQueue::~TimerQueue() {
  for (std::uint32_t slot : heap_) slots_[slot].timer->queue_ = nullptr;
}

void TimerQueue::set(Timer& timer, Time due, Callback callback, Describe describe, const void* owner) {
  timer.cancel();
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  slots_[slot] = Slot{due, next_sequence_++, 0, &timer, std::move(callback), describe, owner};
  timer.queue_ = this;
  timer.slot_ = slot;
  heap_.push_back(slot);
  sift_up(static_cast<std::uint32_t>(heap_.size() - 1));
}

std::optional<Time> TimerQueue::next_due() const {
  if (heap_.empty()) return std::nullopt;
  return slots_[heap_.front()].due;
}

std::string TimerQueue::describe_next() const {
  if (heap_.empty()) return {};
  const Slot& slot = slots_[heap_.front()];
  return slot.describe == nullptr ? std::string() : slot.describe(slot.owner);
}

bool TimerQueue::fire_one(Time now) {
  if (heap_.empty()) return false;
  const std::uint32_t slot = heap_.front();
  if (slots_[slot].due > now) return false;
  Callback callback = std::move(slots_[slot].callback);
  slots_[slot].timer->queue_ = nullptr;
  remove(slot);
  callback();
  return true;
}

bool TimerQueue::before(std::uint32_t a, std::uint32_t b) const {
  const Slot& left = slots_[a];
  const Slot& right = slots_[b];
  return left.due != right.due ? left.due < right.due : left.sequence < right.sequence;
}

void TimerQueue::place(std::uint32_t heap_index, std::uint32_t slot) {
  heap_[heap_index] = slot;
  slots_[slot].heap_index = heap_index;
}

void TimerQueue::sift_up(std::uint32_t heap_index) {
  const std::uint32_t slot = heap_[heap_index];
  while (heap_index > 0) {
    const std::uint32_t parent = (heap_index - 1) / 2;
    if (!before(slot, heap_[parent])) break;
    place(heap_index, heap_[parent]);
    heap_index = parent;
  }
  place(heap_index, slot);
}

void TimerQueue::sift_down(std::uint32_t heap_index) {
  const std::uint32_t slot = heap_[heap_index];
  const auto size = static_cast<std::uint32_t>(heap_.size());
  for (std::uint32_t child = 2 * heap_index + 1; child < size; child = 2 * heap_index + 1) {
    if (child + 1 < size && before(heap_[child + 1], heap_[child])) ++child;
    if (!before(heap_[child], slot)) break;
    place(heap_index, heap_[child]);
    heap_index = child;
  }
  place(heap_index, slot);
}

void TimerQueue::remove(std::uint32_t slot) {
  const std::uint32_t hole = slots_[slot].heap_index;
  const std::uint32_t last = heap_.back();
  heap_.pop_back();
  if (slot != last) {
    place(hole, last);
    sift_down(hole);
    sift_up(slots_[last].heap_index);
  }
  slots_[slot].timer = nullptr;
  slots_[slot].callback = nullptr;
  free_.push_back(slot);
}

}  // namespace temporalio::timeskip
