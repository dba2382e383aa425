// A remote activity. What workflow code sees on cancellation depends on the cancellation type, hence three cancel
// inputs.
//
//   state             input              next               effect
//   created           schedule_recorded  scheduled          -
//   created           cancel_*           dropped            drop the unsent command, resolve cancelled
//   scheduled         close              closed             resolve with the outcome
//   scheduled         cancel_try         cancel_created     issue RequestCancelActivity, resolve cancelled
//   scheduled         cancel_wait        cancel_created     issue RequestCancelActivity
//   scheduled         cancel_abandon     abandoned          resolve cancelled
//   cancel_created    cancel_recorded    cancel_recorded    -
//   cancel_recorded   close              closed             resolve with the outcome (nobody waits after try_cancel)
//   abandoned         close              closed             -
//   closed, dropped, cancel_created, cancel_recorded, abandoned: cancel changes nothing
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "sdk/src/machines/transition_table.h"

namespace temporalio::machines {

enum class ActivityState : std::uint8_t {
  created,
  scheduled,
  cancel_created,
  cancel_recorded,
  abandoned,
  closed,
  dropped
};
enum class ActivityInput : std::uint8_t {
  schedule_recorded,
  cancel_try,
  cancel_wait,
  cancel_abandon,
  cancel_recorded,
  close
};
enum class ActivityEffect : std::uint8_t {
  none,
  resolve_outcome,
  resolve_cancelled,
  drop_and_resolve_cancelled,
  request_cancel,
  request_cancel_and_resolve_cancelled
};

using ActivityTransition = Transition<ActivityState, ActivityInput, ActivityEffect>;
std::span<const ActivityTransition> activity_transitions();
std::optional<ActivityEffect> apply(ActivityState& state, ActivityInput input);

}  // namespace temporalio::machines
