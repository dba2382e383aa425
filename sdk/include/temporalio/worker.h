// A worker: polls one task queue, runs its workflows and activities, reports what came of them.
//
//   worker::Worker worker(client, {.task_queue = "orders"});
//   worker.add_workflow<OneClickBuy>();
//   worker.add_activity<&do_purchase>();
//   worker.run();
#pragma once

#include <chrono>
#include <memory>
#include <string_view>
#include <utility>

#include "temporalio/activity.h"
#include "temporalio/client.h"
#include "temporalio/definition.h"
#include "temporalio/duration.h"
#include "temporalio/option_text.h"
#include "temporalio/process_pool.h"

namespace temporalio::worker {

// `task_queue` is required.
struct WorkerOptions {
  OptionString task_queue = {};
  OptionString identity = {};  // empty: the client's
  // How many workflows are kept in memory between their tasks, least recently used ones going first. 0: none; each task
  // replays the whole history, which finds workflow code that is not deterministic.
  int max_cached_workflows = 1000;
  int max_concurrent_workflow_tasks = 100;
  int max_concurrent_activities = 100;
  // How many activities a second this worker starts, over time; 0: no limit.
  double max_activities_per_second = 0;
  // How many activities a second the service hands out to all workers of the task queue together; 0: no limit. The
  // service goes by what it was told last, so all workers of a queue should say the same.
  double max_task_queue_activities_per_second = 0;
  // Polls that wait for tasks at the same time; 0: five, in process one.
  int max_concurrent_workflow_task_polls = 0;
  int max_concurrent_activity_task_polls = 0;
  // How long a task may wait for this very worker before any worker of the queue may take it.
  Duration sticky_queue_schedule_to_start_timeout = std::chrono::seconds(10);
  Duration max_heartbeat_throttle_interval = std::chrono::seconds(60);
  Duration default_heartbeat_throttle_interval = std::chrono::seconds(30);  // for activities without heartbeat timeout
  // How long activities may go on after shutdown() before they are cancelled.
  Duration graceful_shutdown_timeout = Duration::zero();
};

// In a test environment in process a worker serves from the moment something is registered, without start() or run().
// All functions may be called from any thread, but those that wait not from workflow code or asynchronous activities.
class Worker {
 public:
  // Throws std::invalid_argument where an option makes no sense.
  explicit Worker(const client::Client& client, const WorkerOptions& options);
  // Shuts down first, as shutdown() does; in process without waiting for anything but activities that still run.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Registers a workflow class by what its define() says. Throws std::invalid_argument where another class has the
  // same type name.
  template <class W>
  Worker& add_workflow() {
    add_definition(workflow::definition<W>());
    return *this;
  }

  // Registers a function as an activity: `R f(Args...)` runs on a pool of threads, `activity::Task<R> f(Args...)` is a
  // coroutine on the loop. Its name is the function's or what activity::kName says, for workers and workflows alike.
  // Throws std::invalid_argument where the name is taken.
  template <auto kFunction>
  Worker& add_activity() {
    add_registration(activity::registration<kFunction>());
    return *this;
  }
  // A method of `instance`, which all executions share.
  template <auto kMethod>
  Worker& add_activity(std::shared_ptr<typename FunctionTraits<decltype(kMethod)>::Class> instance) {
    add_registration(activity::registration<kMethod>(std::move(instance)));
    return *this;
  }

  // A synchronous function that runs in a process of `pool`, see temporalio/process_pool.h.
  template <auto kFunction>
  Worker& add_activity(std::shared_ptr<activity::ProcessPoolExecutor> pool,
                       std::string_view name = activity::kName<kFunction>) {
    add_registration(activity::registration<kFunction>(std::move(pool), name));
    return *this;
  }

  // Registers a function for every activity type that is not registered: it takes std::vector<RawValue>, the arguments
  // as they came, and finds the type in activity::info(). Throws std::invalid_argument where there is one already.
  template <auto kFunction>
  Worker& add_dynamic_activity() {
    add_registration(activity::dynamic_registration<kFunction>());
    return *this;
  }
  // A method of `instance`, which all executions share.
  template <auto kMethod>
  Worker& add_dynamic_activity(std::shared_ptr<typename FunctionTraits<decltype(kMethod)>::Class> instance) {
    add_registration(activity::dynamic_registration<kMethod>(std::move(instance)));
    return *this;
  }

  // Begins to poll and returns. Throws std::invalid_argument where nothing is registered.
  void start();
  // Begins to poll and waits until the worker has shut down: after shutdown() by another thread, or SIGINT or SIGTERM
  // (where the process handles them by default); at once where that has happened already. Throws RPCError when the
  // service refuses to be polled.
  void run();
  // Ends polling, finishes what has begun, gives activities graceful_shutdown_timeout, then cancels them and waits for
  // them to end.
  void shutdown();

  bool is_running() const;
  std::string_view task_queue() const;

 private:
  class Impl;

  void add_definition(const workflow::Definition& definition);
  void add_registration(activity::Registration registration);

  std::shared_ptr<Impl> impl_;
};

}  // namespace temporalio::worker
