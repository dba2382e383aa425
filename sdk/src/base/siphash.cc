#include "sdk/src/base/siphash.h"

#include <bit>
#include <string>

namespace temporalio::base {
namespace {

struct State {
  std::uint64_t v0 = 0x736f6d6570736575ull;
  std::uint64_t v1 = 0x646f72616e646f6dull;
  std::uint64_t v2 = 0x6c7967656e657261ull;
  std::uint64_t v3 = 0x7465646279746573ull;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    v0 ^= word;
  }
};

}  // namespace

std::uint64_t seed_of_run(std::string_view run_id) {
  std::string bytes(run_id);
  bytes.push_back(static_cast<char>(0xFF));
  State state;
  std::uint64_t word = 0;
  std::size_t i = 0;
  for (; i < bytes.size(); ++i) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * (i % 8));
    if (i % 8 == 7) {
      state.absorb(word);
      word = 0;
    }
  }
  state.absorb(word | static_cast<std::uint64_t>(bytes.size()) << 56);
  state.v2 ^= 0xFF;
  for (int round = 0; round < 3; ++round) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace temporalio::base
