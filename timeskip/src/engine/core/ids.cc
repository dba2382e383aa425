// SplitMix64 as the source of ids: small, and every seed gives a good sequence.
#include "timeskip/src/engine/core/ids.h"

namespace temporalio::timeskip {

std::uint64_t IdGenerator::next() {
  state_ += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

std::string IdGenerator::uuid() {
  constexpr char kHex[] = "0123456789abcdef";
  std::uint64_t halves[2] = {next(), next()};
  halves[0] = (halves[0] & ~0xF000ULL) | 0x4000ULL;                         // version 4
  halves[1] = (halves[1] & 0x3FFFFFFFFFFFFFFFULL) | 0x8000000000000000ULL;  // variant 1
  std::string text(36, '-');
  int digit = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at == 8 || at == 13 || at == 18 || at == 23) continue;
    text[at] = kHex[(halves[digit / 16] >> (60 - 4 * (digit % 16))) & 0xF];
    ++digit;
  }
  return text;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      if (c != '-') return false;
    } else if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) {
      return false;
    }
  }
  return true;
}

}  // namespace temporalio::timeskip
