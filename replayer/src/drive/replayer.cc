#include "temporalio/replayer.h"

#include <algorithm>

#include "replayer/src/drive/player.h"
#include "replayer/src/report/verdict.h"
#include "sdk/src/workflow/registry.h"
#include "temporal/api/history/v1/message.pb.h"

namespace temporalio::replayer {

class Replayer::Impl {
 public:
  workflow::Registry registry;
};

const workflow::Registry& ReplayerAccess::registry(const Replayer& replayer) { return replayer.impl_->registry; }

namespace {

ReplayResult most_serious(std::vector<ReplayResult> results) {
  const auto less = [](const ReplayResult& a, const ReplayResult& b) {
    return traits_of(a.verdict).seriousness < traits_of(b.verdict).seriousness;
  };
  return std::move(*std::max_element(results.begin(), results.end(), less));  // the first of the largest
}

}  // namespace

Replayer::Replayer() : impl_(std::make_unique<Impl>()) {}
Replayer::~Replayer() = default;
Replayer::Replayer(Replayer&&) noexcept = default;
Replayer& Replayer::operator=(Replayer&&) noexcept = default;

Replayer& Replayer::add_workflow(const workflow::Definition& definition) {
  impl_->registry.add(definition);
  return *this;
}

ReplayResult Replayer::replay_file(const std::string& path) const {
  return most_serious(play_all(impl_->registry, path, [&] { return load_file(path); }));
}

ReplayResult Replayer::replay_json(std::string_view text, const std::string& name) const {
  return most_serious(play_all(impl_->registry, name, [&] { return load_bytes(text, name); }));
}

ReplayResult Replayer::replay_history(const WorkflowHistory& history) const {
  LoadedHistory loaded;
  loaded.history = &history.events();
  loaded.name = history.workflow_id();
  loaded.workflow_id = history.workflow_id();
  loaded.run_id = history.run_id();
  return play(impl_->registry, loaded);
}

std::vector<ReplayResult> Replayer::replay_files(const std::vector<std::string>& paths,
                                                 ReplayFilesOptions options) const {
  std::vector<InputFile> files;
  files.reserve(paths.size());
  for (const std::string& path : paths) files.push_back({path, path});
  std::vector<ReplayResult> results;
  play_files(impl_->registry, files, {.fail_fast = options.fail_fast},
             [&](ReplayResult result) { results.push_back(std::move(result)); });
  return results;
}

}  // namespace temporalio::replayer
