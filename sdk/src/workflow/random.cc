// The random numbers of workflow code: a stream of its own for each run, the same live and on replay.
#include <bit>
#include <cstdio>

#include "temporalio/workflow.h"

namespace temporalio::workflow {

// SplitMix64 fills the state of xoshiro256** from one number, as that generator's authors recommend.
Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {
    seed += 0x9E3779B97F4A7C15ull;
    std::uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    word = z ^ (z >> 31);
  }
}

Random::result_type Random::operator()() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::int64_t Random::uniform_int(std::int64_t low, std::int64_t high) {
  const std::uint64_t range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  if (range == 0) return static_cast<std::int64_t>((*this)());  // all 64 bits
  // Draws that would favour small values are thrown away.
  const std::uint64_t limit = max() - (max() % range + 1) % range;
  std::uint64_t draw = (*this)();
  while (draw > limit) draw = (*this)();
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + draw % range);
}

double Random::uniform_real() { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }

std::string uuid4() {
  Random& source = random();
  const std::uint64_t high = (source() & 0xFFFFFFFFFFFF0FFFull) | 0x4000u;
  const std::uint64_t low = (source() & 0x3FFFFFFFFFFFFFFFull) | 0x8000000000000000ull;
  char text[37];
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(high >> 32),
                static_cast<unsigned>(high >> 16 & 0xFFFF), static_cast<unsigned>(high & 0xFFFF),
                static_cast<unsigned>(low >> 48), static_cast<unsigned long long>(low & 0xFFFFFFFFFFFFull));
  return text;
}

}  // namespace temporalio::workflow
