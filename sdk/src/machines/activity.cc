#include "sdk/src/machines/activity.h"

namespace temporalio::machines {
namespace {

using S = ActivityState;
using I = ActivityInput;
using E = ActivityEffect;

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

}  // namespace temporalio::machines
