#include "sdk/src/worker/activity_worker.h"

#include <utility>

#include "sdk/src/base/log.h"
#include "sdk/src/rpc/methods.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporalio::worker {
namespace {

namespace ws = temporal::api::workflowservice::v1;

constexpr int kNotFound = 5;

// "activity charge (id 3, attempt 2, of workflow p1)": for messages.
std::string describe(const ws::PollActivityTaskQueueResponse& task) {
  return "activity " + task.activity_type().name() + " (id " + task.activity_id() + ", attempt " +
         std::to_string(task.attempt()) + ", of workflow " + task.workflow_execution().workflow_id() + ")";
}

// As in the Python SDK: each attempt that fails is worth a warning, unless its author calls the failure harmless.
void log_failure(const std::string& what, const activity::Outcome& outcome) {
  if (outcome.kind != activity::Outcome::Kind::failed) return;
  const bool is_benign = outcome.failure.application_failure_info().category() ==
                         temporal::api::enums::v1::APPLICATION_ERROR_CATEGORY_BENIGN;
  base::log(is_benign ? LogLevel::debug : LogLevel::warning, what + " failed: " + outcome.failure.message());
}

}  // namespace

ActivityWorker::ActivityWorker(std::shared_ptr<client::Connection> connection, ActivityWorkerOptions options)
    : connection_(std::move(connection)), options_(std::move(options)), slots_(std::make_shared<Slots>()) {
  slots_->limit = options_.max_concurrent_activities;
}

ActivityWorker::~ActivityWorker() = default;

void ActivityWorker::start() {
  activity::ExecutorOptions executor;
  executor.namespace_ = connection_->namespace_();
  executor.task_queue = options_.task_queue;
  executor.max_heartbeat_throttle_interval = options_.max_heartbeat_throttle_interval;
  executor.default_heartbeat_throttle_interval = options_.default_heartbeat_throttle_interval;
  executor.send_heartbeat = [this](const std::string& task_token, temporal::api::common::v1::Payloads details,
                                   std::function<void(activity::HeartbeatAnswer)> answered) {
    send_heartbeat(task_token, std::move(details), std::move(answered));
  };
  executor_ = std::make_unique<activity::Executor>(connection_->shared_loop(), registry_, std::move(executor));

  auto request = std::make_shared<ws::PollActivityTaskQueueRequest>();
  request->set_namespace_(connection_->namespace_());
  request->set_identity(options_.identity);
  request->set_worker_instance_key(options_.instance_key);
  request->mutable_task_queue()->set_name(options_.task_queue);
  request->mutable_task_queue()->set_kind(temporal::api::enums::v1::TASK_QUEUE_KIND_NORMAL);
  PollerOptions poller;
  poller.method = rpc::kPollActivityTaskQueue;
  poller.request = std::move(request);
  poller.response_type = &ws::PollActivityTaskQueueResponse::default_instance();
  poller.max_polls = options_.max_polls;
  poller.on_error = options_.on_error;
  poller.on_progress = options_.on_progress;
  poller.on_response = [this](google::protobuf::Message& response) {
    auto& task = static_cast<ws::PollActivityTaskQueueResponse&>(response);
    if (!task.task_token().empty()) accept(std::move(task));
  };
  poller_ = std::make_shared<Poller>(connection_, slots_, std::move(poller));
  poller_->refill();
}

void ActivityWorker::stop() {
  if (poller_ != nullptr) poller_->stop();
  if (executor_ != nullptr) executor_->announce_shutdown();
}

void ActivityWorker::cancel_polls() {
  if (poller_ != nullptr) poller_->cancel_polls();
}

void ActivityWorker::cancel_all() {
  if (executor_ != nullptr) executor_->cancel_all();
}

std::size_t ActivityWorker::running_count() const { return executor_ == nullptr ? 0 : executor_->running_count(); }

bool ActivityWorker::is_idle() const { return slots_->used == 0 && (poller_ == nullptr || poller_->has_ended()); }

// A task takes a slot until its outcome has been delivered.
void ActivityWorker::accept(ws::PollActivityTaskQueueResponse task) {
  ++slots_->used;
  const std::string task_token = task.task_token();
  const std::string what = describe(task);
  executor_->start(std::move(task), [self = weak_from_this(), task_token, what](activity::Outcome outcome) {
    log_failure(what, outcome);
    if (const auto worker = self.lock()) worker->report(task_token, std::move(outcome));
  });
}

void ActivityWorker::report(const std::string& task_token, activity::Outcome outcome) {
  using Kind = activity::Outcome::Kind;
  switch (outcome.kind) {
    case Kind::completed: {
      auto request = std::make_shared<ws::RespondActivityTaskCompletedRequest>();
      *request->mutable_result() = std::move(outcome.payloads);
      return send<ws::RespondActivityTaskCompletedRequest, ws::RespondActivityTaskCompletedResponse>(
          rpc::kRespondActivityTaskCompleted, std::move(request), task_token);
    }
    case Kind::failed: {
      auto request = std::make_shared<ws::RespondActivityTaskFailedRequest>();
      *request->mutable_failure() = std::move(outcome.failure);
      if (outcome.last_heartbeat_details.payloads_size() > 0) {
        *request->mutable_last_heartbeat_details() = std::move(outcome.last_heartbeat_details);
      }
      return send<ws::RespondActivityTaskFailedRequest, ws::RespondActivityTaskFailedResponse>(
          rpc::kRespondActivityTaskFailed, std::move(request), task_token);
    }
    case Kind::cancelled: {
      auto request = std::make_shared<ws::RespondActivityTaskCanceledRequest>();
      if (outcome.payloads.payloads_size() > 0) *request->mutable_details() = std::move(outcome.payloads);
      return send<ws::RespondActivityTaskCanceledRequest, ws::RespondActivityTaskCanceledResponse>(
          rpc::kRespondActivityTaskCanceled, std::move(request), task_token);
    }
    case Kind::completes_later:
    case Kind::dropped:
      return free_slot();
  }
}

template <class Request, class Response>
void ActivityWorker::send(const char* method, std::shared_ptr<Request> request, const std::string& task_token) {
  request->set_task_token(task_token);
  request->set_identity(options_.identity);
  request->set_namespace_(connection_->namespace_());
  auto response = std::make_shared<Response>();
  auto& request_message = *request;
  auto& response_message = *response;
  connection_->service().start(method, request_message, response_message, rpc::CallOptions(),
                               [self = weak_from_this(), request = std::move(request),
                                response = std::move(response)](const rpc::Status& status) {
                                 const auto worker = self.lock();
                                 if (worker == nullptr) return;
                                 // NOT_FOUND: the activity has timed out, its workflow is closed, or the answer to an
                                 // earlier try was lost.
                                 if (!status.is_ok()) {
                                   base::log(status.code == kNotFound ? LogLevel::debug : LogLevel::warning,
                                             "the outcome of an activity was refused: " + status.message);
                                 }
                                 worker->free_slot();
                               });
}

void ActivityWorker::send_heartbeat(const std::string& task_token, temporal::api::common::v1::Payloads details,
                                    std::function<void(activity::HeartbeatAnswer)> answered) {
  auto request = std::make_shared<ws::RecordActivityTaskHeartbeatRequest>();
  auto response = std::make_shared<ws::RecordActivityTaskHeartbeatResponse>();
  request->set_task_token(task_token);
  request->set_identity(options_.identity);
  request->set_namespace_(connection_->namespace_());
  if (details.payloads_size() > 0) *request->mutable_details() = std::move(details);
  auto& request_message = *request;
  auto& response_message = *response;
  connection_->service().start(rpc::kRecordActivityTaskHeartbeat, request_message, response_message, rpc::CallOptions(),
                               [request = std::move(request), response = std::move(response),
                                answered = std::move(answered)](const rpc::Status& status) {
                                 activity::HeartbeatAnswer answer;
                                 answer.not_found = status.code == kNotFound;
                                 if (status.is_ok()) {
                                   answer.cancel_requested = response->cancel_requested();
                                   answer.activity_paused = response->activity_paused();
                                   answer.activity_reset = response->activity_reset();
                                 }
                                 answered(answer);
                               });
}

void ActivityWorker::free_slot() {
  --slots_->used;
  if (poller_ != nullptr) poller_->refill();
  options_.on_progress();
}

}  // namespace temporalio::worker
