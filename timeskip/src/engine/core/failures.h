// Failures that are too large for where they go.
#pragma once

#include <cstddef>
#include <string>

#include "timeskip/src/engine/core/api.h"

namespace temporalio::timeskip {

inline constexpr const char kFailureTooLarge[] = "Failure exceeds size limit.";

enum class RetryableFailure { kYes, kNo };

// What the server records when something that a worker sent is too large.
failurepb::Failure size_failure(std::string message, RetryableFailure retryable);

// Puts a size_failure in place of `failure`, which becomes its cause as far as it fits: `most` bytes for both.
void replace_oversized(failurepb::Failure& failure, std::string message, RetryableFailure retryable, std::size_t most);

// Replaces a failure that is larger than a history may hold.
void limit_failure(failurepb::Failure& failure);

// Cuts `failure` down to `most` bytes: first its stack traces and those of its causes, then payloads, then messages
// from the innermost on, then causes. Its kind and type stay.
void shrink_failure(failurepb::Failure& failure, std::size_t most);

}  // namespace temporalio::timeskip
