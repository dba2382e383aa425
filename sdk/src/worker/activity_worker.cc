#include "sdk/src/worker/activity_worker.h"

#include <algorithm>
#include <utility>

#include "sdk/src/base/log.h"
#include "sdk/src/rpc/methods.h"
#include "sdk/src/worker/refused_answer.h"
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

}  // namespace

ActivityWorker::ActivityWorker(std::shared_ptr<client::Connection> connection, ActivityWorkerOptions options)
    : connection_(std::move(connection)),
      options_(std::move(options)),
      slots_(std::make_shared<Slots>()),
      failures_(connection_->loop().time()) {}

ActivityWorker::~ActivityWorker() = default;

bool ActivityWorker::has_activities() const {
  const auto& mocks = connection_->options().activity_mocks;
  return !registry_.is_empty() || (mocks != nullptr && !mocks->is_empty());
}

void ActivityWorker::start() {
  activity::ExecutorOptions executor;
  executor.namespace_ = connection_->namespace_();
  executor.task_queue = options_.task_queue;
  executor.mocks = connection_->options().activity_mocks;
  executor.max_heartbeat_throttle_interval = options_.max_heartbeat_throttle_interval;
  executor.default_heartbeat_throttle_interval = options_.default_heartbeat_throttle_interval;
  executor.send_heartbeat = [this](const std::string& task_token, temporal::api::common::v1::Payloads details,
                                   std::function<void(activity::HeartbeatAnswer)> answered) {
    send_heartbeat(task_token, std::move(details), std::move(answered));
  };
  if (const auto observer = connection_->options().observer) {
    executor.on_heartbeat = [observer] { observer->on_progress(); };
  }
  executor_ = std::make_unique<activity::Executor>(connection_->shared_loop(), registry_, std::move(executor));

  auto request = std::make_shared<ws::PollActivityTaskQueueRequest>();
  request->set_namespace_(connection_->namespace_());
  request->set_identity(options_.identity);
  request->set_worker_instance_key(options_.instance_key);
  request->mutable_task_queue()->set_name(options_.task_queue);
  request->mutable_task_queue()->set_kind(temporal::api::enums::v1::TASK_QUEUE_KIND_NORMAL);
  if (options_.max_task_queue_activities_per_second > 0) {
    request->mutable_task_queue_metadata()->mutable_max_tasks_per_second()->set_value(
        options_.max_task_queue_activities_per_second);
  }
  PollerOptions poller;
  poller.method = rpc::kPollActivityTaskQueue;
  poller.request = std::move(request);
  poller.response_type = &ws::PollActivityTaskQueueResponse::default_instance();
  poller.max_polls = options_.max_polls;
  if (options_.max_activities_per_second > 0) {
    poller.interval = Duration(static_cast<Duration::rep>(1e9 / options_.max_activities_per_second));
  }
  poller.on_error = options_.on_error;
  poller.on_progress = options_.on_progress;
  poller.on_response = [this](google::protobuf::Message& response) {
    auto& task = static_cast<ws::PollActivityTaskQueueResponse&>(response);
    if (!task.task_token().empty()) accept(std::move(task));
  };
  poller_ = std::make_shared<Poller>(connection_, slots_, std::move(poller));
  refill();
}

// What a process pool has no process for is left to other workers.
void ActivityWorker::refill() {
  if (poller_ == nullptr) return;
  slots_->limit = std::min(options_.max_concurrent_activities,
                           registry_.process_capacity().value_or(options_.max_concurrent_activities));
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
  running_[task_token] = {describe(task),
                          task.workflow_execution().run_id() + "/" + task.activity_id(),
                          task_token,
                          task.workflow_execution().workflow_id(),
                          task.activity_type().name(),
                          !registry_.find(task.activity_type().name()).has_value()};
  executor_->start(std::move(task), [self = weak_from_this(), task_token](activity::Outcome outcome) {
    const auto worker = self.lock();
    if (worker == nullptr) return;
    const Attempt attempt = std::move(worker->running_.extract(task_token).mapped());
    worker->log_failure(attempt, outcome);
    worker->tell_observer(attempt, outcome);
    worker->report(attempt, std::move(outcome));
  });
}

// As in the Python SDK: each attempt that fails is worth a warning, unless its author calls the failure harmless.
void ActivityWorker::log_failure(const Attempt& attempt, const activity::Outcome& outcome) {
  if (outcome.kind != activity::Outcome::Kind::failed) return;
  const bool is_benign = outcome.failure.application_failure_info().category() ==
                         temporal::api::enums::v1::APPLICATION_ERROR_CATEGORY_BENIGN;
  failures_.log(is_benign ? LogLevel::debug : LogLevel::warning, attempt.subject,
                attempt.what + " failed: " + outcome.failure.message());
}

void ActivityWorker::tell_observer(const Attempt& attempt, const activity::Outcome& outcome) {
  client::WorkObserver* const observer = connection_->options().observer.get();
  if (observer == nullptr) return;
  if (outcome.kind != activity::Outcome::Kind::failed) return observer->on_attempt_ended(attempt.subject);
  observer->on_attempt_failed({attempt.workflow_id, attempt.subject, attempt.what, attempt.type,
                               outcome.failure.message(), attempt.is_type_unknown});
}

void ActivityWorker::report(const Attempt& attempt, activity::Outcome outcome) {
  using Kind = activity::Outcome::Kind;
  switch (outcome.kind) {
    case Kind::completed: {
      auto request = std::make_shared<ws::RespondActivityTaskCompletedRequest>();
      *request->mutable_result() = std::move(outcome.payloads);
      return send(
          rpc::kRespondActivityTaskCompleted, attempt, std::move(request),
          [this, attempt](const rpc::Status& status) { fail_instead(attempt, "the result", status); },
          std::make_shared<ws::RespondActivityTaskCompletedResponse>());
    }
    case Kind::failed: {
      auto request = std::make_shared<ws::RespondActivityTaskFailedRequest>();
      *request->mutable_failure() = std::move(outcome.failure);
      if (outcome.last_heartbeat_details.payloads_size() > 0) {
        *request->mutable_last_heartbeat_details() = std::move(outcome.last_heartbeat_details);
      }
      return report_failed(attempt, std::move(request), true);
    }
    case Kind::cancelled: {
      auto request = std::make_shared<ws::RespondActivityTaskCanceledRequest>();
      if (outcome.payloads.payloads_size() > 0) *request->mutable_details() = std::move(outcome.payloads);
      return send(
          rpc::kRespondActivityTaskCanceled, attempt, std::move(request),
          [this, attempt](const rpc::Status& status) { fail_instead(attempt, "the cancellation", status); },
          std::make_shared<ws::RespondActivityTaskCanceledResponse>());
    }
    case Kind::completes_later:
    case Kind::dropped:
      return free_slot();
  }
}

void ActivityWorker::report_failed(const Attempt& attempt,
                                   // NOLINTNEXTLINE(performance-unnecessary-value-param): the callback keeps a copy
                                   std::shared_ptr<ws::RespondActivityTaskFailedRequest> request, bool is_first_try) {
  send(
      rpc::kRespondActivityTaskFailed, attempt, request,
      [this, attempt, request, is_first_try](const rpc::Status& status) {
        const RefusedAnswer refused = judge_refusal("the failure of " + attempt.what, status);
        failures_.log(refused.level, attempt.subject, refused.text);
        if (!refused.is_to_be_failed() || !is_first_try) return;
        *request->mutable_failure() = reduced(request->failure(), refused);
        request->clear_last_heartbeat_details();
        ++slots_->used;
        report_failed(attempt, request, false);
      },
      std::make_shared<ws::RespondActivityTaskFailedResponse>());
}

// NOT_FOUND: the activity has timed out, its workflow is closed, or the answer to an earlier try was lost.
void ActivityWorker::fail_instead(const Attempt& attempt, const char* outcome, const rpc::Status& status) {
  const RefusedAnswer refused = judge_refusal(std::string(outcome) + " of " + attempt.what, status);
  failures_.log(refused.level, attempt.subject, refused.text);
  if (!refused.is_to_be_failed()) return;
  auto request = std::make_shared<ws::RespondActivityTaskFailedRequest>();
  *request->mutable_failure() = failure_of(refused);
  ++slots_->used;
  report_failed(attempt, std::move(request), true);
}

template <class Request, class Response>
void ActivityWorker::send(const char* method, const Attempt& attempt, std::shared_ptr<Request> request,
                          std::function<void(const rpc::Status&)> then, std::shared_ptr<Response> response) {
  request->set_task_token(attempt.task_token);
  request->set_identity(options_.identity);
  request->set_namespace_(connection_->namespace_());
  auto& request_message = *request;
  auto& response_message = *response;
  connection_->service().start(method, request_message, response_message, rpc::CallOptions(),
                               [self = weak_from_this(), request = std::move(request), response = std::move(response),
                                then = std::move(then)](const rpc::Status& status) {
                                 const auto worker = self.lock();
                                 if (worker == nullptr) return;
                                 if (!status.is_ok()) then(status);
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
  const auto on_done = [self = weak_from_this(), task_token, request, response,
                        answered = std::move(answered)](const rpc::Status& status) {
    activity::HeartbeatAnswer answer;
    answer.not_found = status.code == kNotFound;
    if (status.is_ok()) {
      answer.cancel_requested = response->cancel_requested();
      answer.activity_paused = response->activity_paused();
      answer.activity_reset = response->activity_reset();
    } else if (const auto worker = self.lock()) {
      answer.not_found = worker->on_heartbeat_refused(task_token, status) || answer.not_found;
    }
    answered(answer);
  };
  connection_->service().start(rpc::kRecordActivityTaskHeartbeat, request_message, response_message, rpc::CallOptions(),
                               on_done);
}

// Details that the service will never take fail the attempt, as the service itself does with those that reach it.
bool ActivityWorker::on_heartbeat_refused(const std::string& task_token, const rpc::Status& status) {
  const auto found = running_.find(task_token);
  if (found == running_.end()) return false;
  if (status.refusal == rpc::Refusal::none) {
    const RefusedAnswer refused = judge_refusal("a heartbeat of " + found->second.what, status);
    failures_.log(refused.level, found->second.subject, refused.text);
    return false;
  }
  fail_instead(found->second, "a heartbeat", status);
  return true;
}

void ActivityWorker::free_slot() {
  --slots_->used;
  refill();
  options_.on_progress();
}

}  // namespace temporalio::worker
