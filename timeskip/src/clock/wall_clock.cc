// Reads the machine's clock and entropy. Nothing else of timeskip may name them.
#include "timeskip/src/clock/wall_clock.h"

#include <random>

namespace temporalio::timeskip {

Time read_wall_clock() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

std::uint64_t random_seed() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

}  // namespace temporalio::timeskip
