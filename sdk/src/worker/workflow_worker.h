// The workflow half of a worker: takes workflow and query tasks, finds or replays the run each belongs to, and answers.
// Everything happens on the loop's thread; workflow code runs there, too.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "sdk/src/client/connection.h"
#include "sdk/src/worker/poller.h"
#include "sdk/src/worker/repeated_log.h"
#include "sdk/src/worker/run_cache.h"
#include "sdk/src/workflow/registry.h"

namespace temporal::api::workflowservice::v1 {
class PollWorkflowTaskQueueResponse;
class RespondQueryTaskCompletedRequest;
class RespondWorkflowTaskCompletedRequest;
class RespondWorkflowTaskFailedRequest;
}  // namespace temporal::api::workflowservice::v1

namespace temporalio::worker {

struct WorkflowWorkerOptions {
  std::string task_queue;
  std::string identity;
  std::string instance_key;  // of the worker, by which the service finds its polls
  std::size_t max_cached_workflows = 0;
  int max_concurrent_tasks = 0;
  int max_polls = 0;
  Duration sticky_schedule_to_start_timeout{};
  // The service refuses to be polled.
  std::function<void(const rpc::Status&)> on_error;
  // Called whenever is_idle() may have become true.
  std::function<void()> on_progress;
};

// "workflow OneClickBuy (id p1, run 0198...)": for messages.
std::string describe_task(const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task);

class WorkflowWorker : public std::enable_shared_from_this<WorkflowWorker> {
 public:
  WorkflowWorker(std::shared_ptr<client::Connection> connection, WorkflowWorkerOptions options);
  ~WorkflowWorker();

  workflow::Registry& registry() { return registry_; }
  const std::string& sticky_queue() const { return sticky_queue_; }

  void start();
  // Opens no more polls, and asks for no more tasks in the answers to tasks.
  void stop();
  void cancel_polls();
  // Stopped, and every answer has been delivered.
  bool is_idle() const;

 private:
  using Task = temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse;
  using TaskPtr = std::unique_ptr<Task>;

  void accept(TaskPtr task);
  void begin(TaskPtr task);
  void run_cached(TaskPtr task);
  void run_from_start(TaskPtr task);
  // Completes the task's history; tasks of the same run wait meanwhile.
  void fetch(TaskPtr task, bool from_start, void (WorkflowWorker::*then)(TaskPtr));
  void on_fetched(const std::string& run_id, const rpc::Status& status, TaskPtr task,
                  void (WorkflowWorker::*then)(TaskPtr));
  void work(std::unique_ptr<workflow::Run> run, TaskPtr task);
  void answer_query(std::unique_ptr<workflow::Run> run, const Task& task);

  // What is left of a task while its answer is under way.
  struct Answered {
    std::string what;  // "workflow OneClickBuy (id p1, run 0198...)"
    std::string workflow_id;
    std::string run_id;
    std::string type;
    std::string task_token;
    std::int32_t attempt = 1;
  };

  // workflow_answers.cc
  client::WorkObserver* observer() const { return connection_->options().observer.get(); }
  Answered answered_of(const Task& task) const;
  void note_descendant(const Task& task);
  void complete(const Task& task, bool is_cached,
                std::shared_ptr<temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest> completed);
  void report_failure(const Task& task, workflow::TaskVerdict verdict,
                      temporal::api::workflowservice::v1::RespondWorkflowTaskFailedRequest& failed);
  void fail_task(const Answered& answered,
                 std::shared_ptr<temporal::api::workflowservice::v1::RespondWorkflowTaskFailedRequest> failed,
                 bool is_first_try);
  void send_query_answer(const Answered& answered,
                         std::shared_ptr<temporal::api::workflowservice::v1::RespondQueryTaskCompletedRequest> answer,
                         bool is_first_try);
  void on_completed(const Answered& answered, const rpc::Status& status, Task* next);
  // Sends an answer; `then` gets its outcome and may send another. The slot is free afterwards.
  void send(const char* method, std::shared_ptr<google::protobuf::Message> request,
            std::shared_ptr<google::protobuf::Message> response, std::function<void(const rpc::Status&)> then);
  void free_slot();

  const std::shared_ptr<client::Connection> connection_;
  const WorkflowWorkerOptions options_;
  std::string sticky_queue_;  // empty: nothing is cached, so no task is meant for this worker only
  workflow::Registry registry_;
  RunCache cache_;
  std::shared_ptr<Slots> slots_;
  std::shared_ptr<Poller> normal_poller_;
  std::shared_ptr<Poller> sticky_poller_;
  bool is_stopped_ = false;
  RepeatedLog failures_;
  // Runs whose history is being fetched, with the tasks that came for them meanwhile.
  std::unordered_map<std::string, std::deque<TaskPtr>> fetching_;
};

}  // namespace temporalio::worker
