// How failed activities, child workflows and workflows are tried again.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "temporalio/duration.h"

namespace temporalio {

// An aggregate of views and values, copied by the call it is given to.
struct RetryPolicy {
  Duration initial_interval = std::chrono::seconds(1);
  double backoff_coefficient = 2.0;
  std::optional<Duration> maximum_interval = std::nullopt;  // unset: 100 times initial_interval
  int maximum_attempts = 0;                                 // 0: no limit
  // Application error types that are not tried again, compared exactly.
  std::span<const std::string_view> non_retryable_error_types = {};
};
static_assert(std::is_aggregate_v<RetryPolicy> && std::is_trivially_destructible_v<RetryPolicy>);

}  // namespace temporalio
