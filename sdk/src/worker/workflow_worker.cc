#include "sdk/src/worker/workflow_worker.h"

#include <algorithm>
#include <utility>

#include "sdk/src/base/deadlock_watch.h"
#include "sdk/src/base/log.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/rpc/methods.h"
#include "sdk/src/worker/history_fetch.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporalio::worker {
namespace {

namespace ws = temporal::api::workflowservice::v1;
using workflow::TaskVerdict;

std::int64_t first_event_id(const ws::PollWorkflowTaskQueueResponse& task) {
  return task.history().events().empty() ? 0 : task.history().events(0).event_id();
}

// A history that was fetched after the task began may hold what came later; the task ends where it was started.
void cut_after_start_of_task(ws::PollWorkflowTaskQueueResponse& task) {
  if (task.started_event_id() == 0) return;  // a query task
  auto& events = *task.mutable_history()->mutable_events();
  while (!events.empty() && events[events.size() - 1].event_id() > task.started_event_id()) events.RemoveLast();
}

}  // namespace

std::string describe_task(const ws::PollWorkflowTaskQueueResponse& task) {
  return "workflow " + task.workflow_type().name() + " (id " + task.workflow_execution().workflow_id() + ", run " +
         task.workflow_execution().run_id() + ")";
}

WorkflowWorker::WorkflowWorker(std::shared_ptr<client::Connection> connection, WorkflowWorkerOptions options)
    : connection_(std::move(connection)),
      options_(std::move(options)),
      cache_(options_.max_cached_workflows),
      slots_(std::make_shared<Slots>()),
      failures_(connection_->loop().time()) {
  slots_->limit = options_.max_concurrent_tasks;
  if (cache_.capacity() > 0) sticky_queue_ = options_.identity + "-" + connection_->new_id();
}

WorkflowWorker::~WorkflowWorker() = default;

void WorkflowWorker::start() {
  base::DeadlockWatch::start();
  auto request = std::make_shared<ws::PollWorkflowTaskQueueRequest>();
  request->set_namespace_(connection_->namespace_());
  request->set_identity(options_.identity);
  request->set_worker_instance_key(options_.instance_key);
  request->mutable_task_queue()->set_name(options_.task_queue);
  request->mutable_task_queue()->set_kind(temporal::api::enums::v1::TASK_QUEUE_KIND_NORMAL);

  PollerOptions poller;
  poller.method = rpc::kPollWorkflowTaskQueue;
  poller.request = request;
  poller.response_type = &ws::PollWorkflowTaskQueueResponse::default_instance();
  poller.on_error = options_.on_error;
  poller.on_progress = options_.on_progress;
  poller.on_response = [this](google::protobuf::Message& response) {
    auto& task = static_cast<Task&>(response);
    if (!task.task_token().empty()) accept(std::make_unique<Task>(std::move(task)));
  };
  // Most tasks of cached workflows come through the sticky queue: a fifth of the polls is left to the normal one.
  poller.max_polls = sticky_queue_.empty() ? options_.max_polls : std::max(1, options_.max_polls / 5);
  normal_poller_ = std::make_shared<Poller>(connection_, slots_, poller);

  if (!sticky_queue_.empty()) {
    auto sticky = std::make_shared<ws::PollWorkflowTaskQueueRequest>(*request);
    sticky->mutable_task_queue()->set_name(sticky_queue_);
    sticky->mutable_task_queue()->set_kind(temporal::api::enums::v1::TASK_QUEUE_KIND_STICKY);
    sticky->mutable_task_queue()->set_normal_name(options_.task_queue);
    poller.request = std::move(sticky);
    poller.max_polls = std::max(1, options_.max_polls - poller.max_polls);
    sticky_poller_ = std::make_shared<Poller>(connection_, slots_, std::move(poller));
  }
  normal_poller_->refill();
  if (sticky_poller_ != nullptr) sticky_poller_->refill();
}

void WorkflowWorker::stop() {
  is_stopped_ = true;
  if (normal_poller_ != nullptr) normal_poller_->stop();
  if (sticky_poller_ != nullptr) sticky_poller_->stop();
}

void WorkflowWorker::cancel_polls() {
  if (normal_poller_ != nullptr) normal_poller_->cancel_polls();
  if (sticky_poller_ != nullptr) sticky_poller_->cancel_polls();
}

bool WorkflowWorker::is_idle() const {
  const auto has_ended = [](const std::shared_ptr<Poller>& poller) { return poller == nullptr || poller->has_ended(); };
  return slots_->used == 0 && has_ended(normal_poller_) && has_ended(sticky_poller_);
}

// A task takes a slot until its answer has been delivered.
void WorkflowWorker::accept(TaskPtr task) {
  ++slots_->used;
  const auto fetching = fetching_.find(task->workflow_execution().run_id());
  if (fetching != fetching_.end()) {
    fetching->second.push_back(std::move(task));
  } else {
    begin(std::move(task));
  }
}

void WorkflowWorker::begin(TaskPtr task) {
  if (task->next_page_token().empty()) return run_cached(std::move(task));
  fetch(std::move(task), false, &WorkflowWorker::run_cached);
}

void WorkflowWorker::run_cached(TaskPtr task) {
  cut_after_start_of_task(*task);
  const std::int64_t first = first_event_id(*task);
  std::unique_ptr<workflow::Run> run = cache_.take(task->workflow_execution().run_id());
  const bool continues_run = run != nullptr && (first == 0 ? task->has_query() : first == run->last_event_id() + 1);
  if (continues_run) return work(std::move(run), std::move(task));
  run.reset();  // it has missed something, or the task is a second try
  if (first == 1) return run_from_start(std::move(task));
  fetch(std::move(task), true, &WorkflowWorker::run_from_start);
}

void WorkflowWorker::fetch(TaskPtr task, bool from_start, void (WorkflowWorker::*then)(TaskPtr)) {
  const std::string run_id = task->workflow_execution().run_id();
  fetching_[run_id];
  fetch_history(*connection_, std::move(task), from_start,
                [self = weak_from_this(), run_id, then](const rpc::Status& status, TaskPtr completed) {
                  if (const auto worker = self.lock()) worker->on_fetched(run_id, status, std::move(completed), then);
                });
}

void WorkflowWorker::on_fetched(const std::string& run_id, const rpc::Status& status, TaskPtr task,
                                void (WorkflowWorker::*then)(TaskPtr)) {
  std::deque<TaskPtr> waiting = std::move(fetching_.extract(run_id).mapped());
  if (status.is_ok()) {
    (this->*then)(std::move(task));
  } else {
    base::log(LogLevel::warning, "cannot fetch the history of " + describe_task(*task) + ": " + status.message +
                                     "; its task will time out");
    cache_.remove(run_id);
    free_slot();
  }
  for (TaskPtr& next : waiting) {  // where another fetch has begun they wait again
    --slots_->used;                // accept() counts it again
    accept(std::move(next));
  }
}

void WorkflowWorker::run_from_start(TaskPtr task) {
  cut_after_start_of_task(*task);
  workflow::RunOptions options;
  options.namespace_ = connection_->namespace_();
  options.task_queue = options_.task_queue;
  options.workflow_id = task->workflow_execution().workflow_id();
  options.run_id = task->workflow_execution().run_id();
  auto run = std::make_unique<workflow::Run>(registry_, std::move(options));
  work(std::move(run), std::move(task));
}

void WorkflowWorker::work(std::unique_ptr<workflow::Run> run, TaskPtr task) {
  if (task->has_query()) return answer_query(std::move(run), *task);

  auto completed = std::make_shared<ws::RespondWorkflowTaskCompletedRequest>();
  auto failed = std::make_shared<ws::RespondWorkflowTaskFailedRequest>();
  const TaskVerdict verdict = [&] {
    // The message it describes is only read meanwhile.
    const base::DeadlockWatch::Scope watch(connection_->loop(), observer() != nullptr,
                                           [&task = *task] { return describe_task(task); });
    run->begin(*task);
    return run->finish(*completed, *failed);
  }();
  if (verdict != TaskVerdict::completed) {
    run.reset();
    return report_failure(*task, verdict, *failed);
  }

  const bool is_cached = !sticky_queue_.empty() && !run->is_closed() && !is_stopped_;
  if (is_cached) cache_.put(task->workflow_execution().run_id(), std::move(run));
  run.reset();
  complete(*task, is_cached, std::move(completed));
}

void WorkflowWorker::answer_query(std::unique_ptr<workflow::Run> run, const Task& task) {
  temporal::api::query::v1::WorkflowQueryResult result;
  {
    const base::DeadlockWatch::Scope watch(connection_->loop(), observer() != nullptr,
                                           [&task] { return describe_task(task); });
    run->answer_query(task, result);
  }
  if (!run->is_closed()) cache_.put(task.workflow_execution().run_id(), std::move(run));
  run.reset();

  auto request = std::make_shared<ws::RespondQueryTaskCompletedRequest>();
  request->set_completed_type(result.result_type());
  request->set_error_message(result.error_message());
  if (result.has_answer()) *request->mutable_query_result() = std::move(*result.mutable_answer());
  if (result.has_failure()) *request->mutable_failure() = std::move(*result.mutable_failure());
  send_query_answer(answered_of(task), std::move(request), true);
}

void WorkflowWorker::free_slot() {
  --slots_->used;
  if (normal_poller_ != nullptr) normal_poller_->refill();
  if (sticky_poller_ != nullptr) sticky_poller_->refill();
  options_.on_progress();
}

}  // namespace temporalio::worker
