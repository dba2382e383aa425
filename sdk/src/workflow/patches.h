// The changes that a run's code asks about, and how their markers are compared with the history. A marker is matched by
// its change, not by its place alone: a call whose marker is in an earlier task writes none, and code may forget a
// change that is deprecated. With Core's flag 2 a marker is followed by an upsert of TemporalChangeVersion.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/src/machines/patch.h"
#include "sdk/src/workflow/command_queue.h"
#include "sdk/src/workflow/sequencer.h"

namespace temporalio::workflow {

class Patches {
 public:
  machines::PatchMachine& find(std::string_view id);
  // Those that the code runs with.
  std::vector<std::string> active() const;

  // Learns of the markers behind the task that `sequence` ends with: patched() answers as it did when they were
  // written.
  void look_ahead(const HistoryEvents& events, const Sequence& sequence);
  // A workflow task has completed; its command events follow.
  void begin_commands() { upsert_ = Upsert::none; }
  // `event` is a patch marker. Takes the commands that it answers from the queue.
  machines::Step match_marker(const machines::PatchMarker& marker, CommandQueue& commands, bool writes_upserts);
  // Whether `event` is the upsert that may or must follow the marker just before; it is taken.
  bool take_upsert(const machines::HistoryEvent& event);
  // Any other event, or the end of the history, is next: refused where the upsert was due.
  machines::Step check_upsert(const machines::HistoryEvent& next);
  bool is_upsert_due() const { return upsert_ == Upsert::required; }

 private:
  // Whether the upsert comes next: never, perhaps, or certainly.
  enum class Upsert : std::uint8_t { none, allowed, required };

  std::deque<machines::PatchMachine> patches_;  // queued commands point to them
  Upsert upsert_ = Upsert::none;
  std::string upserting_;  // whose marker it was
};

}  // namespace temporalio::workflow
