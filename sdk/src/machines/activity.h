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
//
// Recorded by ActivityTaskScheduled (its type is compared, its id where that says something) and
// ActivityTaskCancelRequested (by the event that it refers to); ended by ActivityTaskCompleted, Failed, TimedOut or
// Canceled, of which some need another event before them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sdk/src/machines/machine.h"
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
[[nodiscard]] std::optional<ActivityEffect> apply(ActivityState& state, ActivityInput input);

class ActivityMachine final : public Machine {
 public:
  // `sequence`: its number among the run's activities, from 1; the id where `explicit_id` is empty. `cancel_input`:
  // what its cancellation type makes of a cancellation.
  ActivityMachine(std::uint32_t sequence, std::string_view type, std::string_view explicit_id,
                  ActivityInput cancel_input)
      : Machine(CommandKind::schedule_activity),
        type_(type),
        explicit_id_(explicit_id),
        sequence_(sequence),
        cancel_input_(cancel_input) {}

  ActivityState state() const { return state_; }
  const std::string& type() const { return type_; }
  std::string id() const { return explicit_id_.empty() ? std::to_string(sequence_) : explicit_id_; }
  bool is_dropped() const override { return state_ == ActivityState::dropped; }
  bool is_closed() const override { return state_ == ActivityState::closed; }

  [[nodiscard]] CancelEffect cancel() override;
  Step record(CommandKind kind, const HistoryEvent& event, const Recording& recording) override;
  Step apply(const HistoryEvent& event, const Recording& recording) override;
  std::string describe(CommandKind kind) const override;
  void build(CommandKind kind, CommandMessage& message) const override;

 private:
  Step record_scheduled(const HistoryEvent& event, const Recording& recording);
  const char* missing_before(const HistoryEvent& end) const;

  std::string type_;
  std::string explicit_id_;
  std::uint32_t sequence_;
  ActivityState state_ = ActivityState::created;
  ActivityInput cancel_input_;
  bool is_started_ = false;  // a worker has taken it up, as the history says
};

}  // namespace temporalio::machines
