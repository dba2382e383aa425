// A change that patched() or deprecate_patch() is asked about, and the marker that records it.
//
//   state      input             next       effect
//   new        ask, not replaying           answered   true; issue RecordMarker
//   new        ask, marker in the history   answered   true; issue RecordMarker
//   new        ask, else                    answered   false
//   answered   ask                          answered   the same answer again
//
// Recorded by MarkerRecorded with Core's marker name; compared by the change's id, in workflow/patches.cc, since a call
// may have written its marker in an earlier task and code may forget a change that is deprecated.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/src/machines/machine.h"

namespace temporalio::machines {

struct PatchMarker {
  std::string id;
  bool is_deprecated = false;
};

// Nothing where the event is no patch marker; an empty id where its data cannot be read.
std::optional<PatchMarker> read_patch_marker(const HistoryEvent& event);

// The search attribute that lists a run's changes, and whether an event sets it.
inline constexpr const char* kChangeVersion = "TemporalChangeVersion";
bool is_change_version_upsert(const HistoryEvent& event);
// The command that sets it; null where the list is longer than the visibility store takes.
std::unique_ptr<CommandMessage> build_change_version(std::vector<std::string> ids);

class PatchMachine final : public Machine {
 public:
  explicit PatchMachine(std::string_view id) : Machine(CommandKind::patch_marker), id_(id) {}

  const std::string& id() const { return id_; }
  const std::optional<bool>& answer() const { return answer_; }
  // Its marker follows this workflow task, or came before.
  void set_in_history() { is_in_history_ = true; }
  // Gives the answer of the first call and decides it there.
  bool ask(bool is_replaying);

  Step record(CommandKind kind, const HistoryEvent& event, const Recording& recording) override;
  std::string describe(CommandKind kind) const override;
  void build_marker(bool is_deprecated, CommandMessage& message) const;

 private:
  std::string id_;
  std::optional<bool> answer_;
  bool is_in_history_ = false;
};

}  // namespace temporalio::machines
