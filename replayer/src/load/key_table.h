// Finds what a JSON key or an enum name stands for: a hash table of a fixed set of words, filled once.
// The hash is taken while the closing quote of a key is searched, so that a key is read only once.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace temporalio::replayer {

static_assert(std::endian::native == std::endian::little, "keys are hashed eight bytes at a time, lowest byte first");

// A word with its hash.
struct HashedKey {
  std::string_view text;
  std::uint64_t hash = 0;
};

class KeyTable {
 public:
  static constexpr int kAbsent = -1;

  // A word that is there already keeps its first value.
  void add(std::string_view key, int value);
  // After the last add().
  void build();

  int find(const HashedKey& key) const {
    if (slots_.empty()) return kAbsent;
    for (std::size_t at = key.hash & mask_;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.value == kAbsent) return kAbsent;
      if (slot.hash == key.hash && slot.length == key.text.size() &&
          std::memcmp(words_.data() + slot.offset, key.text.data(), slot.length) == 0) {
        return slot.value;
      }
    }
  }
  int find(std::string_view key) const { return find(HashedKey{key, hash(key)}); }

  static std::uint64_t hash(std::string_view key);

  // Reads a JSON key that starts at `text` (after its opening quote) up to its closing quote. At least seven bytes
  // after that quote must be readable, which the padding of the parser's buffer guarantees. A key with an escaped
  // quote ends too early here; it then names no field.
  static HashedKey scan(const char* text) {
    std::uint64_t hash = kSeed;
    for (const char* at = text;; at += 8) {
      std::uint64_t word;
      std::memcpy(&word, at, 8);
      const std::uint64_t difference = word ^ 0x2222222222222222u;  // a quote becomes a zero byte
      const std::uint64_t found = (difference - 0x0101010101010101u) & ~difference & 0x8080808080808080u;
      if (found != 0) {
        const int length = std::countr_zero(found) / 8;
        word &= length == 0 ? 0 : ~std::uint64_t{0} >> (64 - 8 * length);
        return {{text, static_cast<std::size_t>(at - text + length)}, mix(hash, word)};
      }
      hash = mix(hash, word);
    }
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
    int value = kAbsent;
  };

  static constexpr std::uint64_t kSeed = 0x9e3779b97f4a7c15u;
  static std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
    hash = (hash ^ word) * 0xff51afd7ed558ccdu;
    return hash ^ (hash >> 32);
  }

  struct Entry {
    std::string key;
    int value;
  };
  std::vector<Entry> entries_;  // until build()
  std::string words_;
  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
};

}  // namespace temporalio::replayer
