#include "replayer/src/drive/player.h"

#include <unordered_set>

#include "replayer/src/report/event_shape.h"
#include "sdk/src/workflow/replay.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {
namespace {

Verdict verdict_of(workflow::TaskVerdict verdict) {
  switch (verdict) {
    case workflow::TaskVerdict::completed:
      return Verdict::passed;
    case workflow::TaskVerdict::nondeterminism:
      return Verdict::nondeterminism;
    case workflow::TaskVerdict::code_failed:
      return Verdict::code_failed;
    case workflow::TaskVerdict::not_registered:
      return Verdict::not_registered;
    case workflow::TaskVerdict::bad_history:
      return Verdict::bad_input;
  }
  return Verdict::bad_input;
}

Divergence published(const workflow::Divergence& found) {
  Divergence divergence;
  if (found.is_recorded != found.is_issued) {
    divergence.kind = found.is_recorded ? DivergenceKind::missing : DivergenceKind::added;
  }
  divergence.event_id = found.event_id;
  divergence.event_type = found.event_type;
  divergence.workflow_task_completed_event_id = found.workflow_task_completed_event_id;
  divergence.workflow_task = found.workflow_task;
  divergence.recorded = found.recorded;
  divergence.actual = found.actual;
  divergence.source_file = found.source_file;
  divergence.source_line = found.source_line;
  return divergence;
}

ReplayResult identity_of(const LoadedHistory& loaded) {
  ReplayResult result;
  result.name = loaded.name;
  result.workflow_type = workflow_type_of(*loaded.history);
  result.workflow_id = loaded.workflow_id;
  result.run_id = loaded.run_id;
  result.event_count = loaded.history->events_size();
  return result;
}

}  // namespace

ReplayResult play(const workflow::Registry& registry, const LoadedHistory& loaded, const PlayOptions& options,
                  std::atomic<std::int64_t>* progress) {
  const workflow::ReplayOutcome outcome =
      workflow::replay_history(registry, *loaded.history, loaded.workflow_id, progress);
  ReplayResult result = identity_of(loaded);
  result.verdict = verdict_of(outcome.verdict);
  if (result.has_passed()) return result;
  result.message = outcome.message;
  result.event_id = outcome.event_id;
  if (result.verdict == Verdict::nondeterminism) {
    result.divergence = published(outcome.divergence);
    result.message = outcome.divergence.message;
    result.event_id = outcome.divergence.event_id;
  }
  result.context = events_around(*loaded.history, result.event_id, options.context);
  return result;
}

ReplayResult duplicate(const LoadedHistory& loaded) {
  ReplayResult result = identity_of(loaded);
  result.is_duplicate = true;
  return result;
}

std::vector<ReplayResult> play_all(const workflow::Registry& registry, const std::string& name,
                                   const std::function<std::unique_ptr<Histories>()>& load) {
  std::vector<ReplayResult> results;
  try {
    const std::unique_ptr<Histories> histories = load();
    for (const LoadedHistory& loaded : histories->list()) results.push_back(play(registry, loaded));
  } catch (const LoadError& error) {
    results.push_back(unreadable(name, error.what()));
  }
  return results;
}

void play_files(const workflow::Registry& registry, const std::vector<InputFile>& files, const PlayOptions& options,
                const std::function<void(ReplayResult)>& on_result) {
  std::unordered_set<std::uint64_t> shapes;
  bool is_stopped = false;
  const auto pass_on = [&](ReplayResult result) {
    is_stopped = options.fail_fast && !result.has_passed();
    on_result(std::move(result));
    return !is_stopped;
  };
  const auto replay = [&](const LoadedHistory& loaded) {
    const bool is_new = !options.dedupe || shapes.insert(history_shape(*loaded.history)).second;
    return pass_on(is_new ? play(registry, loaded, options) : duplicate(loaded));
  };
  for (const InputFile& file : files) {
    for_each_history(file, replay, [&](const std::string& name, const LoadError& error) {
      return pass_on(unreadable(name, error.what()));
    });
    if (is_stopped) return;
  }
}

}  // namespace temporalio::replayer
