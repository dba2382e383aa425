// One function per command, and the table that picks it.
#include "timeskip/src/engine/commands/apply.h"

#include <algorithm>
#include <utility>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/nil_payload.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/core/retry_policy.h"
#include "timeskip/src/engine/run/activity.h"
#include "timeskip/src/engine/run/lifecycle.h"
#include "timeskip/src/engine/run/user_timer.h"

namespace temporalio::timeskip {
namespace {

using Event = historypb::HistoryEvent;

// A run that continues itself in a tight loop is slowed down to one run a second.
constexpr Duration kMinRunInterval = std::chrono::seconds(1);

Event* record_marker(Engine& engine, Execution& execution, commandpb::Command& command, std::int64_t completed_id) {
  auto& from = *command.mutable_record_marker_command_attributes();
  auto& event = execution.history.add(enums::EVENT_TYPE_MARKER_RECORDED, engine.now());
  auto& attributes = *event.mutable_marker_recorded_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_id);
  attributes.set_marker_name(from.marker_name());
  attributes.mutable_details()->swap(*from.mutable_details());
  if (from.has_header()) *attributes.mutable_header() = std::move(*from.mutable_header());
  if (from.has_failure()) *attributes.mutable_failure() = std::move(*from.mutable_failure());
  return &event;
}

Event* complete_run(Engine& engine, Execution& execution, commandpb::Command& command, std::int64_t completed_id) {
  auto& from = *command.mutable_complete_workflow_execution_command_attributes();
  auto& event = close_run(engine, execution, enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
                          enums::WORKFLOW_EXECUTION_STATUS_COMPLETED);
  auto& attributes = *event.mutable_workflow_execution_completed_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_id);
  if (from.has_result()) *attributes.mutable_result() = std::move(*from.mutable_result());
  return &event;
}

Event* fail_run(Engine& engine, Execution& execution, commandpb::Command& command, std::int64_t completed_id) {
  auto& failure = *command.mutable_fail_workflow_execution_command_attributes()->mutable_failure();
  RetryDecision decision{enums::RETRY_STATE_RETRY_POLICY_NOT_SET, {}};
  if (execution.retry_policy.has_value()) {
    decision = decide_retry(*execution.retry_policy, failure, execution.attempt, engine.now(),
                            execution.execution_expiration, RetryOf::kWorkflow);
  }
  auto& event = close_run(engine, execution, enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
                          enums::WORKFLOW_EXECUTION_STATUS_FAILED);
  auto& attributes = *event.mutable_workflow_execution_failed_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_id);
  attributes.set_retry_state(decision.state);
  *attributes.mutable_failure() = failure;
  if (decision.state == enums::RETRY_STATE_IN_PROGRESS) {
    attributes.set_new_execution_run_id(start_retry_run(engine, execution, failure, decision.delay));
  }
  return &event;
}

Event* cancel_run(Engine& engine, Execution& execution, commandpb::Command& command, std::int64_t completed_id) {
  auto& from = *command.mutable_cancel_workflow_execution_command_attributes();
  auto& event = close_run(engine, execution, enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
                          enums::WORKFLOW_EXECUTION_STATUS_CANCELED);
  auto& attributes = *event.mutable_workflow_execution_canceled_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_id);
  if (from.has_details()) *attributes.mutable_details() = std::move(*from.mutable_details());
  return &event;
}

Event* continue_as_new(Engine& engine, Execution& execution, commandpb::Command& command, std::int64_t completed_id) {
  const auto& from = command.continue_as_new_workflow_execution_command_attributes();
  const Duration lifetime = std::max(Duration(0), engine.now() - execution.execution_time);
  Duration backoff = to_duration(from.backoff_start_interval());
  if (lifetime + backoff < kMinRunInterval) backoff = kMinRunInterval - lifetime;
  auto& event = close_run(engine, execution, enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
                          enums::WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW);
  auto& attributes = *event.mutable_workflow_execution_continued_as_new_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_id);
  attributes.set_new_execution_run_id(engine.ids.uuid());
  *attributes.mutable_workflow_type() = from.workflow_type();
  *attributes.mutable_task_queue() = from.task_queue();
  if (from.has_input()) *attributes.mutable_input() = from.input();
  *attributes.mutable_workflow_run_timeout() = from.workflow_run_timeout();
  *attributes.mutable_workflow_task_timeout() = from.workflow_task_timeout();
  if (from.has_backoff_start_interval()) {
    *attributes.mutable_backoff_start_interval() = from.backoff_start_interval();
  }
  attributes.set_initiator(from.initiator());
  if (from.has_last_completion_result()) *attributes.mutable_last_completion_result() = from.last_completion_result();
  if (from.has_header()) *attributes.mutable_header() = from.header();
  if (from.has_memo()) *attributes.mutable_memo() = from.memo();
  if (from.has_search_attributes()) *attributes.mutable_search_attributes() = from.search_attributes();
  start_continued_run(engine, execution, attributes.new_execution_run_id(), backoff, attributes, from);
  return &event;
}

// A null or empty value removes its key.
template <class Fields>
void merge_fields(const Fields& from, Fields& into) {
  for (const auto& [key, payload] : from) {
    if (is_nil(payload)) {
      into.erase(key);
    } else {
      into[key] = payload;
    }
  }
}

Event* upsert_search_attributes(Engine& engine, Execution& execution, commandpb::Command& command,
                                std::int64_t completed_id) {
  const auto& from = command.upsert_workflow_search_attributes_command_attributes().search_attributes();
  auto& event = execution.history.add(enums::EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, engine.now());
  auto& attributes = *event.mutable_upsert_workflow_search_attributes_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_id);
  *attributes.mutable_search_attributes() = from;
  merge_fields(from.indexed_fields(), *execution.search_attributes.mutable_indexed_fields());
  return &event;
}

Event* modify_properties(Engine& engine, Execution& execution, commandpb::Command& command, std::int64_t completed_id) {
  const auto& from = command.modify_workflow_properties_command_attributes().upserted_memo();
  auto& event = execution.history.add(enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED, engine.now());
  auto& attributes = *event.mutable_workflow_properties_modified_event_attributes();
  attributes.set_workflow_task_completed_event_id(completed_id);
  *attributes.mutable_upserted_memo() = from;
  merge_fields(from.fields(), *execution.memo.mutable_fields());
  return &event;
}

}  // namespace

void apply_command(Engine& engine, Execution& execution, commandpb::Command& command,
                   std::int64_t task_completed_event_id, const std::string& identity, AppliedCommands& applied) {
  Event* event = nullptr;
  switch (command.command_type()) {
    case enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK:
      event = schedule_activity(engine, execution, *command.mutable_schedule_activity_task_command_attributes(),
                                task_completed_event_id);
      if (command.schedule_activity_task_command_attributes().request_eager_execution()) {
        applied.eager_activities.push_back(event->event_id());
      }
      break;
    case enums::COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK: {
      const std::int64_t scheduled = command.request_cancel_activity_task_command_attributes().scheduled_event_id();
      bool canceled_at_once = false;
      event =
          request_cancel_activity(engine, execution, scheduled, task_completed_event_id, identity, canceled_at_once);
      applied.activity_canceled_at_once = applied.activity_canceled_at_once || canceled_at_once;
      break;
    }
    case enums::COMMAND_TYPE_START_TIMER:
      event = start_timer(engine, execution, command.start_timer_command_attributes(), task_completed_event_id);
      break;
    case enums::COMMAND_TYPE_CANCEL_TIMER:
      event = cancel_timer(engine, execution, command.cancel_timer_command_attributes().timer_id(),
                           task_completed_event_id, identity);
      break;
    case enums::COMMAND_TYPE_RECORD_MARKER:
      event = record_marker(engine, execution, command, task_completed_event_id);
      break;
    case enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION:
      event = complete_run(engine, execution, command, task_completed_event_id);
      break;
    case enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION:
      event = fail_run(engine, execution, command, task_completed_event_id);
      break;
    case enums::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION:
      event = cancel_run(engine, execution, command, task_completed_event_id);
      break;
    case enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION:
      event = continue_as_new(engine, execution, command, task_completed_event_id);
      break;
    case enums::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
      event = upsert_search_attributes(engine, execution, command, task_completed_event_id);
      break;
    case enums::COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES:
      event = modify_properties(engine, execution, command, task_completed_event_id);
      break;
    default:
      return;  // CommandCheck lets no other type through
  }
  if (command.has_user_metadata()) *event->mutable_user_metadata() = std::move(*command.mutable_user_metadata());
  event->mutable_event_group_markers()->Swap(command.mutable_event_group_markers());
}

}  // namespace temporalio::timeskip
