// The activity half of a worker: takes activity tasks, has the executor run them, reports outcomes and heartbeats.
// Everything here happens on the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "sdk/src/activity/executor.h"
#include "sdk/src/activity/registry.h"
#include "sdk/src/client/connection.h"
#include "sdk/src/worker/poller.h"
#include "sdk/src/worker/repeated_log.h"

namespace temporal::api::workflowservice::v1 {
class RespondActivityTaskFailedRequest;
}

namespace temporalio::worker {

struct ActivityWorkerOptions {
  std::string task_queue;
  std::string identity;
  std::string instance_key;  // of the worker, by which the service finds its polls
  int max_concurrent_activities = 0;
  double max_activities_per_second = 0;             // 0: no limit
  double max_task_queue_activities_per_second = 0;  // 0: no limit; the service's to keep
  int max_polls = 0;
  Duration max_heartbeat_throttle_interval{};
  Duration default_heartbeat_throttle_interval{};
  // The service refuses to be polled.
  std::function<void(const rpc::Status&)> on_error;
  // Called whenever is_idle() may have become true.
  std::function<void()> on_progress;
};

class ActivityWorker : public std::enable_shared_from_this<ActivityWorker> {
 public:
  ActivityWorker(std::shared_ptr<client::Connection> connection, ActivityWorkerOptions options);
  ~ActivityWorker();

  activity::Registry& registry() { return registry_; }
  // There is something to poll for, if only what stands in for activities in tests.
  bool has_activities() const;

  void start();
  // Opens no more polls, and lets activities know.
  void stop();
  void cancel_polls();
  // Cancels the activities that still run, and those that still come.
  void cancel_all();
  // Activities whose code has not ended.
  std::size_t running_count() const;
  // Stopped, and every outcome has been delivered.
  bool is_idle() const;

 private:
  // A task whose code has begun, or whose outcome is under way.
  struct Attempt {
    std::string what;     // "activity charge (id 3, attempt 2, of workflow p1)"
    std::string subject;  // the same of all attempts
    std::string task_token;
    std::string workflow_id;
    std::string type;
    bool is_type_unknown = false;
  };

  void accept(temporal::api::workflowservice::v1::PollActivityTaskQueueResponse task);
  void log_failure(const Attempt& attempt, const activity::Outcome& outcome);
  void tell_observer(const Attempt& attempt, const activity::Outcome& outcome);
  void report(const Attempt& attempt, activity::Outcome outcome);
  void report_failed(const Attempt& attempt,
                     std::shared_ptr<temporal::api::workflowservice::v1::RespondActivityTaskFailedRequest> request,
                     bool is_first_try);
  // The service refused the outcome: it gets a failure in its place.
  void fail_instead(const Attempt& attempt, const char* outcome, const rpc::Status& status);
  // `then` gets the outcome of the call and may send another. The slot is free afterwards.
  template <class Request, class Response>
  void send(const char* method, const Attempt& attempt, std::shared_ptr<Request> request,
            std::function<void(const rpc::Status&)> then, std::shared_ptr<Response> response);
  void send_heartbeat(const std::string& task_token, temporal::api::common::v1::Payloads details,
                      std::function<void(activity::HeartbeatAnswer)> answered);
  // Whether the attempt has been failed for it.
  bool on_heartbeat_refused(const std::string& task_token, const rpc::Status& status);
  void free_slot();
  // Opens polls as far as there are slots for what they bring.
  void refill();

  const std::shared_ptr<client::Connection> connection_;
  const ActivityWorkerOptions options_;
  activity::Registry registry_;
  std::shared_ptr<Slots> slots_;
  std::shared_ptr<Poller> poller_;
  std::unique_ptr<activity::Executor> executor_;
  std::unordered_map<std::string, Attempt> running_;  // by task token
  RepeatedLog failures_;
};

}  // namespace temporalio::worker
