#include "replayer/src/drive/player.h"

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

}  // namespace

ReplayResult play(const workflow::Registry& registry, const LoadedHistory& loaded, int context,
                  std::atomic<std::int64_t>* progress) {
  const workflow::ReplayOutcome outcome =
      workflow::replay_history(registry, *loaded.history, loaded.workflow_id, progress);
  ReplayResult result;
  result.verdict = verdict_of(outcome.verdict);
  result.name = loaded.name;
  result.workflow_type = outcome.workflow_type;
  result.workflow_id = loaded.workflow_id;
  result.run_id = loaded.run_id;
  result.event_count = loaded.history->events_size();
  if (result.has_passed()) return result;
  result.message = outcome.message;
  result.event_id = outcome.event_id;
  if (result.verdict == Verdict::nondeterminism) {
    result.divergence = published(outcome.divergence);
    result.message = outcome.divergence.message;
    result.event_id = outcome.divergence.event_id;
  }
  result.context = events_around(*loaded.history, result.event_id, context);
  return result;
}

std::vector<ReplayResult> play_all(const workflow::Registry& registry, const std::string& name,
                                   const PlayOptions& options,
                                   const std::function<std::unique_ptr<Histories>()>& load) {
  std::vector<ReplayResult> results;
  try {
    const std::unique_ptr<Histories> histories = load();
    for (const LoadedHistory& loaded : histories->list()) {
      results.push_back(play(registry, loaded, options.context));
      if (options.fail_fast && !results.back().has_passed()) break;
    }
  } catch (const LoadError& error) {
    results.push_back(unreadable(name, error.what()));
  }
  return results;
}

std::vector<ReplayResult> play_files(const workflow::Registry& registry, const std::vector<std::string>& paths,
                                     const PlayOptions& options) {
  std::vector<ReplayResult> results;
  for (const std::string& path : paths) {
    for (ReplayResult& result : play_all(registry, path, options, [&] { return load_file(path); })) {
      results.push_back(std::move(result));
    }
    if (options.fail_fast && !results.back().has_passed()) break;
  }
  return results;
}

ReplayResult unreadable(const std::string& name, const std::string& why) {
  ReplayResult result;
  result.verdict = Verdict::bad_input;
  result.name = name;
  result.message = why;
  return result;
}

}  // namespace temporalio::replayer
