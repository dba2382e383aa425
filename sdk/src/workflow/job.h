// What an activation brings to workflow code. The groups are the order in which Core hands jobs to its languages;
// within a group the order of the history holds.
#pragma once

#include <cstdint>
#include <iterator>
#include <variant>

#include "sdk/src/workflow/operation.h"

namespace temporalio::workflow {

struct Update;

struct StartWorkflow {
  const machines::HistoryEvent* event;
};
struct UpdateRandomSeed {
  std::uint64_t seed;
};
struct DeliverSignal {
  const machines::HistoryEvent* event;
};
struct DeliverUpdate {
  Update* update;
};
struct ResolveOperation {
  coro::Ref<RunOperation> operation;
  coro::Completion* completion;  // of the operation: its start or its end
};
struct CancelWorkflow {};

using Job =
    std::variant<StartWorkflow, UpdateRandomSeed, DeliverSignal, DeliverUpdate, ResolveOperation, CancelWorkflow>;

enum class JobGroup : std::uint8_t { start, seed, signals, rest };

inline JobGroup group_of(const Job& job) {
  constexpr JobGroup kGroups[] = {JobGroup::start,   JobGroup::seed, JobGroup::signals,
                                  JobGroup::signals, JobGroup::rest, JobGroup::rest};
  static_assert(std::size(kGroups) == std::variant_size_v<Job>);
  return kGroups[job.index()];
}

}  // namespace temporalio::workflow
