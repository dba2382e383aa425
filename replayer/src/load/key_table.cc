#include "replayer/src/load/key_table.h"

#include <algorithm>

namespace temporalio::replayer {

void KeyTable::add(std::string_view key, int value) { entries_.push_back({std::string(key), value}); }

void KeyTable::build() {
  slots_.assign(std::bit_ceil(std::max<std::size_t>(4, entries_.size() * 2)), Slot{});
  mask_ = slots_.size() - 1;
  for (const Entry& entry : entries_) {
    const HashedKey key{entry.key, hash(entry.key)};
    if (find(key) != kAbsent) continue;
    std::size_t at = key.hash & mask_;
    while (slots_[at].value != kAbsent) at = (at + 1) & mask_;
    slots_[at] = {key.hash, static_cast<std::uint32_t>(words_.size()), static_cast<std::uint32_t>(entry.key.size()),
                  entry.value};
    words_ += entry.key;
  }
  entries_.clear();
}

std::uint64_t KeyTable::hash(std::string_view key) {
  std::uint64_t hash = kSeed;
  while (key.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, key.data(), 8);
    hash = mix(hash, word);
    key.remove_prefix(8);
  }
  std::uint64_t rest = 0;
  std::memcpy(&rest, key.data(), key.size());
  return mix(hash, rest);
}

}  // namespace temporalio::replayer
