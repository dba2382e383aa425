#include "timeskip/src/engine/run/runs.h"

#include <utility>

#include "timeskip/src/engine/core/engine.h"

namespace temporalio::timeskip {

Execution* find_run(const Engine& engine, const Namespace& owner, const std::string& workflow_id,
                    const std::string& run_id) {
  if (run_id.empty()) {
    const auto found = owner.current.find(workflow_id);
    return found == owner.current.end() ? nullptr : found->second;
  }
  const auto found = engine.runs->by_run_id.find(run_id);
  if (found == engine.runs->by_run_id.end()) return nullptr;
  Execution* execution = found->second;
  return execution->owner == &owner && execution->workflow_id == workflow_id ? execution : nullptr;
}

Execution& add_execution(Engine& engine, Namespace& owner, const std::string& workflow_id, std::string run_id) {
  Runs& runs = *engine.runs;
  auto created = std::make_unique<Execution>();
  Execution& execution = *created;
  execution.number = static_cast<std::uint32_t>(runs.all.size());
  execution.owner = &owner;
  execution.workflow_id = workflow_id;
  execution.run_id = std::move(run_id);
  runs.all.push_back(std::move(created));
  runs.by_run_id.emplace(execution.run_id, &execution);
  owner.current[workflow_id] = &execution;
  return execution;
}

}  // namespace temporalio::timeskip
