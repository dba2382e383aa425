// Calls and their answers, namespaces and runs, and the order in which a request's consequences are worked off.
#include "timeskip/src/engine/core/engine.h"

#include <algorithm>
#include <utility>

#include "timeskip/src/engine/core/errors.h"
#include "timeskip/src/engine/run/transaction.h"

namespace temporalio::timeskip {
namespace {

// A parked call is answered this long before its own deadline, so that the answer still arrives.
constexpr Duration kDeadlineMargin = std::chrono::seconds(1);

}  // namespace

Engine::Engine(const ServerOptions& options)
    : clock(options.start_time, options.start_time),
      ids(options.seed),
      server_id(static_cast<std::uint32_t>(ids.next())),
      client_locks(options.starts_locked ? 1 : 0) {
  auto fallback = std::make_unique<Namespace>();
  fallback->name = "default";
  fallback->id = ids.uuid();
  namespaces.emplace(fallback->name, std::move(fallback));
}

Engine::~Engine() = default;

void Engine::answer(Call& call, RpcStatus status) {
  if (call.unpark) std::exchange(call.unpark, nullptr)();
  const Server::Reply reply = std::move(call.reply);
  calls.erase(call.id);
  errors::cut_text(status.message);
  reply(std::move(status));
}

void Engine::limit_wait(Call& call, Duration at_most, std::function<void()> callback) {
  Time end = clock.wall() + at_most;
  if (call.context.wall_deadline.has_value()) {
    const Duration left = *call.context.wall_deadline - clock.wall();
    end = std::min(end, clock.wall() + std::max(left - kDeadlineMargin, left / 2));
  }
  wall_timers.set(call.wall_timer, end, std::move(callback));
}

void Engine::touch(Execution& execution) {
  if (execution.is_dirty) return;
  execution.is_dirty = true;
  dirty_.push_back(&execution);
}

void Engine::commit_all() {
  while (!dirty_.empty()) {
    Execution& execution = *dirty_.front();
    dirty_.pop_front();
    execution.is_dirty = false;
    end_transaction(*this, execution);
  }
}

Namespace* Engine::find_namespace(std::string_view name) {
  const auto found = namespaces.find(name);
  return found == namespaces.end() ? nullptr : found->second.get();
}

Execution* Engine::find_run(const Namespace& owner, const std::string& workflow_id, const std::string& run_id) {
  if (run_id.empty()) {
    const auto found = owner.current.find(workflow_id);
    return found == owner.current.end() ? nullptr : found->second;
  }
  const auto found = by_run_id.find(run_id);
  if (found == by_run_id.end()) return nullptr;
  Execution* execution = found->second;
  return execution->owner == &owner && execution->workflow_id == workflow_id ? execution : nullptr;
}

Execution& Engine::add_execution(Namespace& owner, const std::string& workflow_id, std::string run_id) {
  auto created = std::make_unique<Execution>();
  Execution& execution = *created;
  execution.number = static_cast<std::uint32_t>(executions.size());
  execution.owner = &owner;
  execution.workflow_id = workflow_id;
  execution.run_id = std::move(run_id);
  executions.push_back(std::move(created));
  by_run_id.emplace(execution.run_id, &execution);
  owner.current[workflow_id] = &execution;
  return execution;
}

}  // namespace temporalio::timeskip
