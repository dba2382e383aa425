// The form of a protocol machine. A machine stands for one thing that workflow code has started (a timer, an activity,
// a patch, the end of the run) and owns the whole rule of it: its transition table, which event records each of its
// commands, what of that event is compared, what later events do to it, how its commands are built and described.
//
// Sans-IO: events and requests go in, a Step or a CancelEffect comes out; who resumes workflow code is not known here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sdk/src/machines/catalogue.h"

namespace temporal::api::command::v1 {
class Command;
}

namespace temporalio::machines {

using HistoryEvent = temporal::api::history::v1::HistoryEvent;
using CommandMessage = temporal::api::command::v1::Command;

// Why a machine does not accept an event.
struct Refusal {
  enum class Kind : std::uint8_t {
    divergence,   // the code is not the code that was recorded
    bad_history,  // no code can have recorded this
  };
  Kind kind;
  std::string text;
};

// What an accepted event means for whoever holds the machine.
enum class Effect : std::uint8_t {
  none,
  opened,   // later events will refer to the machine by the id of this one
  started,  // what was asked for has begun: workflow code that waits for that goes on
  closed,   // nothing refers to the machine any more: workflow code that waits for the end goes on
  ended,    // nothing refers to the machine any more, and workflow code knew before
};

// The answer to an event: an effect, or a refusal, which must not be dropped.
class [[nodiscard]] Step {
 public:
  static Step accept(Effect effect = Effect::none) { return Step(effect, nullptr); }
  static Step diverge(std::string text) { return refuse(Refusal::Kind::divergence, std::move(text)); }
  static Step bad_history(std::string text) { return refuse(Refusal::Kind::bad_history, std::move(text)); }

  bool is_accepted() const { return refusal_ == nullptr; }
  Effect effect() const { return effect_; }
  const Refusal& refusal() const { return *refusal_; }

 private:
  Step(Effect effect, std::unique_ptr<Refusal> refusal) : refusal_(std::move(refusal)), effect_(effect) {}
  static Step refuse(Refusal::Kind kind, std::string text) {
    return Step(Effect::none, std::make_unique<Refusal>(Refusal{kind, std::move(text)}));
  }

  std::unique_ptr<Refusal> refusal_;
  Effect effect_;
};

// What cancelling leads to.
struct CancelEffect {
  std::optional<CommandKind> command;  // to be issued
  bool resolves = false;               // workflow code goes on at once
};

// What is known of the SDK that recorded the history.
struct Recording {
  // It numbers timers and activities as this SDK does (Core's flag 1), so that generated ids can be compared.
  bool compares_generated_ids = false;
  // It is this SDK, so that random ids are those of the same generator.
  bool is_own = false;
};

// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): owned by its exact type only
class Machine {
 public:
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // The command with which it begins; what events "about" it are listed under.
  CommandKind initiator() const { return initiator_; }
  // The event that recorded that command; 0 before.
  std::int64_t initiated_event_id() const { return initiated_event_id_; }
  // Was cancelled before its command was sent: it has no event.
  virtual bool is_dropped() const { return false; }
  // The history says that it has ended; workflow code may not know yet.
  virtual bool is_closed() const { return false; }

  // Workflow code wants it to end.
  [[nodiscard]] virtual CancelEffect cancel() { return {}; }
  // `event`, of the type that the catalogue names, records the machine's command of this kind.
  virtual Step record(CommandKind kind, const HistoryEvent& event, const Recording& recording) = 0;
  // `event`, which the catalogue lists as being about this kind of machine, refers to it.
  virtual Step apply(const HistoryEvent& event, const Recording& recording);
  // "StartTimer (timer id '1')".
  virtual std::string describe(CommandKind kind) const = 0;
  // Fills in a command whose contents follow from the machine alone, such as a cancellation.
  virtual void build(CommandKind kind, CommandMessage& message) const;

 protected:
  explicit Machine(CommandKind initiator) : initiator_(initiator) {}
  ~Machine() = default;
  void set_initiated_event_id(std::int64_t id) { initiated_event_id_ = id; }
  // For an input that the transition table does not allow.
  static Step not_allowed(const HistoryEvent& event);

 private:
  std::int64_t initiated_event_id_ = 0;
  CommandKind initiator_;
};

// 'text'.
std::string in_quotes(std::string_view text);

}  // namespace temporalio::machines
