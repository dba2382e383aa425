// DescribeWorkflowExecution.
#include <algorithm>
#include <vector>

#include "temporal/api/activity/v1/message.pb.h"
#include "temporal/api/workflow/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"
#include "timeskip/src/engine/run/activity.h"
#include "timeskip/src/engine/run/lifecycle.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::workflowservice::v1;
namespace workflowpb = ::temporal::api::workflow::v1;

void describe_config(const Execution& execution, workflowpb::WorkflowExecutionConfig& config) {
  config.mutable_task_queue()->set_name(execution.task_queue);
  config.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  const auto& attributes = execution.history.event(1).workflow_execution_started_event_attributes();
  if (attributes.has_workflow_execution_timeout()) {
    *config.mutable_workflow_execution_timeout() = attributes.workflow_execution_timeout();
  }
  if (attributes.has_workflow_run_timeout()) {
    *config.mutable_workflow_run_timeout() = attributes.workflow_run_timeout();
  }
  set_duration(config.mutable_default_workflow_task_timeout(), execution.task_timeout);
  const auto& started = execution.history.event(1);
  if (started.has_user_metadata()) *config.mutable_user_metadata() = started.user_metadata();
}

void describe_reset_points(const Execution& execution, workflowpb::ResetPoints& points) {
  for (const Execution::Build& build : execution.builds) {
    auto& point = *points.add_points();
    point.set_binary_checksum(build.checksum);
    point.set_build_id(build.id);
    point.set_run_id(build.run_id);
    point.set_first_workflow_task_completed_id(build.first_completed_event_id);
    set_time(point.mutable_create_time(), build.first_completed_time);
    if (build.expire_time.has_value()) set_time(point.mutable_expire_time(), *build.expire_time);
    point.set_resettable(true);
  }
}

void describe_info(Execution& execution, workflowpb::WorkflowExecutionInfo& info) {
  info.mutable_execution()->set_workflow_id(execution.workflow_id);
  info.mutable_execution()->set_run_id(execution.run_id);
  info.mutable_type()->set_name(execution.workflow_type);
  set_time(info.mutable_start_time(), execution.start_time);
  set_time(info.mutable_execution_time(), execution.execution_time);
  info.set_status(execution.status);
  info.set_history_length(execution.history.last_event_id());
  info.set_history_size_bytes(execution.history.size_in_bytes());
  info.set_state_transition_count(execution.transactions());
  describe_reset_points(execution, *info.mutable_auto_reset_points());
  info.set_task_queue(execution.task_queue);
  info.set_first_run_id(execution.first_run_id);
  *info.mutable_memo() = execution.memo;
  *info.mutable_search_attributes() = execution.search_attributes;
  if (execution.close_time.has_value()) {
    set_time(info.mutable_close_time(), *execution.close_time);
    set_duration(info.mutable_execution_duration(), *execution.close_time - execution.execution_time);
  }
  if (execution.last_worker.has_value()) {
    *info.mutable_most_recent_worker_version_stamp() = *execution.last_worker;
  }
  const auto& started = execution.history.event(1).workflow_execution_started_event_attributes();
  *info.mutable_root_execution() = root_of(execution);
  if (started.has_parent_workflow_execution()) {
    *info.mutable_parent_execution() = started.parent_workflow_execution();
    info.set_parent_namespace_id(started.parent_workflow_namespace_id());
  }
  if (started.has_priority()) *info.mutable_priority() = started.priority();
}

void describe_activity(const Execution& execution, const Activity& activity, workflowpb::PendingActivityInfo& info) {
  const auto& attributes = scheduled_attributes(execution, activity);
  info.set_activity_id(activity.id);
  *info.mutable_activity_type() = attributes.activity_type();
  const bool is_started = activity.state == Activity::State::kStarted;
  info.set_state(activity.cancel_requested ? enums::PENDING_ACTIVITY_STATE_CANCEL_REQUESTED
                 : is_started              ? enums::PENDING_ACTIVITY_STATE_STARTED
                                           : enums::PENDING_ACTIVITY_STATE_SCHEDULED);
  if (activity.last_heartbeat_time.has_value()) {
    set_time(info.mutable_last_heartbeat_time(), *activity.last_heartbeat_time);
    if (activity.heartbeat_details.has_value()) *info.mutable_heartbeat_details() = *activity.heartbeat_details;
  }
  if (is_started) set_time(info.mutable_last_started_time(), activity.started_time);
  set_time(info.mutable_scheduled_time(), activity.scheduled_time);
  if (attributes.has_priority()) *info.mutable_priority() = attributes.priority();
  info.set_attempt(activity.attempt);
  info.set_maximum_attempts(attributes.retry_policy().maximum_attempts());
  if (activity.last_failure.has_value()) *info.mutable_last_failure() = *activity.last_failure;
  if (activity.schedule_to_close > Duration(0)) {
    set_time(info.mutable_expiration_time(), later(activity.first_scheduled_time, activity.schedule_to_close));
  }
  info.set_last_worker_identity(activity.identity);
  if (activity.last_attempt_completed_time.has_value()) {
    set_time(info.mutable_last_attempt_complete_time(), *activity.last_attempt_completed_time);
  }
  if (activity.state == Activity::State::kBackingOff) {
    set_time(info.mutable_next_attempt_schedule_time(), activity.scheduled_time);
    set_duration(info.mutable_current_retry_interval(), activity.scheduled_time - activity.backoff_since);
  }
}

void describe_child(const Child& child, workflowpb::PendingChildExecutionInfo& info) {
  info.set_workflow_id(child.workflow_id);
  info.set_run_id(child.run_id);
  info.set_workflow_type_name(child.workflow_type);
  info.set_initiated_id(child.initiated_event_id);
  info.set_parent_close_policy(child.parent_close_policy);
}

// As they are now.
void describe_options(const Execution& execution, const Activity& activity,
                      ::temporal::api::activity::v1::ActivityOptions& options) {
  const auto& attributes = scheduled_attributes(execution, activity);
  options.mutable_task_queue()->set_name(activity.task_queue);
  options.mutable_task_queue()->set_normal_name(activity.task_queue);
  set_duration(options.mutable_schedule_to_close_timeout(), activity.schedule_to_close);
  set_duration(options.mutable_schedule_to_start_timeout(), activity.schedule_to_start);
  set_duration(options.mutable_start_to_close_timeout(), activity.start_to_close);
  set_duration(options.mutable_heartbeat_timeout(), activity.heartbeat);
  *options.mutable_retry_policy() = attributes.retry_policy();
  options.mutable_retry_policy()->clear_non_retryable_error_types();  // nor does the real server show them
  if (attributes.has_priority()) *options.mutable_priority() = attributes.priority();
}

void describe_task(const Execution& execution, workflowpb::PendingWorkflowTaskInfo& info) {
  const WorkflowTask& task = execution.task;
  const bool is_started = task.state == WorkflowTask::State::kStarted;
  info.set_state(is_started ? enums::PENDING_WORKFLOW_TASK_STATE_STARTED
                            : enums::PENDING_WORKFLOW_TASK_STATE_SCHEDULED);
  set_time(info.mutable_scheduled_time(), task.scheduled_time);
  set_time(info.mutable_original_scheduled_time(), task.original_scheduled_time);
  if (is_started) set_time(info.mutable_started_time(), task.started_time);
  info.set_attempt(task.attempt);
}

// Which event each request made that asked for this run: its start, or the one that attached the request's id to it.
void describe_request_ids(const Execution& execution,
                          google::protobuf::Map<std::string, workflowpb::RequestIdInfo>& infos) {
  auto& start = infos[execution.start_request_id];
  start.set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
  start.set_event_id(1);
  std::size_t missing = execution.attached_request_ids.size();
  const auto note = [&](const historypb::HistoryEvent& event, bool is_buffered) {
    if (event.event_type() != enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED) return;
    auto& info = infos[event.workflow_execution_options_updated_event_attributes().attached_request_id()];
    info.set_event_type(event.event_type());
    info.set_event_id(event.event_id());
    info.set_buffered(is_buffered);
    --missing;
  };
  for (const auto& event : execution.history.buffered()) note(*event, true);
  for (std::int64_t id = 2; missing > 0 && id <= execution.history.last_event_id(); ++id) {
    note(execution.history.event(id), false);
  }
}

Answer describe_workflow_execution(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::DescribeWorkflowExecutionRequest>();
  auto& response = call.response_as<svc::DescribeWorkflowExecutionResponse>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  const Found<Execution> found = require_execution(engine, *owner.value, request.execution());
  if (found.value == nullptr) return found.error;
  Execution& execution = *found.value;
  describe_config(execution, *response.mutable_execution_config());
  describe_info(execution, *response.mutable_workflow_execution_info());
  std::vector<const Activity*> activities;
  activities.reserve(execution.activities.size());
  for (const auto& [id, activity] : execution.activities) activities.push_back(activity.get());
  std::sort(activities.begin(), activities.end(),
            [](const Activity* a, const Activity* b) { return a->scheduled_event_id < b->scheduled_event_id; });
  for (const Activity* activity : activities) {
    auto& info = *response.add_pending_activities();
    describe_activity(execution, *activity, info);
    describe_options(execution, *activity, *info.mutable_activity_options());
  }
  for (const auto& [id, child] : execution.children) describe_child(child, *response.add_pending_children());
  if (execution.has_pending_task()) describe_task(execution, *response.mutable_pending_workflow_task());
  auto& extended = *response.mutable_workflow_extended_info();
  if (execution.execution_expiration.has_value()) {
    set_time(extended.mutable_execution_expiration_time(), *execution.execution_expiration);
  }
  extended.mutable_run_expiration_time()->set_seconds(-62135596800);  // the year 1: there is none
  if (const auto end = run_expiration(execution)) set_time(extended.mutable_run_expiration_time(), *end);
  set_time(extended.mutable_original_start_time(), execution.start_time);
  describe_request_ids(execution, *extended.mutable_request_id_infos());
  extended.set_cancel_requested(execution.cancel_requested);
  return errors::ok();
}

}  // namespace

std::span<const Method> describe_workflow_methods() {
  static const Method kMethods[] = {
      TIMESKIP_WORKFLOW_METHOD(DescribeWorkflowExecution, describe_workflow_execution),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
