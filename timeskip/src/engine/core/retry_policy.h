// Whether a failed or timed out attempt of an activity or a workflow is tried again, and after how long.
#pragma once

#include <optional>
#include <string>

#include "timeskip/src/clock/timer_queue.h"
#include "timeskip/src/engine/core/api.h"

namespace temporalio::timeskip {

struct RetryDecision {
  enums::RetryState state = enums::RETRY_STATE_UNSPECIFIED;
  Duration delay{0};  // when state is IN_PROGRESS
};

enum class RetryOf { kActivity, kWorkflow };

// The faults of a policy that a client sent, in words; empty when it is good.
std::string retry_policy_fault(const commonpb::RetryPolicy& policy);

// Fills in what a client left out: 1 s, coefficient 2, at most 100 times the initial interval.
void complete_retry_policy(commonpb::RetryPolicy& policy);

bool is_retryable(const failurepb::Failure& failure, const commonpb::RetryPolicy& policy);

// What follows the failure of attempt number `attempt`. A next_retry_delay in the failure replaces the interval, which
// for an activity overrides the maximum interval as well; a retry that would come after `expiration` comes never.
RetryDecision decide_retry(const commonpb::RetryPolicy& policy, const failurepb::Failure& failure, std::int32_t attempt,
                           Time now, std::optional<Time> expiration, RetryOf what);

}  // namespace temporalio::timeskip
