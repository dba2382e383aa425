// Computes whether time may jump, and says in words who holds it.
#include "timeskip/src/engine/time/skipping.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/run/runs.h"
#include "timeskip/src/engine/run/time_holders.h"

namespace temporalio::timeskip {
namespace {

std::string format_time(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t unix_seconds = seconds.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&unix_seconds, &parts);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  char text[48];
  std::snprintf(text, sizeof text, "%s.%03dZ", date, static_cast<int>((time - seconds).count() / 1'000'000));
  return text;
}

std::string format_duration(Duration duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  char text[48];
  if (seconds >= 86400) {
    std::snprintf(text, sizeof text, "%.2f days", seconds / 86400);
  } else {
    std::snprintf(text, sizeof text, "%.3f s", seconds);
  }
  return text;
}

bool has_poller(const TaskQueues& queues, const std::string& name) {
  const auto found = queues.find(name);
  return found != queues.end() && !found->second->pollers.empty();
}

std::string no_poller_note(const TaskQueues& queues, const std::string& name) {
  return has_poller(queues, name) ? std::string() : ", which no worker polls now";
}

void describe_holder(const Engine& engine, const Execution& execution, std::string& out) {
  const std::string who =
      "  workflow '" + execution.workflow_id + "' (" + execution.workflow_type + ", run " + execution.run_id + "): ";
  const WorkflowTask& task = execution.task;
  if (task.state == WorkflowTask::State::kScheduled) {
    const std::string& queue = task.sticky ? execution.sticky_queue : execution.task_queue;
    out += who + "workflow task " + std::to_string(task.scheduled_event_id) + " waits for a worker on task queue '" +
           queue + "'" + no_poller_note(execution.owner->workflow_queues, queue) + ", for " +
           format_duration(engine.now() - task.scheduled_time) + "\n";
  } else if (task.state == WorkflowTask::State::kStarted) {
    out += who + "workflow task " + std::to_string(task.scheduled_event_id) + " (attempt " +
           std::to_string(task.attempt) + ") is with worker '" + task.started_identity + "' for " +
           format_duration(engine.now() - task.started_time) + "\n";
  }
  for (const auto& [scheduled_event_id, activity] : execution.activities) {
    const std::string name = "activity '" + activity->id + "' (attempt " + std::to_string(activity->attempt) + ") ";
    if (activity->state == Activity::State::kScheduled) {
      out += who + name + "waits for a worker on task queue '" + activity->task_queue + "'" +
             no_poller_note(execution.owner->activity_queues, activity->task_queue) + ", for " +
             format_duration(engine.now() - activity->scheduled_time) + "\n";
    } else if (activity->state == Activity::State::kStarted) {
      out += who + name + "runs on worker '" + activity->identity + "' for " +
             format_duration(engine.now() - activity->started_time) + "\n";
    }
  }
  if (const auto taken = queries_with_worker(execution); taken > 0) {
    out += who + std::to_string(taken) + " unanswered queries\n";
  }
}

// The sleeps that are not used up by making good for the locks of others.
std::int64_t outweighing_sleeps(const Engine& engine) {
  return std::clamp<std::int64_t>(-engine.client_locks, 0, engine.unlocking_sleeps);
}

}  // namespace

bool may_skip(const Engine& engine) {
  if (engine.client_locks > 0 || engine.now() >= kEndOfTime) return false;
  std::int64_t left = outweighing_sleeps(engine);
  for (const Execution* execution : engine.runs->holders) {
    if (is_with_worker(*execution)) return false;
    left -= count_outweighable(*execution, left + 1);
    if (left < 0) return false;
  }
  return true;
}

std::string describe_time(const Engine& engine) {
  std::string out = "virtual time " + format_time(engine.now()) + ", " + format_duration(engine.clock.skipped()) +
                    " ahead of wall time\n";
  if (may_skip(engine)) {
    out += "nothing holds time\n";
    if (!engine.runs->holders.empty()) out += "  except what client sleeps outweigh:\n";
  } else {
    out += "time is held (it runs at wall pace) by:\n";
    if (engine.now() >= kEndOfTime) out += "  the end of the time that this server can tell\n";
    if (engine.client_locks > 0) {
      out += "  clients: " + std::to_string(engine.client_locks) +
             " lock(s) of TestService, which UnlockTimeSkipping releases\n";
    }
    if (const std::int64_t sleeps = outweighing_sleeps(engine); sleeps > 0) {
      out += "  (client sleeps outweigh " + std::to_string(sleeps) + " of these activities and queued tasks)\n";
    }
  }
  for (const Execution* execution : engine.runs->holders) describe_holder(engine, *execution, out);
  const std::optional<Time> next = engine.timers.next_due();
  if (!next.has_value()) {
    out += "no timer is set\n";
  } else {
    const std::string what = engine.timers.describe_next();
    out += "next timer: " + format_time(*next) + ", in " + format_duration(*next - engine.now()) +
           (what.empty() ? std::string() : ": " + what) + "\n";
  }
  std::size_t idle = 0;
  for (const auto& execution : engine.runs->all) {
    if (execution == nullptr || !execution->is_running() || holds_time(*execution)) continue;
    if (++idle > 10) continue;
    out += "  idle: workflow '" + execution->workflow_id + "' (" + execution->workflow_type + ") with " +
           std::to_string(execution->timers.size()) + " timer(s) and " + std::to_string(execution->activities.size()) +
           " activity retry(ies) pending";
    if (execution->timers.empty() && execution->activities.empty() && !execution->in_first_backoff) {
      out += ": only a signal, a cancel request or a timeout can wake it";
    }
    out += "\n";
  }
  if (idle > 10) out += "  and " + std::to_string(idle - 10) + " more idle workflows\n";
  return out;
}

}  // namespace temporalio::timeskip
