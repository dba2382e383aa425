#include "replayer/src/commands/catalogue.h"

#include <array>

namespace temporalio::replayer {
namespace {

constexpr std::array kMakers = {make_replay_command, make_show_command, make_diff_command};

}  // namespace

std::vector<std::unique_ptr<Command>> commands(const AddWorkflows& add_workflows) {
  std::vector<std::unique_ptr<Command>> all;
  all.reserve(kMakers.size());
  for (const auto make : kMakers) all.push_back(make(add_workflows));
  return all;
}

}  // namespace temporalio::replayer
