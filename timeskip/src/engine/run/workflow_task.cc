// The rules of workflow tasks: attempts, transient tasks, timeouts, stickiness.
#include "timeskip/src/engine/run/workflow_task.h"

#include <algorithm>
#include <utility>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/run/query.h"

namespace temporalio::timeskip {
namespace {

// How long a speculative task waits for a worker before an ordinary one takes its place.
constexpr Duration kSpeculativeTaskWait = std::chrono::seconds(5);

// After the third attempt a task gets more and more time, which slows down a worker that keeps failing it.
Duration task_timeout(const Execution& execution, std::int32_t attempt) {
  if (attempt <= 3) return execution.task_timeout;
  constexpr Duration kMax = std::chrono::minutes(10);
  Duration extra = std::chrono::seconds(5);
  for (std::int32_t doubling = 4; doubling < attempt && extra < kMax; ++doubling) extra *= 2;
  return execution.task_timeout + std::min(extra, kMax);
}

std::string describe_task_timer(const void* owner) {
  const auto& execution = *static_cast<const Execution*>(owner);
  return "timeout of workflow task " + std::to_string(execution.task.scheduled_event_id) + " of workflow '" +
         execution.workflow_id + "'";
}

void write_scheduled(Execution& execution, Time time) {
  WorkflowTask& task = execution.task;
  auto& event = execution.history.add(enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, time);
  auto& attributes = *event.mutable_workflow_task_scheduled_event_attributes();
  describe_task_queue(execution, attributes.mutable_task_queue());
  set_duration(attributes.mutable_start_to_close_timeout(), task.timeout);
  attributes.set_attempt(task.attempt);
  task.scheduled_event_id = event.event_id();
}

void fill_started(const Execution& execution, const std::string& identity,
                  historypb::WorkflowTaskStartedEventAttributes& attributes) {
  const WorkflowTask& task = execution.task;
  attributes.set_scheduled_event_id(task.scheduled_event_id);
  attributes.set_identity(identity);
  attributes.set_request_id(task.request_id);
  attributes.set_suggest_continue_as_new(task.suggest_continue_as_new);
  attributes.set_history_size_bytes(task.history_size);
  if (task.worker.has_value()) *attributes.mutable_worker_version() = *task.worker;
  if (task.history_size >= kSuggestContinueAsNewBytes) {
    attributes.add_suggest_continue_as_new_reasons(enums::SUGGEST_CONTINUE_AS_NEW_REASON_HISTORY_SIZE_TOO_LARGE);
  }
  if (execution.history.next_event_id() >= kSuggestContinueAsNewEvents) {
    attributes.add_suggest_continue_as_new_reasons(enums::SUGGEST_CONTINUE_AS_NEW_REASON_TOO_MANY_HISTORY_EVENTS);
  }
}

void write_started(Execution& execution, const std::string& identity) {
  WorkflowTask& task = execution.task;
  auto& event = execution.history.add(enums::EVENT_TYPE_WORKFLOW_TASK_STARTED, task.started_time);
  fill_started(execution, identity, *event.mutable_workflow_task_started_event_attributes());
  task.started_event_id = event.event_id();
  execution.history.end_batch();
}

void clear_task(Execution& execution) {
  execution.task.speculative = false;
  execution.task.state = WorkflowTask::State::kNone;
  execution.task.timer.cancel();
}

// The run loses its task. A sticky one is tried again on the normal queue before it counts as a failed attempt.
void lose_task(Execution& execution, bool count_attempt) {
  if (!execution.sticky_queue.empty()) {
    clear_stickiness(execution);
    count_attempt = false;
  }
  execution.task_attempt = count_attempt ? execution.task_attempt + 1 : 1;
  clear_task(execution);
  return_queries_of_task(execution);
}

void schedule_to_start_timeout(Engine& engine, Execution& execution) {
  commit_speculative_task(execution);
  auto& event = execution.history.add(enums::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, engine.now());
  auto& attributes = *event.mutable_workflow_task_timed_out_event_attributes();
  attributes.set_scheduled_event_id(execution.task.scheduled_event_id);
  attributes.set_timeout_type(enums::TIMEOUT_TYPE_SCHEDULE_TO_START);
  lose_task(execution, false);
  execution.needs_task = true;
  engine.touch(execution);
}

void dispatch_task(Engine& engine, Execution& execution) {
  WorkflowTask& task = execution.task;
  TaskQueue* queue = &workflow_queue(*execution.owner, execution.task_queue);
  if (task.speculative) {
    engine.timers.set(
        task.timer, later(task.scheduled_time, kSpeculativeTaskWait),
        [&engine, &execution] { schedule_to_start_timeout(engine, execution); }, describe_task_timer, &execution);
  }
  if (task.sticky) {
    TaskQueue& sticky = workflow_queue(*execution.owner, execution.sticky_queue);
    if (has_recent_poller(engine, sticky)) queue = &sticky;
    const Duration wait = task.speculative ? kSpeculativeTaskWait : execution.sticky_timeout;
    engine.timers.set(
        task.timer, later(task.scheduled_time, wait),
        [&engine, &execution] { schedule_to_start_timeout(engine, execution); }, describe_task_timer, &execution);
  }
  add_task(engine, *queue, {TaskRef::Kind::kWorkflow, execution.number, task.scheduled_event_id, task.stamp});
}

}  // namespace

void clear_stickiness(Execution& execution) {
  execution.sticky_queue.clear();
  execution.sticky_timeout = Duration(0);
}

void describe_task_queue(const Execution& execution, taskqueuepb::TaskQueue* out) {
  if (execution.sticky_queue.empty()) {
    out->set_name(execution.task_queue);
    out->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  } else {
    out->set_name(execution.sticky_queue);
    out->set_kind(enums::TASK_QUEUE_KIND_STICKY);
    out->set_normal_name(execution.task_queue);
  }
}

namespace {

void schedule_task(Engine& engine, Execution& execution, std::optional<Time> heartbeat_since, bool dispatch,
                   bool speculative) {
  WorkflowTask& task = execution.task;
  if (execution.history.has_buffered()) {
    execution.task_attempt = 1;
    execution.history.flush();
  }
  task.state = WorkflowTask::State::kScheduled;
  task.sticky = !execution.sticky_queue.empty();
  task.attempt = execution.task_attempt;
  task.stamp = execution.next_task_stamp++;
  task.timeout = task_timeout(execution, task.attempt);
  task.scheduled_time = engine.now();
  task.original_scheduled_time = heartbeat_since.value_or(task.scheduled_time);
  task.started_event_id = 0;
  task.request_id.clear();
  task.started_identity.clear();
  task.worker.reset();
  task.speculative = speculative && task.attempt == 1;
  task.written = task.attempt == 1 && !task.speculative;
  if (task.written) {
    write_scheduled(execution, task.scheduled_time);
  } else {
    task.scheduled_event_id = execution.history.next_event_id();
  }
  execution.in_first_backoff = false;
  execution.backoff_timer.cancel();
  if (dispatch) dispatch_task(engine, execution);
  engine.touch(execution);
}

}  // namespace

void schedule_workflow_task(Engine& engine, Execution& execution, std::optional<Time> heartbeat_since, bool dispatch) {
  schedule_task(engine, execution, heartbeat_since, dispatch, false);
}

void schedule_speculative_task(Engine& engine, Execution& execution, bool dispatch) {
  schedule_task(engine, execution, std::nullopt, dispatch, !execution.history.has_buffered());
}

void commit_speculative_task(Execution& execution, const std::string& identity) {
  WorkflowTask& task = execution.task;
  if (task.state == WorkflowTask::State::kNone || !task.speculative) return;
  task.speculative = false;
  task.written = true;
  write_scheduled(execution, task.scheduled_time);
  if (task.state == WorkflowTask::State::kStarted) write_started(execution, identity);
}

void discard_speculative_task(Engine& engine, Execution& execution) {
  execution.task_attempt = 1;
  execution.close_attempted = false;
  clear_task(execution);
  engine.touch(execution);
}

void start_workflow_task(Engine& engine, Execution& execution, TaskTaker taker) {
  WorkflowTask& task = execution.task;
  task.state = WorkflowTask::State::kStarted;
  task.started_time = engine.now();
  task.request_id = std::move(taker.request_id);
  task.started_identity = std::move(taker.identity);
  task.worker = std::move(taker.worker);
  task.history_size = taker.with_start ? 0 : execution.history.size_in_bytes();
  task.suggest_continue_as_new = task.history_size >= kSuggestContinueAsNewBytes ||
                                 execution.history.next_event_id() >= kSuggestContinueAsNewEvents;
  if (!task.written && task.scheduled_event_id != execution.history.next_event_id()) {
    task.attempt = execution.task_attempt = 1;
    task.written = true;
    write_scheduled(execution, task.started_time);
  }
  if (task.written) {
    write_started(execution, task.started_identity);
  } else {
    task.started_event_id = task.scheduled_event_id + 1;
  }
  engine.timers.set(
      task.timer, later(task.started_time, task.timeout),
      [&engine, &execution] { time_out_workflow_task(engine, execution); }, describe_task_timer, &execution);
  engine.touch(execution);
}

historypb::HistoryEvent& complete_workflow_task(Engine& engine, Execution& execution, const std::string& identity,
                                                const WorkerStamp& worker) {
  WorkflowTask& task = execution.task;
  if (!task.written) {
    task.worker = worker;
    write_scheduled(execution, task.scheduled_time);
    write_started(execution, identity);
  }
  auto& event = execution.history.add(enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED, engine.now());
  auto& attributes = *event.mutable_workflow_task_completed_event_attributes();
  attributes.set_scheduled_event_id(task.scheduled_event_id);
  attributes.set_started_event_id(task.started_event_id);
  attributes.set_identity(identity);
  execution.previous_started_event_id = task.started_event_id;
  execution.task_attempt = 1;
  execution.close_attempted = false;
  clear_task(execution);
  engine.touch(execution);
  return event;
}

historypb::HistoryEvent* fail_workflow_task(Engine& engine, Execution& execution, enums::WorkflowTaskFailedCause cause,
                                            const std::string& identity) {
  commit_speculative_task(execution, identity);
  WorkflowTask& task = execution.task;
  historypb::HistoryEvent* event = nullptr;
  if (task.written) {
    event = &execution.history.add(enums::EVENT_TYPE_WORKFLOW_TASK_FAILED, engine.now());
    auto& attributes = *event->mutable_workflow_task_failed_event_attributes();
    attributes.set_scheduled_event_id(task.scheduled_event_id);
    attributes.set_started_event_id(task.started_event_id);
    attributes.set_cause(cause);
    attributes.set_identity(identity);
  }
  lose_task(execution, true);
  if (cause == enums::WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND) execution.close_attempted = true;
  engine.touch(execution);
  return event;
}

void time_out_workflow_task(Engine& engine, Execution& execution) {
  commit_speculative_task(execution);
  const WorkflowTask& task = execution.task;
  if (task.written) {
    auto& event = execution.history.add(enums::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, engine.now());
    auto& attributes = *event.mutable_workflow_task_timed_out_event_attributes();
    attributes.set_scheduled_event_id(task.scheduled_event_id);
    attributes.set_started_event_id(task.started_event_id);
    attributes.set_timeout_type(enums::TIMEOUT_TYPE_START_TO_CLOSE);
  }
  lose_task(execution, true);
  execution.needs_task = true;
  engine.touch(execution);
}

void append_transient_events(const Execution& execution, const std::string& identity, historypb::History* out) {
  const WorkflowTask& task = execution.task;
  if (task.state == WorkflowTask::State::kNone || task.written) return;
  if (task.scheduled_event_id != execution.history.next_event_id()) return;  // something has come in between
  auto& scheduled = *out->add_events();
  scheduled.set_event_id(task.scheduled_event_id);
  scheduled.set_event_type(enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED);
  set_time(scheduled.mutable_event_time(), task.scheduled_time);
  auto& attributes = *scheduled.mutable_workflow_task_scheduled_event_attributes();
  describe_task_queue(execution, attributes.mutable_task_queue());
  set_duration(attributes.mutable_start_to_close_timeout(), task.timeout);
  attributes.set_attempt(task.attempt);
  if (task.state != WorkflowTask::State::kStarted) return;
  auto& started = *out->add_events();
  started.set_event_id(task.scheduled_event_id + 1);
  started.set_event_type(enums::EVENT_TYPE_WORKFLOW_TASK_STARTED);
  set_time(started.mutable_event_time(), task.started_time);
  fill_started(execution, identity, *started.mutable_workflow_task_started_event_attributes());
}

}  // namespace temporalio::timeskip
