// Task queues: tasks and pollers meet in the order in which they came. A queue entry names its task by numbers; whether
// the task still exists is seen when it is handed out.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "timeskip/src/clock/timer_queue.h"

namespace temporalio::timeskip {

class Engine;
struct Call;
struct Execution;
struct Namespace;

struct TaskRef {
  enum class Kind : std::uint8_t { kWorkflow, kQuery, kActivity };
  Kind kind = Kind::kWorkflow;
  std::uint32_t run = 0;    // Execution::number
  std::int64_t id = 0;      // activity's scheduled event, or query number
  std::uint32_t stamp = 0;  // of the workflow task or the activity
};

struct TaskQueue {
  Namespace* owner = nullptr;
  std::string name;
  bool is_activity = false;
  std::deque<TaskRef> backlog;
  std::list<Call*> pollers;
  Time last_poll_wall{Duration::min()};
  bool is_queued_to_match = false;
};

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

using TaskQueues = std::unordered_map<std::string, std::unique_ptr<TaskQueue>, StringHash, std::equal_to<>>;

TaskQueue& workflow_queue(Namespace& owner, std::string_view name);
TaskQueue& activity_queue(Namespace& owner, std::string_view name);

// Adds a task; it is handed out when the request ends.
void add_task(Engine& engine, TaskQueue& queue, TaskRef task);
// Parks a poll for at most a minute.
void add_poller(Engine& engine, TaskQueue& queue, Call& call);
// Whether a worker has polled this queue in the last ten seconds or polls now.
bool has_recent_poller(const Engine& engine, const TaskQueue& queue);
// Hands tasks to pollers until one of the two has run out, in all queues that changed.
void match_all(Engine& engine);

}  // namespace temporalio::timeskip
