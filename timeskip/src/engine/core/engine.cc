// Calls and their answers, namespaces, and the order in which a request's consequences are worked off.
#include "timeskip/src/engine/core/engine.h"

#include <algorithm>
#include <utility>

#include "timeskip/src/engine/core/errors.h"

namespace temporalio::timeskip {
namespace {

// A parked call is answered this long before its own deadline, so that the answer still arrives.
constexpr Duration kDeadlineMargin = std::chrono::seconds(1);

}  // namespace

Engine::Engine(const ServerOptions& options, std::shared_ptr<Runs> runs_to_keep, HandOut hand_out_task)
    : clock(options.start_time, options.start_time),
      ids(options.seed),
      server_id(static_cast<std::uint32_t>(ids.next())),
      hand_out(hand_out_task),
      runs(std::move(runs_to_keep)),
      client_locks(options.starts_locked ? 1 : 0) {
  auto fallback = std::make_unique<Namespace>();
  fallback->name = "default";
  fallback->id = ids.uuid();
  namespaces.emplace(fallback->name, std::move(fallback));
}

Engine::~Engine() = default;

void Engine::answer(Call& call, RpcStatus status) {
  if (call.unpark) std::exchange(call.unpark, nullptr)();
  const Reply reply = std::move(call.reply);
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

void Engine::touch(Participant& changed) {
  if (changed.is_touched_) return;
  changed.is_touched_ = true;
  if (&changed != committing_) ++changed.transactions_;
  touched_.push_back(&changed);
}

void Engine::commit_all() {
  while (true) {
    while (!touched_.empty()) {
      Participant& changed = *touched_.front();
      touched_.pop_front();
      changed.is_touched_ = false;
      committing_ = &changed;
      changed.end_transaction(*this);
      committing_ = nullptr;
    }
    if (steps_.empty()) return;
    const std::function<void()> step = std::move(steps_.front());
    steps_.pop_front();
    step();
  }
}

Namespace* Engine::find_namespace(std::string_view name) {
  const auto found = namespaces.find(name);
  return found == namespaces.end() ? nullptr : found->second.get();
}

}  // namespace temporalio::timeskip
