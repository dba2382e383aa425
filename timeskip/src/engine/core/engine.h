// What all parts of the engine share: the clock, the namespaces with their runs, the task queues, the parked calls, and
// the end of a transaction. One thread at a time.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "timeskip/src/clock/timer_queue.h"
#include "timeskip/src/clock/virtual_clock.h"
#include "timeskip/src/engine/core/call.h"
#include "timeskip/src/engine/core/ids.h"
#include "timeskip/src/engine/core/matching.h"
#include "timeskip/src/engine/core/search_attributes.h"
#include "timeskip/src/engine/run/execution.h"
#include "timeskip/src/engine/server.h"

namespace temporalio::timeskip {

struct Namespace {
  std::string name;
  std::string id;
  std::string description;
  std::string owner_email;
  Duration retention{std::chrono::hours(24)};
  std::unordered_map<std::string, Execution*> current;  // workflow id -> its newest run
  TaskQueues workflow_queues;                           // normal and sticky
  TaskQueues activity_queues;
  CustomSearchAttributes search_attributes = preset_search_attributes();
};

class Engine {
 public:
  explicit Engine(const ServerOptions& options);
  ~Engine();

  Time now() const { return clock.now(); }

  // Runs the call's reply; `call` is gone afterwards.
  void answer(Call& call, RpcStatus status);
  // Runs `callback` when `call` has waited `at_most`, or shortly before its own deadline.
  void limit_wait(Call& call, Duration at_most, std::function<void()> callback);

  // Marks a run as changed; its transaction ends in commit_all(), after the request or all timers of one moment.
  void touch(Execution& execution);
  void commit_all();

  Namespace* find_namespace(std::string_view name);
  Execution* find_run(const Namespace& owner, const std::string& workflow_id, const std::string& run_id);
  Execution& add_execution(Namespace& owner, const std::string& workflow_id, std::string run_id);

  VirtualClock clock;
  TimerQueue timers;       // virtual time
  TimerQueue wall_timers;  // how long callers wait
  IdGenerator ids;
  std::uint32_t server_id;

  std::unordered_map<std::string, std::unique_ptr<Namespace>, StringHash, std::equal_to<>> namespaces;
  std::vector<std::unique_ptr<Execution>> executions;  // by Execution::number
  std::unordered_map<std::string, Execution*> by_run_id;
  std::vector<Execution*> holders;  // runs that hold time, see time_holders.h

  std::unordered_map<std::uint64_t, Call> calls;  // not answered yet
  std::uint64_t next_call_id = 1;
  std::uint64_t next_query_id = 1;

  // TestService: locks less unlocks, each sleep that unlocks counted as one for as long as it lasts.
  std::int64_t client_locks = 0;
  std::int64_t unlocking_sleeps = 0;

  // Workers that said goodbye, by worker_instance_key, with the wall time: a poll that crossed their word is not
  // parked.
  std::unordered_map<std::string, Time> ended_workers;

  std::deque<TaskQueue*> queues_to_match;  // got a task or a poller in this request

 private:
  std::deque<Execution*> dirty_;
};

}  // namespace temporalio::timeskip
