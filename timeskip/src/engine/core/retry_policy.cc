// Retry arithmetic, in the order in which the real server asks its questions.
#include "timeskip/src/engine/core/retry_policy.h"

#include <algorithm>
#include <cmath>

#include "timeskip/src/engine/core/proto_time.h"

namespace temporalio::timeskip {
namespace {

constexpr const char kTimeoutTypePrefix[] = "TemporalTimeout:";

const char* timeout_name(enums::TimeoutType type) {
  switch (type) {
    case enums::TIMEOUT_TYPE_START_TO_CLOSE:
      return "StartToClose";
    case enums::TIMEOUT_TYPE_SCHEDULE_TO_START:
      return "ScheduleToStart";
    case enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE:
      return "ScheduleToClose";
    case enums::TIMEOUT_TYPE_HEARTBEAT:
      return "Heartbeat";
    default:
      return "";
  }
}

bool is_listed(const commonpb::RetryPolicy& policy, const std::string& type) {
  const auto& types = policy.non_retryable_error_types();
  return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace

std::string retry_policy_fault(const commonpb::RetryPolicy& policy) {
  if (policy.maximum_attempts() == 1) return {};  // nothing else will be used
  const std::string interval = duration_fault(policy.initial_interval());
  if (!interval.empty()) return "invalid InitialInterval set on retry policy: " + interval;
  if (policy.backoff_coefficient() != 0 && policy.backoff_coefficient() < 1) {
    return "BackoffCoefficient cannot be less than 1 on retry policy.";
  }
  const std::string maximum = duration_fault(policy.maximum_interval());
  if (!maximum.empty()) return "invalid MaximumInterval set on retry policy: " + maximum;
  if (policy.has_maximum_interval() && to_duration(policy.maximum_interval()) > Duration(0) &&
      to_duration(policy.maximum_interval()) < to_duration(policy.initial_interval())) {
    return "MaximumInterval cannot be less than InitialInterval on retry policy.";
  }
  if (policy.maximum_attempts() < 0) return "MaximumAttempts cannot be negative on retry policy.";
  for (const std::string& type : policy.non_retryable_error_types()) {
    if (type.rfind(kTimeoutTypePrefix, 0) != 0) continue;
    const std::string name = type.substr(sizeof(kTimeoutTypePrefix) - 1);
    if (name != "StartToClose" && name != "ScheduleToStart" && name != "ScheduleToClose" && name != "Heartbeat") {
      return "Invalid timeout type value: " + name + ".";
    }
  }
  return {};
}

void complete_retry_policy(commonpb::RetryPolicy& policy) {
  if (to_duration(policy.initial_interval()) == Duration(0)) {
    set_duration(policy.mutable_initial_interval(), std::chrono::seconds(1));
  }
  if (policy.backoff_coefficient() == 0) policy.set_backoff_coefficient(2.0);
  if (to_duration(policy.maximum_interval()) == Duration(0)) {
    const Duration initial = to_duration(policy.initial_interval());
    set_duration(policy.mutable_maximum_interval(), initial > kMaxDuration / 100 ? kMaxDuration : 100 * initial);
  }
}

bool is_retryable(const failurepb::Failure& failure, const commonpb::RetryPolicy& policy) {
  if (failure.has_terminated_failure_info() || failure.has_canceled_failure_info()) return false;
  if (failure.has_timeout_failure_info()) {
    const auto type = failure.timeout_failure_info().timeout_type();
    if (type != enums::TIMEOUT_TYPE_START_TO_CLOSE && type != enums::TIMEOUT_TYPE_HEARTBEAT) return false;
    return !is_listed(policy, std::string(kTimeoutTypePrefix) + timeout_name(type));
  }
  if (failure.has_server_failure_info()) return !failure.server_failure_info().non_retryable();
  if (failure.has_application_failure_info()) {
    const auto& info = failure.application_failure_info();
    return !info.non_retryable() && !is_listed(policy, info.type());
  }
  return true;
}

RetryDecision decide_retry(const commonpb::RetryPolicy& policy, const failurepb::Failure& failure, std::int32_t attempt,
                           Time now, std::optional<Time> expiration, RetryOf what) {
  if (!is_retryable(failure, policy)) return {enums::RETRY_STATE_NON_RETRYABLE_FAILURE, {}};
  if (policy.maximum_attempts() > 0 && attempt >= policy.maximum_attempts()) {
    return {enums::RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED, {}};
  }
  Duration maximum = to_duration(policy.maximum_interval());
  Duration interval{0};
  const auto& info = failure.application_failure_info();
  if (failure.has_application_failure_info() && info.has_next_retry_delay()) {
    interval = to_duration(info.next_retry_delay());
    if (what == RetryOf::kActivity) maximum = interval;
  } else {
    const double nanos = static_cast<double>(to_duration(policy.initial_interval()).count()) *
                         std::pow(policy.backoff_coefficient(), attempt - 1);
    interval =
        nanos >= static_cast<double>(kMaxDuration.count()) ? kMaxDuration : Duration(static_cast<std::int64_t>(nanos));
  }
  if (maximum == Duration(0) && interval <= Duration(0)) return {enums::RETRY_STATE_TIMEOUT, {}};
  if (maximum != Duration(0) && (interval <= Duration(0) || interval > maximum)) interval = maximum;
  if (expiration.has_value() && later(now, interval) > *expiration) return {enums::RETRY_STATE_TIMEOUT, {}};
  return {enums::RETRY_STATE_IN_PROGRESS, interval};
}

}  // namespace temporalio::timeskip
