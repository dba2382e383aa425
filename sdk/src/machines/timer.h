// A durable timer.
//
//   state          input             next            effect
//   created        start_recorded    started         -
//   created        cancel            dropped         drop the unsent command, resolve cancelled
//   started        fired             fired           resolve
//   started        cancel            cancel_created  issue CancelTimer, resolve cancelled
//   cancel_created cancel_recorded   cancelled       -
//   fired, cancel_created, cancelled, dropped: cancel changes nothing
//
// Recorded by TimerStarted and TimerCanceled, ended by TimerFired. The id is compared when the timer fires, where the
// recording SDK numbers timers as this one does; a cancellation by the event that it refers to.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "sdk/src/machines/machine.h"
#include "sdk/src/machines/transition_table.h"
#include "temporalio/duration.h"

namespace temporalio::machines {

enum class TimerState : std::uint8_t { created, started, cancel_created, fired, cancelled, dropped };
enum class TimerInput : std::uint8_t { start_recorded, fired, cancel, cancel_recorded };
enum class TimerEffect : std::uint8_t { none, resolve_fired, resolve_cancelled, drop_and_resolve_cancelled };

using TimerTransition = Transition<TimerState, TimerInput, TimerEffect>;
std::span<const TimerTransition> timer_transitions();
[[nodiscard]] std::optional<TimerEffect> apply(TimerState& state, TimerInput input);

class TimerMachine final : public Machine {
 public:
  // `sequence`: its number among the run's timers, from 1.
  explicit TimerMachine(std::uint32_t sequence) : Machine(CommandKind::start_timer), sequence_(sequence) {}

  TimerState state() const { return state_; }
  bool is_dropped() const override { return state_ == TimerState::dropped; }
  bool is_closed() const override { return state_ == TimerState::fired; }

  [[nodiscard]] CancelEffect cancel() override;
  Step record(CommandKind kind, const HistoryEvent& event, const Recording& recording) override;
  Step apply(const HistoryEvent& event, const Recording& recording) override;
  std::string describe(CommandKind kind) const override;
  void build(CommandKind kind, CommandMessage& message) const override;
  void build_start(Duration duration, CommandMessage& message) const;

 private:
  // The id that the server knows it by: what the history has recorded, else the sequence number.
  std::string id() const { return recorded_id_.empty() ? std::to_string(sequence_) : recorded_id_; }

  std::string recorded_id_;  // only where it is not the sequence number: Go and Java count otherwise
  std::uint32_t sequence_;
  TimerState state_ = TimerState::created;
};

}  // namespace temporalio::machines
