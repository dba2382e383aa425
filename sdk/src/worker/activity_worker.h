// The activity half of a worker: takes activity tasks, has the executor run them, reports outcomes and heartbeats.
// Everything here happens on the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sdk/src/activity/executor.h"
#include "sdk/src/activity/registry.h"
#include "sdk/src/client/connection.h"
#include "sdk/src/worker/poller.h"

namespace temporalio::worker {

struct ActivityWorkerOptions {
  std::string task_queue;
  std::string identity;
  std::string instance_key;  // of the worker, by which the service finds its polls
  int max_concurrent_activities = 0;
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
  void accept(temporal::api::workflowservice::v1::PollActivityTaskQueueResponse task);
  void report(const std::string& task_token, activity::Outcome outcome);
  template <class Request, class Response>
  void send(const char* method, std::shared_ptr<Request> request, const std::string& task_token);
  void send_heartbeat(const std::string& task_token, temporal::api::common::v1::Payloads details,
                      std::function<void(activity::HeartbeatAnswer)> answered);
  void free_slot();

  const std::shared_ptr<client::Connection> connection_;
  const ActivityWorkerOptions options_;
  activity::Registry registry_;
  std::shared_ptr<Slots> slots_;
  std::shared_ptr<Poller> poller_;
  std::unique_ptr<activity::Executor> executor_;
};

}  // namespace temporalio::worker
