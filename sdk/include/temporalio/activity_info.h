// What an activity is told about itself: its Info, and why it is asked to stop.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "temporalio/duration.h"
#include "temporalio/payload.h"

namespace temporalio::activity {

// What the caller asked for; unset fields are the service's defaults.
struct Priority {
  Priority() = default;
  std::optional<int> priority_key;  // 1 is the most urgent
  std::optional<std::string> fairness_key;
  std::optional<float> fairness_weight;
};

// The retry policy that the service applies. It may differ from the one that the caller gave.
struct AppliedRetryPolicy {
  AppliedRetryPolicy() = default;
  Duration initial_interval{};
  double backoff_coefficient = 0;
  std::optional<Duration> maximum_interval;
  int maximum_attempts = 0;  // 0: no limit
  std::vector<std::string> non_retryable_error_types;
};

// What is known of the running activity.
struct Info {
  Info() = default;

  // Value number `index` of the last heartbeat of an earlier attempt. Throws PayloadDecodeError.
  template <class T>
  T heartbeat_detail(std::size_t index) const {
    return temporalio::detail::decode_argument<T>(heartbeat_details, index);
  }

  // A workflow started it; otherwise the fields that begin with `workflow` are empty.
  bool in_workflow() const { return !workflow_id.empty(); }

  std::string activity_id;
  std::string activity_type;
  std::string activity_run_id;  // only for an activity that no workflow started
  std::string namespace_;
  std::string task_queue;
  std::string task_token;  // bytes
  std::string workflow_id;
  std::string workflow_namespace;
  std::string workflow_run_id;
  std::string workflow_type;
  int attempt = 1;  // the first is 1
  bool is_local = false;
  std::vector<Payload> heartbeat_details;
  SystemTime scheduled_time{};                  // of the first attempt
  SystemTime current_attempt_scheduled_time{};  // of this attempt
  SystemTime started_time{};
  std::optional<Duration> schedule_to_close_timeout;
  std::optional<Duration> start_to_close_timeout;
  std::optional<Duration> heartbeat_timeout;
  Priority priority;
  std::optional<AppliedRetryPolicy> retry_policy;  // unset: the service did not say
};

// Why an activity is being cancelled; more than one may hold.
struct CancellationDetails {
  bool not_found = false;         // the service does not know this attempt any more
  bool cancel_requested = false;  // the workflow, or who started the activity, asked for it
  bool paused = false;
  bool reset = false;
  bool timed_out = false;
  bool worker_shutdown = false;
};

}  // namespace temporalio::activity
