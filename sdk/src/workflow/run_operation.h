// Timers and activities as the run sees them: a protocol machine, a command, and the outcome for workflow code.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sdk/src/machines/activity.h"
#include "sdk/src/machines/commands.h"
#include "sdk/src/machines/timer.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/failure/v1/message.pb.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporalio/detail/operation.h"
#include "temporalio/workflow.h"

namespace temporalio::workflow {

class RunState;

// What a machine and its command share, whatever the kind.
class RunOperation : public Operation {
 public:
  enum class Kind : std::uint8_t { timer, activity };

  RunOperation(RunState& run, Kind kind, std::uint32_t sequence, SourceLocation location)
      : run_(run), location_(location), sequence_(sequence), kind_(kind) {}

  Kind kind() const { return kind_; }
  std::uint32_t sequence() const { return sequence_; }
  SourceLocation location() const { return location_; }
  std::int64_t initiated_event_id() const { return initiated_event_id_; }
  void set_initiated_event_id(std::int64_t id) { initiated_event_id_ = id; }

  // The start command was cancelled before it was sent: it has no event.
  virtual bool is_dropped() const = 0;
  // The history says that it has ended; workflow code may not know yet.
  virtual bool is_closed() const = 0;
  bool on_cancel() override {
    cancel();
    return completion().is_resolved() || !is_closed();
  }
  // Takes copies of what points into the current task's history.
  virtual void detach() {}

 protected:
  RunState& run() { return run_; }

 private:
  RunState& run_;
  SourceLocation location_;
  std::int64_t initiated_event_id_ = 0;
  std::uint32_t sequence_;
  Kind kind_;
};

class TimerOperation final : public RunOperation {
 public:
  TimerOperation(RunState& run, std::uint32_t sequence, SourceLocation location)
      : RunOperation(run, Kind::timer, sequence, location) {}

  machines::TimerState& state() { return state_; }
  // The id that the server knows it by: what the history has recorded, else the sequence number.
  std::string id() const { return recorded_id_.empty() ? std::to_string(sequence()) : recorded_id_; }
  // Whether the SDK that recorded the history gave this timer the id that it has here. Go and Java did not; then ids
  // say nothing.
  bool is_numbered_as_here() const { return recorded_id_.empty(); }
  void set_recorded_id(const std::string& id) {
    if (id != std::to_string(sequence())) recorded_id_ = id;
  }
  bool is_dropped() const override { return state_ == machines::TimerState::dropped; }
  bool is_closed() const override { return state_ == machines::TimerState::fired; }

  void cancel() override;
  void take() override;
  bool has_failed() const override { return state_ != machines::TimerState::fired; }
  PayloadView result() const override { return {}; }

 private:
  machines::TimerState state_ = machines::TimerState::created;
  std::string recorded_id_;  // only where it is another
};

class ActivityOperation final : public RunOperation {
 public:
  using Event = temporal::api::history::v1::HistoryEvent;

  ActivityOperation(RunState& run, std::uint32_t sequence, SourceLocation location, std::string_view type,
                    std::string_view explicit_id, ActivityCancellationType cancellation_type)
      : RunOperation(run, Kind::activity, sequence, location),
        type_(type),
        explicit_id_(explicit_id),
        cancellation_type_(cancellation_type) {}

  machines::ActivityState& state() { return state_; }
  const std::string& type() const { return type_; }
  // Empty: the sequence number is the id.
  const std::string& explicit_id() const { return explicit_id_; }
  std::string id() const { return explicit_id_.empty() ? std::to_string(sequence()) : explicit_id_; }
  bool is_dropped() const override { return state_ == machines::ActivityState::dropped; }
  bool is_closed() const override { return state_ == machines::ActivityState::closed; }

  void cancel() override;
  void take() override;
  bool has_failed() const override;
  PayloadView result() const override;
  void detach() override;

  // A worker has taken it up, as the history says.
  bool is_started() const { return is_started_; }
  void set_started() { is_started_ = true; }
  // The event that closed it; its result or failure is read when asked for.
  void set_outcome(const Event& event) { outcome_ = &event; }

 private:
  [[noreturn]] void throw_failure();

  std::string type_;
  std::string explicit_id_;
  const Event* outcome_ = nullptr;  // null: cancelled by workflow code
  std::unique_ptr<Event> owned_outcome_;
  std::exception_ptr failure_;
  machines::ActivityState state_ = machines::ActivityState::created;
  ActivityCancellationType cancellation_type_;
  bool is_started_ = false;
};

}  // namespace temporalio::workflow
