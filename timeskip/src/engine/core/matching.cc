// Pairs tasks with pollers after each request, first come first served on both sides.
#include "timeskip/src/engine/core/matching.h"

#include <utility>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/errors.h"

namespace temporalio::timeskip {
namespace {

constexpr Duration kPollWait = std::chrono::minutes(1);
constexpr Duration kPollerMemory = std::chrono::seconds(10);

TaskQueue& find_or_add(TaskQueues& queues, Namespace& owner, std::string_view name, bool is_activity) {
  const auto found = queues.find(name);
  if (found != queues.end()) return *found->second;
  auto queue = std::make_unique<TaskQueue>();
  queue->owner = &owner;
  queue->name = std::string(name);
  queue->is_activity = is_activity;
  return *queues.emplace(queue->name, std::move(queue)).first->second;
}

void match_later(Engine& engine, TaskQueue& queue) {
  if (queue.is_queued_to_match) return;
  queue.is_queued_to_match = true;
  engine.queues_to_match.push_back(&queue);
}

}  // namespace

TaskQueue& workflow_queue(Namespace& owner, std::string_view name) {
  return find_or_add(owner.workflow_queues, owner, name, false);
}

TaskQueue& activity_queue(Namespace& owner, std::string_view name) {
  return find_or_add(owner.activity_queues, owner, name, true);
}

void add_task(Engine& engine, TaskQueue& queue, TaskRef task) {
  queue.backlog.push_back(task);
  match_later(engine, queue);
}

void add_poller(Engine& engine, TaskQueue& queue, Call& call) {
  queue.last_poll_wall = engine.clock.wall();
  const auto place = queue.pollers.insert(queue.pollers.end(), &call);
  call.unpark = [&queue, place] { queue.pollers.erase(place); };
  engine.limit_wait(call, kPollWait, [&engine, &queue, &call] {
    queue.last_poll_wall = engine.clock.wall();
    engine.answer(call, {});
  });
  match_later(engine, queue);
}

bool has_recent_poller(const Engine& engine, const TaskQueue& queue) {
  return !queue.pollers.empty() || queue.last_poll_wall > engine.clock.wall() - kPollerMemory;
}

void match_all(Engine& engine) {
  while (!engine.queues_to_match.empty()) {
    TaskQueue& queue = *engine.queues_to_match.front();
    engine.queues_to_match.pop_front();
    queue.is_queued_to_match = false;
    while (!queue.backlog.empty() && !queue.pollers.empty()) {
      Call& poller = *queue.pollers.front();
      if (poller.context.is_gone && poller.context.is_gone()) {  // the task would be lost on it
        engine.answer(poller, errors::cancelled());
        continue;
      }
      const TaskRef task = queue.backlog.front();
      queue.backlog.pop_front();
      engine.hand_out(engine, queue, task, poller);
      queue.last_poll_wall = engine.clock.wall();
    }
    engine.commit_all();
  }
}

}  // namespace temporalio::timeskip
