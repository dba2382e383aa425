#include "sdk/src/machines/timer.h"

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

}  // namespace temporalio::machines
