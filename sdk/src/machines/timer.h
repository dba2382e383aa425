// A durable timer.
//
//   state          input             next            effect
//   created        start_recorded    started         -
//   created        cancel            dropped         drop the unsent command, resolve cancelled
//   started        fired             fired           resolve
//   started        cancel            cancel_created  issue CancelTimer, resolve cancelled
//   cancel_created cancel_recorded   cancelled       -
//   fired, cancel_created, cancelled, dropped: cancel changes nothing
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "sdk/src/machines/transition_table.h"

namespace temporalio::machines {

enum class TimerState : std::uint8_t { created, started, cancel_created, fired, cancelled, dropped };
enum class TimerInput : std::uint8_t { start_recorded, fired, cancel, cancel_recorded };
enum class TimerEffect : std::uint8_t { none, resolve_fired, resolve_cancelled, drop_and_resolve_cancelled };

using TimerTransition = Transition<TimerState, TimerInput, TimerEffect>;
std::span<const TimerTransition> timer_transitions();
std::optional<TimerEffect> apply(TimerState& state, TimerInput input);

}  // namespace temporalio::machines
