#include "sdk/src/workflow/run.h"

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
};

Run::Run(const Registry& registry, RunOptions options) : impl_(std::make_unique<Impl>(registry, std::move(options))) {}
Run::~Run() = default;

TaskVerdict Run::apply(const wf::PollWorkflowTaskQueueResponse& task,
                       wf::RespondWorkflowTaskCompletedRequest& completed,
                       wf::RespondWorkflowTaskFailedRequest& failed) {
  impl_->catch_up(task.history());
  if (impl_->failure()) {
    fill(*impl_->failure(), failed);
    return impl_->failure()->verdict;
  }
  impl_->take_commands(*completed.mutable_commands());
  for (const auto& [id, query] : task.queries()) answer(*impl_, query, (*completed.mutable_query_results())[id]);
  auto core_flags = impl_->take_new_core_flags();
  auto lang_flags = impl_->take_new_lang_flags();
  const bool needs_name = impl_->take_needs_sdk_name();
  if (needs_name || !core_flags.empty() || !lang_flags.empty()) {
    auto& metadata = *completed.mutable_sdk_metadata();
    for (const std::uint32_t flag : core_flags) metadata.add_core_used_flags(flag);
    for (const std::uint32_t flag : lang_flags) metadata.add_lang_used_flags(flag);
    if (needs_name) {
      metadata.set_sdk_name(kSdkName);
      metadata.set_sdk_version(TEMPORALIO_VERSION);
    }
  }
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
