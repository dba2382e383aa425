// A child workflow. It has a start and an end, each of which code can wait for; a cancellation goes to it as a request
// of its own (external_workflow.h), once it has started.
//
//   state        input          next             effect
//   created      initiated      initiated        -
//   created      cancel*        dropped          drop the unsent command, resolve start and end cancelled
//   initiated    started        started          resolve the start
//   initiated    start_failed   closed           resolve start and end with the failure
//   initiated    cancel*        cancel_later     the cancellation follows when it has started
//   initiated    abandon        detached         resolve the end cancelled
//   cancel_later started        started          resolve the start; the holder cancels again
//   cancel_later start_failed   closed           resolve start and end with the failure
//   started      close          closed           resolve the end
//   started      cancel_wait    cancelling       request the cancellation
//   started      cancel_try     detached         request the cancellation, resolve the end cancelled
//   started      abandon        detached         resolve the end cancelled
//   cancelling   close          closed           resolve the end
//   cancelling   give_up        detached         resolve the end cancelled
//   detached     started, start_failed, close    nobody waits any more
//   elsewhere cancel changes nothing
//
// Recorded by StartChildWorkflowExecutionInitiated: its type is compared, its id where that says something.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sdk/src/machines/machine.h"
#include "sdk/src/machines/transition_table.h"

namespace temporalio::machines {

enum class ChildState : std::uint8_t {
  created,
  initiated,
  cancel_later,
  started,
  cancelling,
  detached,
  closed,
  dropped
};
// give_up: what a cancellation waited for has come (the request was passed on).
enum class ChildInput : std::uint8_t {
  initiated,
  started,
  start_failed,
  close,
  cancel_wait,
  cancel_try,
  abandon,
  give_up
};
enum class ChildEffect : std::uint8_t {
  none,
  drop_and_resolve_cancelled,
  resolve_started,
  resolve_outcome,
  request_cancel,
  request_cancel_and_resolve_cancelled,
  resolve_cancelled
};

using ChildTransition = Transition<ChildState, ChildInput, ChildEffect>;
std::span<const ChildTransition> child_transitions();
[[nodiscard]] std::optional<ChildEffect> apply(ChildState& state, ChildInput input);

class ChildMachine final : public Machine {
 public:
  // `cancel_input`: what its cancellation type makes of a cancellation.
  ChildMachine(std::string_view type, std::string id, bool is_generated_id, ChildInput cancel_input)
      : Machine(CommandKind::start_child_workflow),
        type_(type),
        id_(std::move(id)),
        cancel_input_(cancel_input),
        is_generated_id_(is_generated_id) {}

  ChildState state() const { return state_; }
  const std::string& type() const { return type_; }
  // The one that the history has recorded, where the code's own is random and another SDK's.
  const std::string& id() const { return id_; }
  bool is_generated_id() const { return is_generated_id_; }
  // Empty, 0: not started.
  const std::string& run_id() const { return run_id_; }
  std::int64_t started_event_id() const { return started_event_id_; }
  bool is_dropped() const override { return state_ == ChildState::dropped; }
  bool is_closed() const override { return state_ == ChildState::closed; }
  // Cancelled before it had started, and started now.
  bool is_cancel_due() const { return is_cancel_due_ && state_ == ChildState::started; }

  // The command, where there is one, is a request that the holder issues: another machine's.
  [[nodiscard]] CancelEffect cancel() override;
  // The service has answered the request to cancel it. Whether the end resolves as cancelled.
  [[nodiscard]] bool on_cancel_requested();
  Step record(CommandKind kind, const HistoryEvent& event, const Recording& recording) override;
  Step apply(const HistoryEvent& event, const Recording& recording) override;
  std::string describe(CommandKind kind) const override;

 private:
  std::string type_;
  std::string id_;
  std::string run_id_;
  std::int64_t started_event_id_ = 0;
  ChildState state_ = ChildState::created;
  ChildInput cancel_input_;
  bool is_generated_id_;
  bool is_cancel_due_ = false;
};

}  // namespace temporalio::machines
