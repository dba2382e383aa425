#include "sdk/src/machines/timer.h"

#include <algorithm>

#include "sdk/src/payload/payload_proto.h"
#include "temporal/api/command/v1/message.pb.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::machines {
namespace {

using S = TimerState;
using I = TimerInput;
using E = TimerEffect;

constexpr TimerTransition kTransitions[] = {
    {S::created, I::start_recorded, S::started, E::none},
    {S::created, I::cancel, S::dropped, E::drop_and_resolve_cancelled},
    {S::started, I::fired, S::fired, E::resolve_fired},
    {S::started, I::cancel, S::cancel_created, E::resolve_cancelled},
    {S::cancel_created, I::cancel_recorded, S::cancelled, E::none},
    {S::fired, I::cancel, S::fired, E::none},
    {S::cancel_created, I::cancel, S::cancel_created, E::none},
    {S::cancelled, I::cancel, S::cancelled, E::none},
    {S::dropped, I::cancel, S::dropped, E::none},
};
constexpr TransitionTable<S, I, E, 6, 4> kTable(kTransitions);

}  // namespace

std::span<const TimerTransition> timer_transitions() { return kTransitions; }
std::optional<TimerEffect> apply(TimerState& state, TimerInput input) { return kTable.apply(state, input); }

CancelEffect TimerMachine::cancel() {
  const auto effect = machines::apply(state_, I::cancel);
  if (!effect || *effect == E::none) return {};
  if (*effect == E::resolve_cancelled) return {CommandKind::cancel_timer, true};
  return {std::nullopt, true};
}

Step TimerMachine::record(CommandKind kind, const HistoryEvent& event, const Recording&) {
  if (kind == CommandKind::start_timer) {
    if (!machines::apply(state_, I::start_recorded)) return not_allowed(event);
    const std::string& id = event.timer_started_event_attributes().timer_id();
    if (id != std::to_string(sequence_)) recorded_id_ = id;
    set_initiated_event_id(event.event_id());
    return Step::accept(Effect::opened);
  }
  const std::int64_t cancelled = event.timer_canceled_event_attributes().started_event_id();
  if (cancelled != initiated_event_id()) {
    return Step::diverge("Another timer was cancelled: the history cancels the one of event " +
                         std::to_string(cancelled) + ", the code that of event " +
                         std::to_string(initiated_event_id()));
  }
  if (!machines::apply(state_, I::cancel_recorded)) return not_allowed(event);
  return Step::accept(Effect::ended);
}

Step TimerMachine::apply(const HistoryEvent& event, const Recording& recording) {
  const std::string& id = event.timer_fired_event_attributes().timer_id();
  const bool compares_id = recorded_id_.empty() || recording.compares_generated_ids;
  if (compares_id && id != std::to_string(sequence_)) {
    return Step::diverge("Timer fired event did not have expected timer id " + std::to_string(sequence_) + ", it was " +
                         id);
  }
  if (!machines::apply(state_, I::fired)) return not_allowed(event);
  return Step::accept(Effect::closed);
}

std::string TimerMachine::describe(CommandKind kind) const {
  return std::string(command_name(kind)) + " (timer id " + in_quotes(std::to_string(sequence_)) + ")";
}

void TimerMachine::build(CommandKind, CommandMessage& message) const {
  message.mutable_cancel_timer_command_attributes()->set_timer_id(id());
}

void TimerMachine::build_start(Duration duration, CommandMessage& message) const {
  auto& attributes = *message.mutable_start_timer_command_attributes();
  attributes.set_timer_id(std::to_string(sequence_));
  payload::to_proto(std::max(duration, Duration::zero()), *attributes.mutable_start_to_fire_timeout());
}

}  // namespace temporalio::machines
