#include "sdk/src/machines/activity.h"

#include "temporal/api/command/v1/message.pb.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::machines {
namespace {

using S = ActivityState;
using I = ActivityInput;
using E = ActivityEffect;
using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types

constexpr ActivityTransition kTransitions[] = {
    {S::created, I::schedule_recorded, S::scheduled, E::none},
    {S::created, I::cancel_try, S::dropped, E::drop_and_resolve_cancelled},
    {S::created, I::cancel_wait, S::dropped, E::drop_and_resolve_cancelled},
    {S::created, I::cancel_abandon, S::dropped, E::drop_and_resolve_cancelled},
    {S::scheduled, I::close, S::closed, E::resolve_outcome},
    {S::scheduled, I::cancel_try, S::cancel_created, E::request_cancel_and_resolve_cancelled},
    {S::scheduled, I::cancel_wait, S::cancel_created, E::request_cancel},
    {S::scheduled, I::cancel_abandon, S::abandoned, E::resolve_cancelled},
    {S::cancel_created, I::cancel_recorded, S::cancel_recorded, E::none},
    {S::cancel_recorded, I::close, S::closed, E::resolve_outcome},
    {S::abandoned, I::close, S::closed, E::none},
    {S::cancel_created, I::cancel_try, S::cancel_created, E::none},
    {S::cancel_created, I::cancel_wait, S::cancel_created, E::none},
    {S::cancel_recorded, I::cancel_try, S::cancel_recorded, E::none},
    {S::cancel_recorded, I::cancel_wait, S::cancel_recorded, E::none},
    {S::abandoned, I::cancel_abandon, S::abandoned, E::none},
    {S::closed, I::cancel_try, S::closed, E::none},
    {S::closed, I::cancel_wait, S::closed, E::none},
    {S::closed, I::cancel_abandon, S::closed, E::none},
    {S::dropped, I::cancel_try, S::dropped, E::none},
    {S::dropped, I::cancel_wait, S::dropped, E::none},
    {S::dropped, I::cancel_abandon, S::dropped, E::none},
};
constexpr TransitionTable<S, I, E, 7, 6> kTable(kTransitions);

}  // namespace

std::span<const ActivityTransition> activity_transitions() { return kTransitions; }
std::optional<ActivityEffect> apply(ActivityState& state, ActivityInput input) { return kTable.apply(state, input); }

CancelEffect ActivityMachine::cancel() {
  const auto effect = machines::apply(state_, cancel_input_);
  if (!effect) return {};
  switch (*effect) {
    case E::none:
    case E::resolve_outcome:
      return {};
    case E::request_cancel:
      return {CommandKind::request_cancel_activity, false};
    case E::request_cancel_and_resolve_cancelled:
      return {CommandKind::request_cancel_activity, true};
    case E::resolve_cancelled:
    case E::drop_and_resolve_cancelled:
      return {std::nullopt, true};
  }
  return {};
}

Step ActivityMachine::record(CommandKind kind, const HistoryEvent& event, const Recording& recording) {
  if (kind == CommandKind::schedule_activity) return record_scheduled(event, recording);
  const std::int64_t named = event.activity_task_cancel_requested_event_attributes().scheduled_event_id();
  if (named != initiated_event_id()) {
    return Step::diverge("Cancellation of another activity was requested: the history names event " +
                         std::to_string(named) + ", the code that of event " + std::to_string(initiated_event_id()));
  }
  if (!machines::apply(state_, I::cancel_recorded)) return not_allowed(event);
  return Step::accept();
}

Step ActivityMachine::record_scheduled(const HistoryEvent& event, const Recording& recording) {
  const auto& recorded = event.activity_task_scheduled_event_attributes();
  if (recorded.activity_type().name() != type_) {
    return Step::diverge("Activity type of scheduled event " + in_quotes(recorded.activity_type().name()) +
                         " does not match activity type of activity command " + in_quotes(type_));
  }
  // Generated ids differ between SDKs; they are compared only where the recording SDK numbers as this one does.
  const bool compares_id = !explicit_id_.empty() || recording.compares_generated_ids;
  if (compares_id && recorded.activity_id() != id()) {
    return Step::diverge("Activity id of scheduled event " + in_quotes(recorded.activity_id()) +
                         " does not match activity id of activity command " + in_quotes(id()));
  }
  if (!machines::apply(state_, I::schedule_recorded)) return not_allowed(event);
  set_initiated_event_id(event.event_id());
  return Step::accept(Effect::opened);
}

// The event without which the activity cannot have come to this end, whatever the code did; null: it can have.
const char* ActivityMachine::missing_before(const HistoryEvent& end) const {
  switch (end.event_type()) {
    case EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
    case EVENT_TYPE_ACTIVITY_TASK_FAILED:
      return is_started_ ? nullptr : "ActivityTaskStarted";
    case EVENT_TYPE_ACTIVITY_TASK_CANCELED:
      return state_ == S::scheduled || state_ == S::abandoned ? "ActivityTaskCancelRequested" : nullptr;
    default:
      return nullptr;
  }
}

Step ActivityMachine::apply(const HistoryEvent& event, const Recording&) {
  if (event.event_type() == EVENT_TYPE_ACTIVITY_TASK_STARTED) {
    is_started_ = true;
    return Step::accept();
  }
  if (const char* missing = missing_before(event)) {
    return Step::bad_history(event_name(event) + " ends the activity of event " + std::to_string(initiated_event_id()) +
                             " without " + missing + " before it");
  }
  if (!machines::apply(state_, I::close)) return not_allowed(event);
  return Step::accept(Effect::closed);
}

std::string ActivityMachine::describe(CommandKind kind) const {
  return std::string(command_name(kind)) + " (activity type " + in_quotes(type_) + ", id " + in_quotes(id()) + ")";
}

void ActivityMachine::build(CommandKind, CommandMessage& message) const {
  message.mutable_request_cancel_activity_task_command_attributes()->set_scheduled_event_id(initiated_event_id());
}

}  // namespace temporalio::machines
