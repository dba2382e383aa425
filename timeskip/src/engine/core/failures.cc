// Cutting failures down to size.
#include "timeskip/src/engine/core/failures.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/core/text.h"

namespace temporalio::timeskip {
namespace {

// Cuts `text`, a part of `failure`, by as much as the whole is too large.
void cut_by_excess(const failurepb::Failure& failure, std::string& text, std::size_t most) {
  const std::size_t size = failure.ByteSizeLong();
  if (size > most) cut_utf8(text, text.size() - std::min(text.size(), size - most));
}

void drop_payloads(failurepb::Failure& failure) {
  failure.clear_encoded_attributes();
  if (failure.has_application_failure_info()) failure.mutable_application_failure_info()->clear_details();
  if (failure.has_canceled_failure_info()) failure.mutable_canceled_failure_info()->clear_details();
  if (failure.has_timeout_failure_info()) failure.mutable_timeout_failure_info()->clear_last_heartbeat_details();
  if (failure.has_reset_workflow_failure_info()) {
    failure.mutable_reset_workflow_failure_info()->clear_last_heartbeat_details();
  }
}

}  // namespace

failurepb::Failure size_failure(std::string message, RetryableFailure retryable) {
  failurepb::Failure failure;
  failure.set_message(std::move(message));
  failure.set_source("Server");
  failure.mutable_server_failure_info()->set_non_retryable(retryable == RetryableFailure::kNo);
  return failure;
}

void replace_oversized(failurepb::Failure& failure, std::string message, RetryableFailure retryable, std::size_t most) {
  failurepb::Failure outer = size_failure(std::move(message), retryable);
  constexpr std::size_t kNesting = 16;  // tag and length of the cause
  shrink_failure(failure, most - std::min(most, outer.ByteSizeLong() + kNesting));
  *outer.mutable_cause() = std::move(failure);
  failure = std::move(outer);
}

void limit_failure(failurepb::Failure& failure) {
  if (failure.ByteSizeLong() <= kMaxBlobBytes) return;
  replace_oversized(failure, kFailureTooLarge, RetryableFailure::kNo, kMaxReplacedFailureBytes);
}

void shrink_failure(failurepb::Failure& failure, std::size_t most) {
  std::vector<failurepb::Failure*> chain{&failure};
  while (chain.back()->has_cause()) chain.push_back(chain.back()->mutable_cause());
  for (auto* part : chain) cut_by_excess(failure, *part->mutable_stack_trace(), most);
  for (auto* part : chain) {
    if (failure.ByteSizeLong() > most) drop_payloads(*part);
  }
  for (auto part = chain.rbegin(); part != chain.rend(); ++part) {
    cut_by_excess(failure, *(*part)->mutable_message(), most);
  }
  if (failure.ByteSizeLong() > most) failure.clear_cause();
}

}  // namespace temporalio::timeskip
