// Applies the events of a history to the run, sequence by sequence.
#include <limits>

#include "sdk/src/base/siphash.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/run_state.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types
using machines::EventRole;

bool RunState::apply_history(const HistoryEvents& events, int begin) {
  Sequencer sequencer(events, begin);
  Sequence sequence;
  while (sequencer.next(sequence)) {
    if (!apply_sequence(events, sequence)) return false;
  }
  if (sequencer.error().empty()) return true;
  return fail(TaskVerdict::bad_history, sequencer.error(), sequencer.error_event_id());
}

bool RunState::apply_sequence(const HistoryEvents& events, const Sequence& sequence) {
  updates_.forget_closed();
  is_applying_recorded_task_ = sequence.is_completed();
  if (sequence.is_completed()) {
    updates_.expect_recorded(events, sequence);
  } else if (sequence.started >= 0 && messages_ != nullptr) {
    if (!accepted(updates_.expect(*messages_), events[sequence.started])) return false;
  }
  for (int i = sequence.begin; i < sequence.end; ++i) {
    const HistoryEvent& event = events[i];
    if (!accepted(cursor_.check(event), event)) return false;
    deliver_updates_before(event.event_id());
    if (!machines::is_unknown_and_ignorable(event) && !apply_event(event, i == sequence.started)) return false;
    cursor_.advance(event);
  }
  if (sequence.started < 0) return !is_expecting_commands_ || check_no_command_left(nullptr);
  deliver_updates_before(std::numeric_limits<std::int64_t>::max());
  is_replaying_ = sequence.is_completed();
  if (is_replaying_) {
    const HistoryEvent& completed = events[sequence.completed];
    if (!accepted(flags_.read(completed), completed)) return false;
    patches_.look_ahead(events, sequence);
  }
  return activate();
}

void RunState::deliver_updates_before(std::int64_t event_id) {
  while (Update* update = updates_.take_before(event_id)) jobs_.emplace_back(DeliverUpdate{update});
}

bool RunState::apply_event(const HistoryEvent& event, bool concludes) {
  const machines::EventRow& row = machines::row_of(event.event_type());
  if (row.role == EventRole::command) {
    if (is_expecting_commands_) return match(event);
    return diverge(event, commands_.front(),
                   "this event belongs to a command, but no workflow task completed just before it");
  }
  if (is_expecting_commands_ && event.event_type() != EVENT_TYPE_WORKFLOW_TASK_COMPLETED) {
    if (!check_no_command_left(&event)) return false;
    is_expecting_commands_ = false;
  }
  switch (row.role) {
    case EventRole::run:
      return apply_run_event(event, concludes);
    case EventRole::about:
      return apply_about(event, row);
    case EventRole::command:
    case EventRole::ignored:
      return true;
    case EventRole::unhandled:
      break;
  }
  if (event.worker_may_ignore()) return true;
  return fail(TaskVerdict::bad_history,
              "event " + std::to_string(event.event_id()) +
                  " is of a kind that this SDK does not handle: " + machines::event_type_name(event.event_type()),
              event.event_id());
}

bool RunState::apply_run_event(const HistoryEvent& event, bool concludes) {
  if (!accepted(cursor_.enter_task_phase(event), event)) return false;
  switch (event.event_type()) {
    case EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
      return on_started(event);
    case EVENT_TYPE_WORKFLOW_TASK_STARTED:
      if (concludes) {
        const auto& attributes = event.workflow_task_started_event_attributes();
        now_ = std::max(now_, payload::from_proto(event.event_time()));
        info_.history_length = event.event_id();
        info_.history_size_bytes = attributes.history_size_bytes();
        info_.is_continue_as_new_suggested = attributes.suggest_continue_as_new();
      }
      return true;
    case EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
      return on_task_completed(event);
    case EVENT_TYPE_WORKFLOW_TASK_FAILED: {
      const auto& attributes = event.workflow_task_failed_event_attributes();
      if (attributes.cause() == WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW && !attributes.new_run_id().empty()) {
        jobs_.emplace_back(UpdateRandomSeed{base::seed_of_run(attributes.new_run_id())});
      }
      return true;
    }
    case EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
      jobs_.emplace_back(DeliverSignal{&event});
      return true;
    case EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED:
      updates_.admit(event, is_applying_recorded_task_);
      return true;
    case EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
      jobs_.emplace_back(CancelWorkflow{});
      return true;
    default:
      return true;
  }
}

bool RunState::on_task_completed(const HistoryEvent& event) {
  if (is_expecting_commands_ && !check_no_command_left(&event)) return false;
  is_expecting_commands_ = true;
  patches_.begin_commands();
  completed_event_id_ = event.event_id();
  ++completed_tasks_;
  return accepted(flags_.read(event), event);  // also of tasks that are merged with the one behind them
}

bool RunState::on_started(const HistoryEvent& event) {
  if (event.event_id() != 1) {
    return fail(TaskVerdict::bad_history,
                "WorkflowExecutionStarted is event " + std::to_string(event.event_id()) + ", expected event 1",
                event.event_id());
  }
  const auto& a = event.workflow_execution_started_event_attributes();
  const auto optional_duration = [](const google::protobuf::Duration& d) -> std::optional<Duration> {
    const Duration duration = payload::from_proto(d);
    return duration > Duration::zero() ? std::optional<Duration>(duration) : std::nullopt;
  };
  info_.workflow_type = a.workflow_type().name();
  info_.workflow_id = options_.workflow_id.empty() ? a.workflow_id() : options_.workflow_id;
  info_.run_id = options_.run_id.empty() ? a.original_execution_run_id() : options_.run_id;
  info_.namespace_ = options_.namespace_;
  info_.task_queue = a.task_queue().name();
  info_.first_execution_run_id = a.first_execution_run_id();
  info_.continued_run_id = a.continued_execution_run_id();
  info_.cron_schedule = a.cron_schedule();
  info_.attempt = a.attempt() > 0 ? a.attempt() : 1;
  info_.start_time = now_ = payload::from_proto(event.event_time());
  info_.execution_timeout = optional_duration(a.workflow_execution_timeout());
  info_.run_timeout = optional_duration(a.workflow_run_timeout());
  info_.task_timeout = payload::from_proto(a.workflow_task_timeout());
  if (a.has_retry_policy()) *carried_over_.mutable_retry_policy() = a.retry_policy();
  if (a.has_memo()) *carried_over_.mutable_memo() = a.memo();
  if (a.has_search_attributes()) *carried_over_.mutable_search_attributes() = a.search_attributes();
  random_seed_ = base::seed_of_run(a.original_execution_run_id());
  definition_ = registry_.find(info_.workflow_type);
  if (definition_ == nullptr) {
    const std::string known = registry_.names();
    return fail(TaskVerdict::not_registered,
                "workflow type \"" + info_.workflow_type +
                    "\" is not registered; known types: " + (known.empty() ? std::string("none") : known));
  }
  jobs_.emplace_back(StartWorkflow{&event});
  return true;
}

bool RunState::apply_about(const HistoryEvent& event, const machines::EventRow& row) {
  const std::int64_t id = row.initiated_event_id(event);
  RunOperation* operation = open_.find(id);
  if (operation == nullptr || operation->machine().initiator() != row.about) return refuse_reference(event, id);
  const machines::Step step = operation->machine().apply(event, recording());
  if (!accepted(step, event)) return false;
  switch (step.effect()) {
    case machines::Effect::started:
      if (coro::Completion* completion = operation->on_started(event)) {
        jobs_.emplace_back(ResolveOperation{coro::Ref<RunOperation>(operation), completion});
      }
      break;
    case machines::Effect::closed:
      if (operation->wants_outcome()) {
        operation->on_closed(event);
        if (!options_.is_replay_only) resolved_.emplace_back(operation);
      }
      jobs_.emplace_back(ResolveOperation{open_.remove(*operation), &operation->completion()});
      break;
    case machines::Effect::ended:
      open_.remove(*operation);
      break;
    case machines::Effect::none:
    case machines::Effect::opened:
      break;
  }
  return true;
}

// Nothing is open that belongs to the event which this one refers to.
bool RunState::refuse_reference(const HistoryEvent& event, std::int64_t initiated_event_id) {
  if (initiated_event_id > 0 && initiated_event_id < event.event_id()) {
    return diverge(event, nullptr,
                   "this event belongs to what event " + std::to_string(initiated_event_id) +
                       " has started, but the code has nothing open that belongs to that event");
  }
  return fail(TaskVerdict::bad_history,
              machines::event_name(event) + " refers to event " + std::to_string(initiated_event_id) +
                  ", expected an earlier one",
              event.event_id());
}

}  // namespace temporalio::workflow
