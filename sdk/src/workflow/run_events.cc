// Applies the events of a history to the run's machines, sequence by sequence.
#include "sdk/src/base/siphash.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/run_state.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types

bool RunState::apply_history(const HistoryEvents& events, int begin) {
  Sequencer sequencer(events, begin);
  Sequence sequence;
  while (sequencer.next(sequence)) {
    if (!apply_sequence(events, sequence)) return false;
  }
  if (!sequencer.error().empty()) {
    fail(TaskVerdict::bad_history, sequencer.error(), sequencer.error_event_id());
    return false;
  }
  return true;
}

bool RunState::apply_sequence(const HistoryEvents& events, const Sequence& sequence) {
  for (int i = sequence.begin; i < sequence.end; ++i) {
    const HistoryEvent& event = events[i];
    if (event.event_id() != last_event_id_ + 1) {
      fail(TaskVerdict::bad_history,
           "history is out of order: expected event " + std::to_string(last_event_id_ + 1) + ", found event " +
               std::to_string(event.event_id()) + " (" + machines::event_type_name(event.event_type()) + ")",
           event.event_id());
      return false;
    }
    if (machines::is_unknown_and_ignorable(event)) {
      last_event_id_ = event.event_id();
      continue;
    }
    if (is_history_closed_) {
      fail(TaskVerdict::bad_history,
           "event " + std::to_string(event.event_id()) + " (" + machines::event_type_name(event.event_type()) +
               ") follows the event that closed the workflow",
           event.event_id());
      return false;
    }
    if (!machines::has_its_attributes(event)) {
      fail(TaskVerdict::bad_history,
           "event " + std::to_string(event.event_id()) + " (" + machines::event_type_name(event.event_type()) +
               ") does not carry the attributes of its type",
           event.event_id());
      return false;
    }
    if (!apply_event(event, i == sequence.started)) return false;
    last_event_id_ = event.event_id();
  }
  if (sequence.started < 0) return !is_expecting_commands_ || check_no_command_left(nullptr);
  is_replaying_ = sequence.is_completed();
  if (is_replaying_) {
    if (!read_completed_metadata(events[sequence.completed])) return false;
    look_ahead(events, sequence);
  }
  return activate();
}

bool RunState::apply_event(const HistoryEvent& event, bool concludes) {
  const EventType type = event.event_type();
  if (machines::is_command_event(type)) {
    if (is_expecting_commands_) {
      if (!match(event)) return false;
      is_history_closed_ = machines::is_closing_event(type);
      return true;
    }
    return diverge(event, front_command(),
                   "this event belongs to a command, but no workflow task completed just before it");
  }
  if (is_expecting_commands_ && type != EVENT_TYPE_WORKFLOW_TASK_COMPLETED) {
    if (!check_no_command_left(&event)) return false;
    is_expecting_commands_ = false;
  }
  if (!check_task_phase(event)) return false;
  switch (type) {
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
      if (is_expecting_commands_ && !check_no_command_left(&event)) return false;
      is_expecting_commands_ = true;
      patch_upsert_ = PatchUpsert::none;
      completed_event_id_ = event.event_id();
      ++completed_tasks_;
      return read_completed_metadata(event);  // also of tasks that are merged with the one behind them
    case EVENT_TYPE_WORKFLOW_TASK_FAILED: {
      const auto& attributes = event.workflow_task_failed_event_attributes();
      if (attributes.cause() == WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW && !attributes.new_run_id().empty()) {
        random_seed_ = base::seed_of_run(attributes.new_run_id());
        random_.reset();
      }
      return true;
    }
    case EVENT_TYPE_TIMER_FIRED:
      return on_operation_closed(event, event.timer_fired_event_attributes().started_event_id(),
                                 RunOperation::Kind::timer);
    case EVENT_TYPE_ACTIVITY_TASK_STARTED:
      return on_activity_started(event);
    case EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
      return on_operation_closed(event, event.activity_task_completed_event_attributes().scheduled_event_id(),
                                 RunOperation::Kind::activity);
    case EVENT_TYPE_ACTIVITY_TASK_FAILED:
      return on_operation_closed(event, event.activity_task_failed_event_attributes().scheduled_event_id(),
                                 RunOperation::Kind::activity);
    case EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
      return on_operation_closed(event, event.activity_task_timed_out_event_attributes().scheduled_event_id(),
                                 RunOperation::Kind::activity);
    case EVENT_TYPE_ACTIVITY_TASK_CANCELED:
      return on_operation_closed(event, event.activity_task_canceled_event_attributes().scheduled_event_id(),
                                 RunOperation::Kind::activity);
    case EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
      signals_.push_back(&event);
      return true;
    case EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
      jobs_.push_back(Job{nullptr});
      return true;
    case EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
    case EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
      is_history_closed_ = true;
      return true;
    case EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
    case EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
    case EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_PAUSED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_UNPAUSED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED:
    case EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED_EXTERNALLY:
    case EVENT_TYPE_ACTIVITY_PROPERTIES_MODIFIED_EXTERNALLY:
    case EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED:
    case EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED:
      return true;
    default:
      if (event.worker_may_ignore()) return true;
      fail(TaskVerdict::bad_history,
           "event " + std::to_string(event.event_id()) +
               " is of a kind that this SDK does not handle: " + machines::event_type_name(type),
           event.event_id());
      return false;
  }
}

bool RunState::on_started(const HistoryEvent& event) {
  if (event.event_id() != 1) {
    fail(TaskVerdict::bad_history,
         "WorkflowExecutionStarted is event " + std::to_string(event.event_id()) + ", expected event 1",
         event.event_id());
    return false;
  }
  const auto& a = event.workflow_execution_started_event_attributes();
  const auto optional_duration = [](const google::protobuf::Duration& d) -> std::optional<Duration> {
    const Duration duration = payload::from_proto(d);
    return duration > Duration::zero() ? std::optional<Duration>(duration) : std::nullopt;
  };
  started_event_ = &event;
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
  random_seed_ = base::seed_of_run(a.original_execution_run_id());
  definition_ = registry_.find(info_.workflow_type);
  if (definition_ == nullptr) {
    const std::string known = registry_.names();
    fail(TaskVerdict::not_registered, "workflow type \"" + info_.workflow_type + "\" is not registered; known types: " +
                                          (known.empty() ? std::string("none") : known));
    return false;
  }
  return true;
}

// A workflow task is scheduled, then started, then it ends.
bool RunState::check_task_phase(const HistoryEvent& event) {
  const auto enter = [&](bool is_allowed, TaskPhase next, const char* expected) {
    if (is_allowed) {
      task_phase_ = next;
      return true;
    }
    fail(TaskVerdict::bad_history,
         "event " + std::to_string(event.event_id()) + " (" + machines::event_type_name(event.event_type()) +
             ") comes without its " + expected + " before it",
         event.event_id());
    return false;
  };
  switch (event.event_type()) {
    case EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
      return enter(true, TaskPhase::scheduled, "");
    case EVENT_TYPE_WORKFLOW_TASK_STARTED:
      return enter(task_phase_ == TaskPhase::scheduled, TaskPhase::started, "WorkflowTaskScheduled");
    case EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
      return enter(task_phase_ == TaskPhase::started, TaskPhase::none, "WorkflowTaskStarted");
    case EVENT_TYPE_WORKFLOW_TASK_FAILED:
    case EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
      return enter(task_phase_ != TaskPhase::none, TaskPhase::none, "WorkflowTaskScheduled");
    default:
      return true;
  }
}

bool RunState::on_activity_started(const HistoryEvent& event) {
  const std::int64_t scheduled = event.activity_task_started_event_attributes().scheduled_event_id();
  RunOperation* operation = open_.find(scheduled);
  if (operation == nullptr || operation->kind() != RunOperation::Kind::activity) {
    return refuse_reference(event, scheduled);
  }
  static_cast<ActivityOperation*>(operation)->set_started();
  return true;
}

// Nothing is open that belongs to the event which this one refers to.
bool RunState::refuse_reference(const HistoryEvent& event, std::int64_t initiated_event_id) {
  if (initiated_event_id > 0 && initiated_event_id < event.event_id()) {
    return diverge(event, nullptr,
                   "this event belongs to what event " + std::to_string(initiated_event_id) +
                       " has started, but the code has nothing open that belongs to that event");
  }
  fail(TaskVerdict::bad_history,
       "event " + std::to_string(event.event_id()) + " (" + machines::event_type_name(event.event_type()) +
           ") refers to event " + std::to_string(initiated_event_id) + ", expected an earlier one",
       event.event_id());
  return false;
}

// What an activity cannot have come to, whatever the code did.
bool RunState::check_activity_end(const HistoryEvent& event, ActivityOperation& activity) {
  const char* missing = nullptr;
  switch (event.event_type()) {
    case EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
    case EVENT_TYPE_ACTIVITY_TASK_FAILED:
      if (!activity.is_started()) missing = "ActivityTaskStarted";
      break;
    case EVENT_TYPE_ACTIVITY_TASK_CANCELED:
      if (activity.state() == machines::ActivityState::scheduled ||
          activity.state() == machines::ActivityState::abandoned) {
        missing = "ActivityTaskCancelRequested";
      }
      break;
    default:
      break;
  }
  if (missing == nullptr) return true;
  fail(TaskVerdict::bad_history,
       "event " + std::to_string(event.event_id()) + " (" + machines::event_type_name(event.event_type()) +
           ") ends the activity of event " + std::to_string(activity.initiated_event_id()) + " without " + missing +
           " before it",
       event.event_id());
  return false;
}

bool RunState::on_operation_closed(const HistoryEvent& event, std::int64_t initiated_event_id,
                                   RunOperation::Kind kind) {
  RunOperation* operation = open_.find(initiated_event_id);
  if (operation == nullptr || operation->kind() != kind) {
    return refuse_reference(event, initiated_event_id);
  }
  bool is_allowed = false;
  if (kind == RunOperation::Kind::timer) {
    auto& timer = static_cast<TimerOperation&>(*operation);
    const std::string& id = event.timer_fired_event_attributes().timer_id();
    const bool compares_id = timer.is_numbered_as_here() || has_core_flag(kCoreIdAndTypeChecks);
    if (compares_id && id != std::to_string(timer.sequence())) {
      return diverge(
          event, nullptr,
          "Timer fired event did not have expected timer id " + std::to_string(timer.sequence()) + ", it was " + id);
    }
    is_allowed = machines::apply(timer.state(), machines::TimerInput::fired).has_value();
  } else {
    auto& activity = static_cast<ActivityOperation&>(*operation);
    if (!check_activity_end(event, activity)) return false;
    is_allowed = machines::apply(activity.state(), machines::ActivityInput::close).has_value();
    if (is_allowed && !activity.completion().is_resolved()) {
      activity.set_outcome(event);
      if (!options_.is_replay_only) resolved_.emplace_back(operation);
    }
  }
  if (!is_allowed) {
    return diverge(event, nullptr, "the code has already cancelled what this event ends");
  }
  open_.erase(initiated_event_id);
  jobs_.push_back(Job{operation});  // the map's reference goes to the job
  return true;
}

bool RunState::read_completed_metadata(const HistoryEvent& event) {
  const auto& attributes = event.workflow_task_completed_event_attributes();
  if (!attributes.has_sdk_metadata()) return true;
  const auto& metadata = attributes.sdk_metadata();
  if (!metadata.sdk_name().empty()) sdk_name_ = metadata.sdk_name();
  const auto refuse = [&](const char* kind, std::uint32_t flag) {
    fail(TaskVerdict::bad_history,
         "event " + std::to_string(event.event_id()) + " (WorkflowTaskCompleted) was recorded with " + kind + " flag " +
             std::to_string(flag) + ", which this version of the SDK does not know; replay it with a newer one",
         event.event_id());
    return false;
  };
  for (const std::uint32_t flag : metadata.core_used_flags()) {
    if (flag == 0 || flag > kLastCoreFlag) return refuse("core", flag);
    core_flags_ |= std::uint64_t{1} << flag;
  }
  if (sdk_name_ == kSdkName) {  // the numbers mean something else in every SDK
    needs_sdk_name_ = false;
    for (const std::uint32_t flag : metadata.lang_used_flags()) {
      if (flag == 0 || flag > kLastLangFlag) return refuse("language", flag);
      lang_flags_ |= std::uint64_t{1} << flag;
    }
  }
  return true;
}

}  // namespace temporalio::workflow
