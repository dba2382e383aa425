// What all parts of the engine share: the clock, the namespaces, the task queues, the parked calls, and the order in
// which the consequences of a request are worked off. It knows runs only as participants of a transaction; what they
// are is said in run/. One thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "timeskip/src/clock/timer_queue.h"
#include "timeskip/src/clock/virtual_clock.h"
#include "timeskip/src/engine/core/call.h"
#include "timeskip/src/engine/core/call_context.h"
#include "timeskip/src/engine/core/ids.h"
#include "timeskip/src/engine/core/matching.h"
#include "timeskip/src/engine/core/run_observer.h"
#include "timeskip/src/engine/core/search_attributes.h"

namespace temporalio::timeskip {

class Engine;
struct Execution;
struct Runs;

struct BatchJobs;

struct Namespace {
  std::string name;
  std::string id;
  std::string description;
  std::string owner_email;
  std::map<std::string, std::string> data;
  bool is_deprecated = false;
  Duration retention{std::chrono::hours(24)};
  std::unordered_map<std::string, Execution*> current;  // workflow id -> its newest run
  TaskQueues workflow_queues;                           // normal and sticky
  TaskQueues activity_queues;
  SearchAttributeTypes search_attributes;                       // that users have added
  std::map<std::string, std::string> search_attribute_columns;  // column of the real server's store -> attribute in it
  // Where the runs are found by their attributes. Made when they are first listed, so until then it costs nothing.
  std::unique_ptr<RunObserver> visibility;
  std::shared_ptr<BatchJobs> batch_jobs;  // null: none
};

// Something whose changes become visible together, at the end of its transaction.
class Participant {
 public:
  Participant() = default;
  Participant(const Participant&) = delete;
  Participant& operator=(const Participant&) = delete;
  virtual ~Participant() = default;

  // How many have changed it.
  std::int64_t transactions() const { return transactions_; }

 private:
  friend class Engine;
  virtual void end_transaction(Engine& engine) = 0;
  bool is_touched_ = false;
  std::int64_t transactions_ = 0;
};

class Engine {
 public:
  // What follows, in a transaction of its own, when a run has closed.
  using CloseHook = void (*)(Engine& engine, Execution& closed);
  // Answers a poll with a task, unless the task is gone by now; then nothing happens.
  using HandOut = void (*)(Engine& engine, TaskQueue& queue, const TaskRef& task, Call& poll);

  // `runs` must outlive nothing but this object; `hand_out` is how the layer above describes a task to its worker.
  Engine(const ServerOptions& options, std::shared_ptr<Runs> runs, HandOut hand_out);
  ~Engine();

  Time now() const { return clock.now(); }

  // Runs the call's reply; `call` is gone afterwards.
  void answer(Call& call, RpcStatus status);
  // Runs `callback` when `call` has waited `at_most`, or shortly before its own deadline.
  void limit_wait(Call& call, Duration at_most, std::function<void()> callback);

  // Marks `changed`; its transaction ends in commit_all(), after the request or all timers of one moment.
  void touch(Participant& changed);
  // Runs `step` in a transaction of its own, after those that are open now have ended: what one run does to another.
  void after_commit(std::function<void()> step) { steps_.push_back(std::move(step)); }
  // Ends the open transactions, and runs what waits for that, until nothing is left.
  void commit_all();

  Namespace* find_namespace(std::string_view name);

  VirtualClock clock;
  TimerQueue timers;       // virtual time
  TimerQueue wall_timers;  // how long callers wait
  IdGenerator ids;
  std::uint32_t server_id;
  const HandOut hand_out;
  std::vector<CloseHook> close_hooks;  // in the order in which they run

  std::unordered_map<std::string, std::unique_ptr<Namespace>, StringHash, std::equal_to<>> namespaces;
  std::shared_ptr<Runs> runs;  // run/runs.h

  std::unordered_map<CallId, Call> calls;  // not answered yet
  CallId next_call_id = 1;
  std::uint64_t next_query_id = 1;

  // TestService: locks less unlocks, each sleep that unlocks counted as one for as long as it lasts.
  std::int64_t client_locks = 0;
  std::int64_t unlocking_sleeps = 0;

  // Workers that have shut down, by worker_instance_key, with the wall time: a poll of theirs that was on its way is
  // answered empty instead of being parked.
  std::unordered_map<std::string, Time> ended_workers;

  std::deque<TaskQueue*> queues_to_match;  // got a task or a poller in this request

 private:
  std::deque<Participant*> touched_;
  const Participant* committing_ = nullptr;  // whose transaction ends
  std::deque<std::function<void()>> steps_;
};

}  // namespace temporalio::timeskip
