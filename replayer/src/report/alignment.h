// Which entries of two lists belong together.
#pragma once

#include <cstdint>
#include <vector>

namespace temporal::api::history::v1 {
class History;
}

namespace temporalio::replayer {

// Indices; -1: the other side has nothing like it.
struct AlignedPair {
  int left = -1;
  int right = -1;
};

// Pairs equal numbers so that as many as possible are paired and both lists keep their order.
std::vector<AlignedPair> align(const std::vector<std::uint64_t>& left, const std::vector<std::uint64_t>& right);

// The events of two histories: those of one type that name the same activity, signal, ... belong together.
std::vector<AlignedPair> align_events(const temporal::api::history::v1::History& left,
                                      const temporal::api::history::v1::History& right);

}  // namespace temporalio::replayer
