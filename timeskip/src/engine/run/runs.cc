#include "timeskip/src/engine/run/runs.h"

#include <utility>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/errors.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/run/time_holders.h"

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

Execution* find_run(const Engine& engine, std::uint32_t number) {
  const Runs& runs = *engine.runs;
  const bool is_there = number >= runs.first && number - runs.first < runs.all.size();
  return is_there ? runs.all[number - runs.first].get() : nullptr;
}

Execution& add_execution(Engine& engine, Namespace& owner, const std::string& workflow_id, std::string run_id) {
  Runs& runs = *engine.runs;
  auto created = std::make_unique<Execution>();
  Execution& execution = *created;
  execution.number = runs.first + static_cast<std::uint32_t>(runs.all.size());
  execution.owner = &owner;
  execution.workflow_id = workflow_id;
  execution.run_id = std::move(run_id);
  runs.all.push_back(std::move(created));
  runs.by_run_id.emplace(execution.run_id, &execution);
  owner.current[workflow_id] = &execution;
  return execution;
}

void remove_run(Engine& engine, Execution& execution) {
  Runs& runs = *engine.runs;
  while (!execution.queries.empty()) {
    engine.answer(*execution.queries.begin()->second.call,
                  errors::not_found("workflow not found for ID: " + execution.workflow_id));
    engine.commit_all();  // so that nobody speaks of the run any more
  }
  update_holder(engine, execution);
  Namespace& owner = *execution.owner;
  if (owner.visibility != nullptr) owner.visibility->run_removed(execution);
  const auto current = owner.current.find(execution.workflow_id);
  if (current != owner.current.end() && current->second == &execution) owner.current.erase(current);
  runs.by_run_id.erase(execution.run_id);
  runs.all[execution.number - runs.first].reset();
  while (!runs.all.empty() && runs.all.front() == nullptr) {
    runs.all.pop_front();
    ++runs.first;
  }
}

void retain_closed(Engine& engine, const Execution& execution) {
  engine.runs->closed.emplace(later(*execution.close_time, execution.owner->retention), execution.number);
}

void remove_expired(Engine& engine) {
  constexpr std::size_t kKept = 10'000;
  auto& closed = engine.runs->closed;
  while (closed.size() > kKept && closed.begin()->first <= engine.now()) {
    Execution* run = find_run(engine, closed.begin()->second);
    closed.erase(closed.begin());
    if (run != nullptr) remove_run(engine, *run);
  }
}

}  // namespace temporalio::timeskip
