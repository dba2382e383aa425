#include "sdk/src/workflow/run.h"

#include "sdk/src/base/check.h"
#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/run_state.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): causes
namespace wf = temporal::api::workflowservice::v1;

namespace {

WorkflowTaskFailedCause cause_of(TaskVerdict verdict) {
  return verdict == TaskVerdict::nondeterminism ? WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR
                                                : WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE;
}

std::string failure_type(TaskVerdict verdict) {
  switch (verdict) {
    case TaskVerdict::nondeterminism:
      return "NondeterminismError";
    case TaskVerdict::not_registered:
      return "NotFoundError";
    default:
      return "RuntimeError";
  }
}

void fill(const RunState::Failure& failure, wf::RespondWorkflowTaskFailedRequest& failed) {
  failed.set_cause(cause_of(failure.verdict));
  if (failure.error) {
    payload::to_proto(failure.error, *failed.mutable_failure());
    return;
  }
  const std::string type = failure_type(failure.verdict);
  payload::to_proto(ApplicationError(failure.message, {.type = type}), *failed.mutable_failure());
}

void answer(RunState& run, const temporal::api::query::v1::WorkflowQuery& query,
            temporal::api::query::v1::WorkflowQueryResult& result) {
  try {
    Payload value = run.answer_query(query.query_type(), payload::view(query.query_args()));
    result.set_result_type(QUERY_RESULT_TYPE_ANSWERED);
    payload::append_payload(*result.mutable_answer(), std::move(value));
  } catch (...) {
    result.set_result_type(QUERY_RESULT_TYPE_FAILED);
    payload::to_proto(std::current_exception(), *result.mutable_failure());
    result.set_error_message(result.failure().message());
  }
}

}  // namespace

class Run::Impl : public RunState {
 public:
  using RunState::RunState;

  // Applies the events that this run has not seen yet.
  bool catch_up(const temporal::api::history::v1::History& history) {
    int begin = 0;
    while (begin < history.events_size() && history.events(begin).event_id() <= last_event_id()) ++begin;
    return begin == history.events_size() || apply_history(history.events(), begin);
  }

  const wf::PollWorkflowTaskQueueResponse* task = nullptr;  // the one that is open
};

Run::Run(const Registry& registry, RunOptions options) : impl_(std::make_unique<Impl>(registry, std::move(options))) {}
Run::~Run() = default;

void Run::begin(const wf::PollWorkflowTaskQueueResponse& task) {
  TEMPORALIO_CHECK(impl_->task == nullptr, "a run works on one workflow task at a time");
  impl_->task = &task;
  impl_->set_messages(&task.messages());
  impl_->catch_up(task.history());
  impl_->set_messages(nullptr);
}

TaskVerdict Run::finish(wf::RespondWorkflowTaskCompletedRequest& completed,
                        wf::RespondWorkflowTaskFailedRequest& failed) {
  const auto* const task = std::exchange(impl_->task, nullptr);
  TEMPORALIO_CHECK(task != nullptr, "the workflow task was begun");
  if (impl_->failure()) {
    fill(*impl_->failure(), failed);
    return impl_->failure()->verdict;
  }
  impl_->take_commands(*completed.mutable_commands(), *completed.mutable_messages());
  for (const auto& [id, query] : task->queries()) answer(*impl_, query, (*completed.mutable_query_results())[id]);
  if (impl_->flags().has_news()) impl_->flags().tell(*completed.mutable_sdk_metadata());
  impl_->detach_results();
  return TaskVerdict::completed;
}

void Run::answer_query(const wf::PollWorkflowTaskQueueResponse& task,
                       temporal::api::query::v1::WorkflowQueryResult& result) {
  impl_->catch_up(task.history());
  impl_->detach_results();
  if (impl_->failure()) {
    result.set_result_type(QUERY_RESULT_TYPE_FAILED);
    result.set_error_message(impl_->failure()->message);
    wf::RespondWorkflowTaskFailedRequest failed;
    fill(*impl_->failure(), failed);
    result.mutable_failure()->Swap(failed.mutable_failure());
    return;
  }
  answer(*impl_, task.query(), result);
}

std::int64_t Run::last_event_id() const { return impl_->last_event_id(); }
bool Run::is_closed() const { return impl_->is_closed(); }

}  // namespace temporalio::workflow
