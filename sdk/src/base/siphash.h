// SipHash-1-3 with zero keys over a string and a closing 0xFF byte: how the Core-based SDKs turn a run id into the seed
// of the workflow's random numbers.
#pragma once

#include <cstdint>
#include <string_view>

namespace temporalio::base {

std::uint64_t seed_of_run(std::string_view run_id);

}  // namespace temporalio::base
