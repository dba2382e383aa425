// Started events, run and execution timeouts, close events, and the runs that follow them.
#include "timeskip/src/engine/run/lifecycle.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "temporal/api/workflow/v1/message.pb.h"
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/core/nil_payload.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/core/retry_policy.h"
#include "timeskip/src/engine/run/runs.h"
#include "timeskip/src/engine/run/workflow_task.h"

namespace temporalio::timeskip {
namespace {

namespace workflowpb = ::temporal::api::workflow::v1;

std::string describe_run_timer(const void* owner) {
  return "run timeout of workflow '" + static_cast<const Execution*>(owner)->workflow_id + "'";
}

std::string describe_backoff(const void* owner) {
  return "first workflow task of workflow '" + static_cast<const Execution*>(owner)->workflow_id + "'";
}

const historypb::WorkflowExecutionStartedEventAttributes& started_attributes(const Execution& execution) {
  return execution.history.event(1).workflow_execution_started_event_attributes();
}

// Run and execution timeout share what they do; only before the end of the chain may the run be retried.
void time_out_run(Engine& engine, Execution& execution) {
  failurepb::Failure failure;
  failure.set_message("workflow timeout");
  failure.set_source("Server");
  failure.mutable_timeout_failure_info()->set_timeout_type(enums::TIMEOUT_TYPE_START_TO_CLOSE);
  RetryDecision decision{enums::RETRY_STATE_TIMEOUT, {}};
  const bool chain_goes_on =
      !execution.execution_expiration.has_value() || *execution.execution_expiration > engine.now();
  if (chain_goes_on) {
    decision = execution.retry_policy.has_value()
                   ? decide_retry(*execution.retry_policy, failure, execution.attempt, engine.now(),
                                  execution.execution_expiration, RetryOf::kWorkflow)
                   : RetryDecision{enums::RETRY_STATE_RETRY_POLICY_NOT_SET, {}};
  }
  force_close_task(engine, execution);
  auto& event = close_run(engine, execution, enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT,
                          enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT);
  auto& attributes = *event.mutable_workflow_execution_timed_out_event_attributes();
  attributes.set_retry_state(decision.state);
  if (decision.state == enums::RETRY_STATE_IN_PROGRESS) {
    attributes.set_new_execution_run_id(start_retry_run(engine, execution, failure, decision.delay));
  }
}

void set_run_timer(Engine& engine, Execution& execution) {
  const std::optional<Time> end = run_expiration(execution);
  if (!end.has_value()) return;
  engine.timers.set(
      execution.run_timer, *end, [&engine, &execution] { time_out_run(engine, execution); }, describe_run_timer,
      &execution);
}

void fill_started(Engine& engine, Execution& execution, NewRun& run) {
  auto& event = execution.history.add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, engine.now());
  if (run.user_metadata != nullptr) *event.mutable_user_metadata() = *run.user_metadata;
  if (run.links != nullptr) *event.mutable_links() = *run.links;
  auto& attributes = *event.mutable_workflow_execution_started_event_attributes();
  attributes = std::move(run.attributes);
  attributes.set_workflow_id(execution.workflow_id);
  attributes.set_original_execution_run_id(execution.run_id);
  attributes.set_first_execution_run_id(execution.first_run_id);
  attributes.set_attempt(execution.attempt);
  if (execution.execution_timeout > Duration(0)) {
    set_duration(attributes.mutable_workflow_execution_timeout(), execution.execution_timeout);
  }
  if (execution.run_timeout > Duration(0)) {
    set_duration(attributes.mutable_workflow_run_timeout(), execution.run_timeout);
  }
  set_duration(attributes.mutable_workflow_task_timeout(), execution.task_timeout);
  if (run.backoff > Duration(0) || attributes.continued_execution_run_id().empty()) {
    set_duration(attributes.mutable_first_workflow_task_backoff(), run.backoff);
  } else {
    attributes.clear_first_workflow_task_backoff();
  }
  if (execution.execution_expiration.has_value()) {
    set_time(attributes.mutable_workflow_execution_expiration_time(), *execution.execution_expiration);
  }
}

// The builds of former runs are known to the run that follows; a reset to them is possible for as long as they are
// kept.
void roll_over_builds(const Execution& previous, Time now, workflowpb::ResetPoints& points) {
  points.Clear();
  for (const Execution::Build& build : previous.builds) {
    if (build.expire_time.has_value() && *build.expire_time < now) continue;
    auto& point = *points.add_points();
    point.set_binary_checksum(build.checksum);
    point.set_build_id(build.id);
    point.set_run_id(build.run_id);
    point.set_first_workflow_task_completed_id(build.first_completed_event_id);
    set_time(point.mutable_create_time(), build.first_completed_time);
    set_time(point.mutable_expire_time(), build.expire_time.value_or(later(now, previous.owner->retention)));
    point.set_resettable(true);
  }
}

std::vector<Execution::Build> builds_of(const workflowpb::ResetPoints& points) {
  std::vector<Execution::Build> builds;
  for (const auto& point : points.points()) {
    builds.push_back({point.binary_checksum(), point.build_id(), point.run_id(),
                      point.first_workflow_task_completed_id(), to_time(point.create_time()),
                      to_time(point.expire_time())});
  }
  return builds;
}

}  // namespace

commonpb::WorkflowExecution root_of(const Execution& execution) {
  const auto& attributes = started_attributes(execution);
  if (attributes.has_root_workflow_execution()) return attributes.root_workflow_execution();
  commonpb::WorkflowExecution self;
  self.set_workflow_id(execution.workflow_id);
  self.set_run_id(execution.run_id);
  return self;
}

std::optional<Time> run_expiration(const Execution& execution) {
  std::optional<Time> end = execution.execution_expiration;
  if (execution.run_timeout > Duration(0)) {
    const Time run_end = later(execution.execution_time, execution.run_timeout);
    end = end.has_value() ? std::min(*end, run_end) : run_end;
  }
  return end;
}

Execution& start_run(Engine& engine, Namespace& owner, NewRun& run,
                     const std::function<void(Execution&)>& before_task) {
  Execution& execution = add_execution(engine, owner, run.workflow_id, run.run_id);
  auto& attributes = run.attributes;
  execution.first_run_id = run.first_run_id.empty() ? execution.run_id : run.first_run_id;
  execution.original_run_id = execution.run_id;
  execution.start_request_id = run.request_id;
  execution.workflow_type = attributes.workflow_type().name();
  execution.task_queue = attributes.task_queue().name();
  execution.execution_timeout = to_duration(attributes.workflow_execution_timeout());
  execution.run_timeout = to_duration(attributes.workflow_run_timeout());
  if (execution.run_timeout == Duration(0)) execution.run_timeout = execution.execution_timeout;
  if (execution.execution_timeout > Duration(0)) {
    execution.run_timeout = std::min(execution.run_timeout, execution.execution_timeout);
  }
  execution.task_timeout = to_duration(attributes.workflow_task_timeout());
  if (execution.task_timeout == Duration(0)) execution.task_timeout = kDefaultTaskTimeout;
  execution.task_timeout = std::min(execution.task_timeout, kMaxTaskTimeout);
  if (execution.run_timeout > Duration(0)) {
    execution.task_timeout = std::min(execution.task_timeout, execution.run_timeout);
  }
  execution.start_time = engine.now();
  execution.execution_time = later(execution.start_time, run.backoff);
  execution.execution_expiration = run.execution_expiration;
  if (!run.execution_expiration.has_value() && execution.execution_timeout > Duration(0)) {
    execution.execution_expiration = later(execution.execution_time, execution.execution_timeout);
  }
  execution.attempt = std::max(1, attributes.attempt());
  if (attributes.has_retry_policy()) execution.retry_policy = attributes.retry_policy();
  drop_nil_fields(*attributes.mutable_memo()->mutable_fields());
  drop_nil_fields(*attributes.mutable_search_attributes()->mutable_indexed_fields());
  if (attributes.memo().fields().empty()) attributes.clear_memo();
  if (attributes.search_attributes().indexed_fields().empty()) attributes.clear_search_attributes();
  execution.memo = attributes.memo();
  execution.builds = builds_of(attributes.prev_auto_reset_points());
  execution.search_attributes = attributes.search_attributes();

  fill_started(engine, execution, run);
  set_run_timer(engine, execution);
  if (run.backoff > Duration(0)) {
    execution.in_first_backoff = true;
    engine.timers.set(
        execution.backoff_timer, execution.execution_time,
        [&engine, &execution] {
          execution.in_first_backoff = false;
          execution.needs_task = true;
          engine.touch(execution);
        },
        describe_backoff, &execution);
  }
  if (before_task) before_task(execution);
  execution.needs_task = run.backoff == Duration(0);
  engine.touch(execution);
  return execution;
}

historypb::HistoryEvent& close_run(Engine& engine, Execution& execution, enums::EventType type,
                                   enums::WorkflowExecutionStatus status) {
  execution.history.drop_buffered();
  auto& event = execution.history.add(type, engine.now());
  execution.status = status;
  execution.close_time = engine.now();
  execution.has_changed_attributes = true;
  execution.task.state = WorkflowTask::State::kNone;
  execution.task.timer.cancel();
  execution.run_timer.cancel();
  execution.backoff_timer.cancel();
  execution.in_first_backoff = false;
  execution.needs_task = false;
  execution.activities.clear();
  execution.activity_ids.clear();
  execution.timers.clear();
  execution.external_requests.clear();
  engine.touch(execution);
  retain_closed(engine, execution);
  for (const Engine::CloseHook hook : engine.close_hooks) {
    engine.after_commit([&engine, &execution, hook] { hook(engine, execution); });
  }
  return event;
}

void force_close_task(Engine& engine, Execution& execution) {
  if (execution.task.state == WorkflowTask::State::kStarted) {
    fail_workflow_task(engine, execution, enums::WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND, kServerIdentity);
  }
  execution.history.flush();
}

historypb::HistoryEvent& terminate_run(Engine& engine, Execution& execution, const std::string& reason,
                                       const commonpb::Payloads* details, const std::string& identity) {
  force_close_task(engine, execution);
  auto& event = close_run(engine, execution, enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
                          enums::WORKFLOW_EXECUTION_STATUS_TERMINATED);
  auto& attributes = *event.mutable_workflow_execution_terminated_event_attributes();
  attributes.set_reason(reason);
  attributes.set_identity(identity);
  if (details != nullptr) *attributes.mutable_details() = *details;
  return event;
}

std::optional<std::string> enforce_history_limits(Engine& engine, Execution& execution, std::int64_t more_events) {
  const char* reason = nullptr;
  if (execution.history.size_in_bytes() > kMaxHistoryBytes) {
    reason = "Workflow history size exceeds limit.";
  } else if (execution.history.last_event_id() + more_events > kMaxHistoryEvents) {
    reason = "Workflow history count exceeds limit.";
  }
  if (reason == nullptr) return std::nullopt;
  terminate_run(engine, execution, reason, nullptr, kServerIdentity);
  return reason;
}

std::string start_retry_run(Engine& engine, Execution& previous, const failurepb::Failure& failure, Duration backoff) {
  const auto& old = started_attributes(previous);
  NewRun run;
  run.workflow_id = previous.workflow_id;
  run.run_id = engine.ids.uuid();
  run.first_run_id = previous.first_run_id;
  run.request_id = engine.ids.uuid();
  run.backoff = backoff;
  run.execution_expiration = previous.execution_expiration;
  run.attributes = old;
  auto& attributes = run.attributes;
  attributes.clear_eager_execution_accepted();
  attributes.set_continued_execution_run_id(previous.run_id);
  attributes.set_initiator(enums::CONTINUE_AS_NEW_INITIATOR_RETRY);
  *attributes.mutable_continued_failure() = failure;
  attributes.set_attempt(previous.attempt + 1);
  attributes.clear_identity();
  roll_over_builds(previous, engine.now(), *attributes.mutable_prev_auto_reset_points());
  previous.successor_run_id = run.run_id;
  start_run(engine, *previous.owner, run);
  return previous.successor_run_id;
}

void start_continued_run(Engine& engine, Execution& previous, const std::string& run_id, Duration backoff,
                         const historypb::WorkflowExecutionContinuedAsNewEventAttributes& continued,
                         const commandpb::ContinueAsNewWorkflowExecutionCommandAttributes& command) {
  const auto& old = started_attributes(previous);
  NewRun run;
  run.workflow_id = previous.workflow_id;
  run.run_id = run_id;
  run.first_run_id = previous.first_run_id;
  run.request_id = engine.ids.uuid();
  run.backoff = backoff;
  run.execution_expiration = previous.execution_expiration;
  auto& attributes = run.attributes;
  attributes = old;
  *attributes.mutable_workflow_type() = continued.workflow_type();
  *attributes.mutable_task_queue() = continued.task_queue();
  attributes.clear_input();
  if (continued.has_input()) *attributes.mutable_input() = continued.input();
  *attributes.mutable_workflow_run_timeout() = continued.workflow_run_timeout();
  *attributes.mutable_workflow_task_timeout() = continued.workflow_task_timeout();
  attributes.set_continued_execution_run_id(previous.run_id);
  attributes.set_initiator(enums::CONTINUE_AS_NEW_INITIATOR_WORKFLOW);
  attributes.clear_continued_failure();
  if (command.has_failure()) *attributes.mutable_continued_failure() = command.failure();
  attributes.clear_last_completion_result();
  if (command.has_last_completion_result()) {
    *attributes.mutable_last_completion_result() = command.last_completion_result();
  }
  attributes.clear_header();
  if (command.has_header()) *attributes.mutable_header() = command.header();
  attributes.clear_retry_policy();  // nor is this
  if (command.has_retry_policy()) {
    *attributes.mutable_retry_policy() = command.retry_policy();
    complete_retry_policy(*attributes.mutable_retry_policy());
  }
  attributes.set_attempt(1);
  attributes.clear_identity();
  attributes.clear_eager_execution_accepted();
  *attributes.mutable_memo() = continued.memo();
  *attributes.mutable_search_attributes() = continued.search_attributes();  // neither is inherited
  roll_over_builds(previous, engine.now(), *attributes.mutable_prev_auto_reset_points());
  previous.successor_run_id = run_id;
  start_run(engine, *previous.owner, run);
}

}  // namespace temporalio::timeskip
