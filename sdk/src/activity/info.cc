#include "sdk/src/activity/info.h"

#include <utility>

#include "sdk/src/payload/payload_proto.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporalio::activity {
namespace {

using PolledTask = temporal::api::workflowservice::v1::PollActivityTaskQueueResponse;

// Zero stands for "not set" on the wire.
std::optional<Duration> optional_duration(const google::protobuf::Duration& message) {
  const Duration duration = payload::from_proto(message);
  return duration > Duration::zero() ? std::optional(duration) : std::nullopt;
}

AppliedRetryPolicy make_retry_policy(const temporal::api::common::v1::RetryPolicy& message) {
  AppliedRetryPolicy policy;
  policy.initial_interval = payload::from_proto(message.initial_interval());
  policy.backoff_coefficient = message.backoff_coefficient();
  policy.maximum_interval = optional_duration(message.maximum_interval());
  policy.maximum_attempts = message.maximum_attempts();
  policy.non_retryable_error_types.assign(message.non_retryable_error_types().begin(),
                                          message.non_retryable_error_types().end());
  return policy;
}

Priority make_priority(const temporal::api::common::v1::Priority& message) {
  Priority priority;
  if (message.priority_key() != 0) priority.priority_key = message.priority_key();
  if (!message.fairness_key().empty()) priority.fairness_key = message.fairness_key();
  if (message.fairness_weight() != 0) priority.fairness_weight = message.fairness_weight();
  return priority;
}

}  // namespace

Info info_of(PolledTask& task, const std::string& default_namespace, const std::string& task_queue) {
  Info info;
  info.activity_id = std::move(*task.mutable_activity_id());
  info.activity_type = std::move(*task.mutable_activity_type()->mutable_name());
  info.activity_run_id = std::move(*task.mutable_activity_run_id());
  info.namespace_ = task.workflow_namespace().empty() ? default_namespace : task.workflow_namespace();
  info.task_queue = task_queue;
  info.task_token = std::move(*task.mutable_task_token());
  info.workflow_namespace = task.workflow_namespace();
  info.workflow_id = task.workflow_execution().workflow_id();
  info.workflow_run_id = task.workflow_execution().run_id();
  info.workflow_type = task.workflow_type().name();
  info.attempt = task.attempt();
  info.heartbeat_details = payload::from_proto(task.heartbeat_details());
  info.scheduled_time = payload::from_proto(task.scheduled_time());
  info.current_attempt_scheduled_time = payload::from_proto(task.current_attempt_scheduled_time());
  info.started_time = payload::from_proto(task.started_time());
  info.schedule_to_close_timeout = optional_duration(task.schedule_to_close_timeout());
  info.start_to_close_timeout = optional_duration(task.start_to_close_timeout());
  info.heartbeat_timeout = optional_duration(task.heartbeat_timeout());
  info.priority = make_priority(task.priority());
  if (task.has_retry_policy()) info.retry_policy = make_retry_policy(task.retry_policy());
  return info;
}

void task_of(const Info& info, PolledTask& task) {
  task.set_task_token(info.task_token);
  task.set_workflow_namespace(info.workflow_namespace);
  task.mutable_workflow_type()->set_name(info.workflow_type);
  task.mutable_workflow_execution()->set_workflow_id(info.workflow_id);
  task.mutable_workflow_execution()->set_run_id(info.workflow_run_id);
  task.mutable_activity_type()->set_name(info.activity_type);
  task.set_activity_id(info.activity_id);
  task.set_activity_run_id(info.activity_run_id);
  task.set_attempt(info.attempt);
  payload::append_payloads(*task.mutable_heartbeat_details(), std::vector<Payload>(info.heartbeat_details));
  payload::to_proto(info.scheduled_time, *task.mutable_scheduled_time());
  payload::to_proto(info.current_attempt_scheduled_time, *task.mutable_current_attempt_scheduled_time());
  payload::to_proto(info.started_time, *task.mutable_started_time());
  const auto set = [](const std::optional<Duration>& from, auto* to) {
    if (from) payload::to_proto(*from, *to);
  };
  set(info.schedule_to_close_timeout, task.mutable_schedule_to_close_timeout());
  set(info.start_to_close_timeout, task.mutable_start_to_close_timeout());
  set(info.heartbeat_timeout, task.mutable_heartbeat_timeout());
  task.mutable_priority()->set_priority_key(info.priority.priority_key.value_or(0));
  task.mutable_priority()->set_fairness_key(info.priority.fairness_key.value_or(""));
  task.mutable_priority()->set_fairness_weight(info.priority.fairness_weight.value_or(0));
  if (!info.retry_policy) return;
  auto& policy = *task.mutable_retry_policy();
  payload::to_proto(info.retry_policy->initial_interval, *policy.mutable_initial_interval());
  policy.set_backoff_coefficient(info.retry_policy->backoff_coefficient);
  set(info.retry_policy->maximum_interval, policy.mutable_maximum_interval());
  policy.set_maximum_attempts(info.retry_policy->maximum_attempts);
  for (const std::string& type : info.retry_policy->non_retryable_error_types) {
    policy.add_non_retryable_error_types(type);
  }
}

}  // namespace temporalio::activity
