#include "sdk/src/workflow/patches.h"

#include "sdk/src/workflow/run_state.h"
#include "temporalio/workflow.h"

namespace temporalio::workflow {

using machines::CommandKind;
using machines::PatchMachine;
using machines::Step;

PatchMachine& Patches::find(std::string_view id) {
  for (PatchMachine& patch : patches_) {
    if (patch.id() == id) return patch;
  }
  return patches_.emplace_back(id);
}

std::vector<std::string> Patches::active() const {
  std::vector<std::string> ids;
  for (const PatchMachine& patch : patches_) {
    if (patch.answer().value_or(false)) ids.push_back(patch.id());
  }
  return ids;
}

void Patches::look_ahead(const HistoryEvents& events, const Sequence& sequence) {
  for (int i = sequence.completed + 1; i < events.size(); ++i) {
    if (machines::is_unknown_and_ignorable(events[i])) continue;
    if (!machines::is_command_event(events[i].event_type())) return;
    if (const auto marker = machines::read_patch_marker(events[i])) find(marker->id).set_in_history();
  }
}

Step Patches::match_marker(const machines::PatchMarker& marker, CommandQueue& commands, bool writes_upserts) {
  // Without the flag the recording SDK wrote none; what the code has forgotten may have been too long to be told.
  upsert_ = writes_upserts ? Upsert::allowed : Upsert::none;
  // Calls before it whose markers are in earlier tasks have written nothing here.
  std::size_t count = 0;
  for (const QueuedCommand& issued : commands.pending()) {
    ++count;
    if (issued.is_dropped()) continue;
    if (issued.kind != CommandKind::patch_marker) break;
    if (static_cast<const PatchMachine*>(issued.machine)->id() != marker.id) continue;
    if (issued.has_second) {
      upsert_ = Upsert::required;
      upserting_ = marker.id;
    }
    commands.pop(count);
    return Step::accept();
  }
  if (marker.is_deprecated) return Step::accept();  // the code has forgotten the change, as it may
  return Step::diverge("Non-deprecated patch marker encountered for change " + marker.id +
                       ", but there is no corresponding change command!");
}

bool Patches::take_upsert(const machines::HistoryEvent& event) {
  if (upsert_ == Upsert::none || !machines::is_change_version_upsert(event)) return false;
  upsert_ = Upsert::none;
  return true;
}

Step Patches::check_upsert(const machines::HistoryEvent& next) {
  if (std::exchange(upsert_, Upsert::none) != Upsert::required) return Step::accept();
  return Step::diverge("UpsertWorkflowSearchAttributes of " + std::string(machines::kChangeVersion) +
                       " should follow the marker of patch " + machines::in_quotes(upserting_) + ", but " +
                       machines::quoted_event(next) + " does");
}

namespace {

class AskPatch final : public OutboundCall {
 public:
  AskPatch(const char* name, std::string_view id, bool is_deprecated, SourceLocation location)
      : OutboundCall(name, location), id_(id), is_deprecated_(is_deprecated) {}

  bool answer() const { return answer_; }

  void issue(RunState& run) override {
    PatchMachine& patch = run.patches().find(id_);
    const bool is_first = !patch.answer().has_value();
    answer_ = patch.ask(run.is_replaying());
    if (!is_first || !answer_) return;
    QueuedCommand& command = run.issue(CommandKind::patch_marker, patch, location());
    std::unique_ptr<CommandMessage> upsert;
    if (run.use_core_flag(kCoreUpsertSearchAttributeOnPatch)) {
      upsert = machines::build_change_version(run.patches().active());
    }
    command.has_second = upsert != nullptr;
    if (CommandMessage* message = run.message_of(command)) {
      patch.build_marker(is_deprecated_, *message);
      command.second_message = std::move(upsert);
    }
  }

 private:
  std::string_view id_;
  bool is_deprecated_;
  bool answer_ = false;
};

}  // namespace

bool patched(std::string_view id, SourceLocation location) {
  AskPatch call("patched", id, false, location);
  RunState::current_for_write().outbound().call(call);
  return call.answer();
}

void deprecate_patch(std::string_view id, SourceLocation location) {
  AskPatch call("deprecate_patch", id, true, location);
  RunState::current_for_write().outbound().call(call);
}

}  // namespace temporalio::workflow
