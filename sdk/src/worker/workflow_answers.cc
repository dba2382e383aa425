// The half of WorkflowWorker that answers tasks: completions, failures, answers to queries, and what becomes of a task
// whose answer the service refuses.
#include <utility>

#include "sdk/src/base/log.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/rpc/methods.h"
#include "sdk/src/rpc/request_check.h"
#include "sdk/src/worker/refused_answer.h"
#include "sdk/src/worker/workflow_worker.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporalio::worker {
namespace {

namespace ws = temporal::api::workflowservice::v1;
using workflow::TaskVerdict;

const char* describe_verdict(TaskVerdict verdict) {
  switch (verdict) {
    case TaskVerdict::nondeterminism:
      return "the code does not follow the history";
    case TaskVerdict::not_registered:
      return "the type is not registered";
    case TaskVerdict::bad_history:
      return "the history is broken";
    default:
      return "the code failed";
  }
}

// An answer that is too large must not cost the other answers and the commands.
void limit_query_answers(ws::RespondWorkflowTaskCompletedRequest& completed) {
  for (auto& [id, result] : *completed.mutable_query_results()) {
    const std::size_t bytes = result.answer().ByteSizeLong();
    if (bytes <= rpc::kMaxPayloadBytes) continue;
    result.clear_answer();
    result.set_result_type(temporal::api::enums::v1::QUERY_RESULT_TYPE_FAILED);
    result.set_error_message("the answer to the query takes " + std::to_string(bytes) + " bytes; at most " +
                             std::to_string(rpc::kMaxPayloadBytes) + " are allowed");
  }
}

}  // namespace

WorkflowWorker::Answered WorkflowWorker::answered_of(const Task& task) const {
  return {describe_task(task),
          task.workflow_execution().workflow_id(),
          task.workflow_execution().run_id(),
          task.workflow_type().name(),
          task.task_token(),
          task.attempt()};
}

void WorkflowWorker::note_descendant(const Task& task) {
  if (observer() == nullptr || task.history().events().empty()) return;
  const auto& started = task.history().events(0).workflow_execution_started_event_attributes();
  const std::string& root = started.root_workflow_execution().workflow_id();
  const std::string& ancestor = root.empty() ? started.parent_workflow_execution().workflow_id() : root;
  const std::string& id = task.workflow_execution().workflow_id();
  if (!ancestor.empty() && ancestor != id) observer()->on_descendant(id, ancestor);
}

void WorkflowWorker::complete(const Task& task, bool is_cached,
                              std::shared_ptr<ws::RespondWorkflowTaskCompletedRequest> completed) {
  note_descendant(task);
  completed->set_task_token(task.task_token());
  completed->set_identity(options_.identity);
  completed->set_namespace_(connection_->namespace_());
  completed->set_return_new_workflow_task(!is_stopped_);
  if (is_cached) {
    auto& sticky = *completed->mutable_sticky_attributes();
    sticky.mutable_worker_task_queue()->set_name(sticky_queue_);
    sticky.mutable_worker_task_queue()->set_kind(temporal::api::enums::v1::TASK_QUEUE_KIND_STICKY);
    sticky.mutable_worker_task_queue()->set_normal_name(options_.task_queue);
    payload::to_proto(options_.sticky_schedule_to_start_timeout, *sticky.mutable_schedule_to_start_timeout());
  }
  limit_query_answers(*completed);
  auto response = std::make_shared<ws::RespondWorkflowTaskCompletedResponse>();
  send(rpc::kRespondWorkflowTaskCompleted, std::move(completed), response,
       [this, answered = answered_of(task), response](const rpc::Status& status) {
         on_completed(answered, status, response->has_workflow_task() ? response->mutable_workflow_task() : nullptr);
       });
}

void WorkflowWorker::on_completed(const Answered& answered, const rpc::Status& status, Task* next) {
  if (status.is_ok()) {
    if (observer() != nullptr) observer()->on_task_completed(answered.workflow_id);
    if (next != nullptr && !next->task_token().empty()) accept(std::make_unique<Task>(std::move(*next)));
    return;
  }
  // The service did not take the commands (new events came first, the task timed out, the answer to an earlier try was
  // lost): the run in memory is ahead of its history. The next task brings the truth.
  cache_.remove(answered.run_id);
  const RefusedAnswer refused = judge_refusal("the completion of a task of " + answered.what, status);
  failures_.log(refused.level, answered.run_id, refused.text);
  if (!refused.is_to_be_failed()) return;
  if (observer() != nullptr) {
    observer()->on_task_failed(
        {answered.workflow_id, answered.what, answered.type, refused.text, answered.attempt, false});
  }
  // Of an INVALID_ARGUMENT of the service's own it has recorded the failure itself, and takes no second one.
  auto failed = std::make_shared<ws::RespondWorkflowTaskFailedRequest>();
  failed->set_cause(refused.cause);
  *failed->mutable_failure() = failure_of(refused);
  const bool ends_the_run =
      refused.cause == temporal::api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_GRPC_MESSAGE_TOO_LARGE;
  const bool is_wanted = observer() != nullptr && observer()->wants_every_failure(answered.attempt);
  if (answered.attempt > 1 && !ends_the_run && !is_wanted) return;
  ++slots_->used;
  fail_task(answered, std::move(failed), true);
}

void WorkflowWorker::report_failure(const Task& task, TaskVerdict verdict,
                                    ws::RespondWorkflowTaskFailedRequest& failed) {
  const Answered answered = answered_of(task);
  failures_.log(LogLevel::warning, answered.run_id,
                "a task of " + answered.what + " failed, attempt " + std::to_string(task.attempt()) + ": " +
                    describe_verdict(verdict) + ": " + failed.failure().message());
  if (observer() != nullptr) {
    note_descendant(task);
    observer()->on_task_failed({answered.workflow_id, answered.what, answered.type, failed.failure().message(),
                                answered.attempt, verdict == TaskVerdict::not_registered});
  }
  // A second failure is not reported: the service lets the task time out and backs off.
  const bool is_wanted = observer() != nullptr && observer()->wants_every_failure(task.attempt());
  if (task.attempt() > 1 && !is_wanted) return free_slot();
  fail_task(answered, std::make_shared<ws::RespondWorkflowTaskFailedRequest>(std::move(failed)), true);
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): the callback keeps a copy of its own
void WorkflowWorker::fail_task(const Answered& answered, std::shared_ptr<ws::RespondWorkflowTaskFailedRequest> failed,
                               bool is_first_try) {
  failed->set_task_token(answered.task_token);
  failed->set_identity(options_.identity);
  failed->set_namespace_(connection_->namespace_());
  send(rpc::kRespondWorkflowTaskFailed, failed, std::make_shared<ws::RespondWorkflowTaskFailedResponse>(),
       [this, answered, failed, is_first_try](const rpc::Status& status) {
         if (status.is_ok()) return;
         const RefusedAnswer refused = judge_refusal("the failure of a task of " + answered.what, status);
         failures_.log(refused.level, answered.run_id, refused.text);
         if (!refused.is_to_be_failed() || !is_first_try) return;
         *failed->mutable_failure() = reduced(failed->failure(), refused);
         ++slots_->used;
         fail_task(answered, failed, false);
       });
}

void WorkflowWorker::send_query_answer(const Answered& answered,
                                       // NOLINTNEXTLINE(performance-unnecessary-value-param): the callback keeps a copy
                                       std::shared_ptr<ws::RespondQueryTaskCompletedRequest> answer,
                                       bool is_first_try) {
  answer->set_task_token(answered.task_token);
  answer->set_namespace_(connection_->namespace_());
  send(rpc::kRespondQueryTaskCompleted, answer, std::make_shared<ws::RespondQueryTaskCompletedResponse>(),
       [this, answered, answer, is_first_try](const rpc::Status& status) {
         if (status.is_ok()) return;
         // NOT_FOUND: who asked has given up.
         const RefusedAnswer refused = judge_refusal("the answer to a query of " + answered.what, status);
         failures_.log(refused.level, answered.run_id, refused.text);
         if (!refused.is_to_be_failed() || !is_first_try) return;
         answer->clear_query_result();
         answer->set_completed_type(temporal::api::enums::v1::QUERY_RESULT_TYPE_FAILED);
         answer->set_error_message(refused.text);
         *answer->mutable_failure() = failure_of(refused);
         ++slots_->used;
         send_query_answer(answered, answer, false);
       });
}

void WorkflowWorker::send(const char* method, std::shared_ptr<google::protobuf::Message> request,
                          std::shared_ptr<google::protobuf::Message> response,
                          std::function<void(const rpc::Status&)> then) {
  auto& request_message = *request;
  auto& response_message = *response;
  connection_->service().start(method, request_message, response_message, rpc::CallOptions(),
                               [self = weak_from_this(), request = std::move(request), response = std::move(response),
                                then = std::move(then)](const rpc::Status& status) {
                                 const auto worker = self.lock();
                                 if (worker == nullptr) return;
                                 then(status);
                                 worker->free_slot();
                               });
}

}  // namespace temporalio::worker
