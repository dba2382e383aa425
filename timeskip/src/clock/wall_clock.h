// The one place of timeskip that may read the machine's clock and entropy, for those who host a server.
#pragma once

#include <cstdint>

#include "timeskip/src/clock/timer_queue.h"

namespace temporalio::timeskip {

Time read_wall_clock();
std::uint64_t random_seed();

}  // namespace temporalio::timeskip
