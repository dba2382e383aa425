// A signal to another workflow, and a request to cancel one. Both are sent once and answered once; what has been sent
// cannot be taken back.
//
//   state      input       next       effect
//   created    initiated   initiated  -
//   created    cancel      dropped    drop the unsent command, resolve cancelled
//   initiated  answered    answered   resolve
//   initiated, answered, dropped: cancel changes nothing
//
// Recorded by SignalExternalWorkflowExecutionInitiated (the workflow's id and the signal's name are compared) or
// RequestCancelExternalWorkflowExecutionInitiated (the id); answered by ExternalWorkflowExecutionSignaled or
// CancelRequested, or by the Failed event of each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sdk/src/machines/machine.h"
#include "sdk/src/machines/transition_table.h"

namespace temporalio::machines {

enum class ExternalState : std::uint8_t { created, initiated, answered, dropped };
enum class ExternalInput : std::uint8_t { initiated, answered, cancel };
enum class ExternalEffect : std::uint8_t { none, resolve, drop_and_resolve_cancelled };

using ExternalTransition = Transition<ExternalState, ExternalInput, ExternalEffect>;
std::span<const ExternalTransition> external_transitions();
[[nodiscard]] std::optional<ExternalEffect> apply(ExternalState& state, ExternalInput input);

// Whom a command is for.
struct ExternalTarget {
  std::string workflow_id;
  std::string run_id;  // empty: the latest
  bool child_workflow_only = false;
  bool is_generated_id = false;  // by an SDK: says nothing where another SDK recorded the history
};

class ExternalMachine final : public Machine {
 public:
  // `kind`: signal_external or request_cancel_external; `signal`: the signal's name.
  ExternalMachine(CommandKind kind, ExternalTarget target, std::string_view signal)
      : Machine(kind), target_(std::move(target)), signal_(signal) {}

  ExternalState state() const { return state_; }
  bool is_dropped() const override { return state_ == ExternalState::dropped; }
  bool is_closed() const override { return state_ == ExternalState::answered; }

  [[nodiscard]] CancelEffect cancel() override;
  Step record(CommandKind kind, const HistoryEvent& event, const Recording& recording) override;
  Step apply(const HistoryEvent& event, const Recording& recording) override;
  std::string describe(CommandKind kind) const override;
  // The target, which is in this run's namespace, and the signal's name.
  void build_start(CommandMessage& message) const;

 private:
  ExternalTarget target_;
  std::string signal_;
  ExternalState state_ = ExternalState::created;
};

}  // namespace temporalio::machines
