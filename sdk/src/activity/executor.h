// Runs the activities of one worker: takes polled tasks, gives outcomes. It sends nothing itself; the worker makes
// requests of outcomes and carries heartbeats. Everything here happens on the loop's thread; only the code of
// synchronous activities runs on the pool's threads.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "sdk/src/activity/registry.h"
#include "sdk/src/base/loop.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/failure/v1/message.pb.h"

namespace temporal::api::workflowservice::v1 {
class PollActivityTaskQueueResponse;
}

namespace temporalio::activity {

// How the execution of one activity task ended.
struct Outcome {
  enum class Kind {
    completed,        // RespondActivityTaskCompleted with `payloads` as result
    failed,           // RespondActivityTaskFailed with `failure` and `last_heartbeat_details`
    cancelled,        // RespondActivityTaskCanceled with `payloads` as details
    completes_later,  // nothing to send: somebody else completes it
    dropped,          // nothing to send: the server does not know the attempt any more
  };
  Outcome() = default;
  Kind kind = Kind::dropped;
  temporal::api::common::v1::Payloads payloads;
  temporal::api::failure::v1::Failure failure;
  temporal::api::common::v1::Payloads last_heartbeat_details;  // recorded but not sent yet
};

// The answer to RecordActivityTaskHeartbeat.
struct HeartbeatAnswer {
  bool cancel_requested = false;
  bool activity_paused = false;
  bool activity_reset = false;
  bool not_found = false;  // the call failed with NOT_FOUND; other errors leave everything false
};

struct ExecutorOptions {
  ExecutorOptions() = default;
  std::string namespace_;
  std::string task_queue;
  Duration max_heartbeat_throttle_interval = std::chrono::seconds(60);
  Duration default_heartbeat_throttle_interval = std::chrono::seconds(30);
  std::shared_ptr<const Registry> mocks;  // looked in first; null: none
  // Sends one heartbeat and calls `answered` once on the loop's thread, also when the call fails.
  std::function<void(const std::string& task_token, temporal::api::common::v1::Payloads details,
                     std::function<void(HeartbeatAnswer)> answered)>
      send_heartbeat;
  // An activity has recorded a heartbeat, which may be sent later or never. On the activity's thread; may be empty.
  std::function<void()> on_heartbeat;
};

// Of the loop's thread, but for the constructor and the destructor.
class Executor {
 public:
  // Runs once on the loop's thread, never inside start().
  using Done = std::function<void(Outcome)>;

  // `registry` outlives the executor.
  Executor(std::shared_ptr<base::Loop> loop, const Registry& registry, ExecutorOptions options);
  // Drops what still runs: coroutines are destroyed, functions on the pool's threads run on with nobody to tell. Their
  // `done` does not run. No callback of the loop may be running (see Loop::exclusively), unless it is the caller's.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Starts one polled task (one with a task token).
  void start(temporal::api::workflowservice::v1::PollActivityTaskQueueResponse task, Done done);

  // is_worker_shutdown becomes true for all that run and all that are started later.
  void announce_shutdown();
  // The time for a graceful end is over: cancels all that run, with worker_shutdown as the reason.
  void cancel_all();
  // Activities that run; their `done` has not run yet.
  std::size_t running_count() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace temporalio::activity
