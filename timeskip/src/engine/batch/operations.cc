// StartBatchOperation and its relatives: signals, cancels, terminates or deletes all runs that a query finds, or those
// that are named.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "temporal/api/batch/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/batch/jobs.h"
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/errors.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"
#include "timeskip/src/engine/run/cancel.h"
#include "timeskip/src/engine/run/lifecycle.h"
#include "timeskip/src/engine/run/signal.h"
#include "timeskip/src/engine/visibility/list_runs.h"
#include "timeskip/src/engine/visibility/query_parser.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::workflowservice::v1;
using Request = svc::StartBatchOperationRequest;

enums::BatchOperationType type_of(const Request& request) {
  switch (request.operation_case()) {
    case Request::kTerminationOperation:
      return enums::BATCH_OPERATION_TYPE_TERMINATE_WORKFLOW;
    case Request::kSignalOperation:
      return enums::BATCH_OPERATION_TYPE_SIGNAL_WORKFLOW;
    case Request::kCancellationOperation:
      return enums::BATCH_OPERATION_TYPE_CANCEL_WORKFLOW;
    case Request::kDeletionOperation:
      return enums::BATCH_OPERATION_TYPE_DELETE_WORKFLOW;
    default:
      return enums::BATCH_OPERATION_TYPE_UNSPECIFIED;
  }
}

const std::string& identity_of(const Request& request) {
  switch (request.operation_case()) {
    case Request::kTerminationOperation:
      return request.termination_operation().identity();
    case Request::kSignalOperation:
      return request.signal_operation().identity();
    case Request::kCancellationOperation:
      return request.cancellation_operation().identity();
    default:
      return request.deletion_operation().identity();
  }
}

std::optional<RpcStatus> start_fault(const Request& request) {
  if (request.job_id().empty()) return errors::invalid_argument("JobId is not set on request.");
  const bool has_query = !request.visibility_query().empty();
  const bool has_executions = !request.executions().empty() || !request.target_executions().empty();
  const bool has_operation = request.operation_case() != Request::OPERATION_NOT_SET;
  if (request.reason().empty() || !has_operation || (!has_query && !has_executions)) {
    return errors::invalid_argument(
        "must provide required parameters: BatchType,Reason,Namespace, AND one of (Query OR Executions OR "
        "TargetExecutions)");
  }
  const bool has_both_lists = !request.executions().empty() && !request.target_executions().empty();
  if ((has_query && has_executions) || has_both_lists) {
    return errors::invalid_argument("visibility query, executions, and target executions are mutually exclusive");
  }
  if (const auto parsed = visibility::parse_query(request.visibility_query()); !parsed.error.empty()) {
    return errors::invalid_argument("invalid visibility query: " + parsed.error);
  }
  if (request.has_signal_operation() && request.signal_operation().signal().empty()) {
    return errors::invalid_argument("must provide signal name");
  }
  if (type_of(request) == enums::BATCH_OPERATION_TYPE_UNSPECIFIED) {
    return errors::unimplemented(
        "temporal-test-server has no batch operations but to signal, cancel, terminate or "
        "delete workflows.");
  }
  return std::nullopt;
}

// The runs that the job is about; those that are named and not there count as failed.
std::vector<Execution*> targets(Engine& engine, Namespace& owner, const Request& request, BatchJob& job) {
  std::vector<Execution*> runs;
  if (!request.visibility_query().empty()) {
    auto query = visibility::convert_query(request.visibility_query(), owner.search_attributes);
    job.has_failed = !query.error.empty();
    if (!job.has_failed) runs = visibility::runs_index(engine, owner).list(query.filter.get(), SIZE_MAX, {}).runs;
    return runs;
  }
  for (const commonpb::WorkflowExecution& named : job.executions) {
    Execution* run = find_run(engine, owner, named.workflow_id(), named.run_id());
    if (run != nullptr) {
      runs.push_back(run);
    } else {
      ++job.failed;
    }
  }
  return runs;
}

void carry_out(Engine& engine, Execution& run, const Request& request, const BatchJob& job) {
  if (request.has_deletion_operation()) {
    if (run.is_running()) terminate_run(engine, run, "Delete workflow execution", nullptr, job.identity);
    engine.after_commit([&engine, number = run.number] {
      if (Execution* deleted = find_run(engine, number)) remove_run(engine, *deleted);
    });
    return;
  }
  if (!run.is_running()) return;  // nothing is left to do
  if (request.has_termination_operation()) {
    const auto& operation = request.termination_operation();
    terminate_run(engine, run, job.reason, operation.has_details() ? &operation.details() : nullptr, job.identity);
  } else if (request.has_cancellation_operation()) {
    if (run.cancel_requested) return;
    CancelRequest cancel;
    cancel.identity = job.identity;
    add_cancel_request(engine, run, cancel);
  } else {
    const auto& operation = request.signal_operation();
    commonpb::Payloads input = operation.input();
    Signal signal;
    signal.name = operation.signal();
    signal.identity = job.identity;
    signal.request_id = engine.ids.uuid();
    if (operation.has_input()) signal.input = &input;
    if (operation.has_header()) signal.header = &operation.header();
    add_signal(engine, run, signal);
  }
}

BatchJob* find_job(const Namespace& owner, const std::string& id) {
  if (owner.batch_jobs == nullptr) return nullptr;
  auto& all = owner.batch_jobs->all;
  const auto found = std::find_if(all.begin(), all.end(), [&id](const BatchJob& job) { return job.id == id; });
  return found == all.end() ? nullptr : &*found;
}

Answer start_batch_operation(Engine& engine, Call& call) {
  const auto& request = call.request_as<Request>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (auto fault = start_fault(request)) return fault;
  if (const BatchJob* same = find_job(*owner.value, request.job_id())) {
    return errors::already_started("Workflow execution already finished. WorkflowId: " + same->id + ", RunId: " +
                                       same->run_id + ". Workflow Id reuse policy: reject duplicate workflow Id.",
                                   same->request_id, same->run_id, same->run_id);
  }
  BatchJob job;
  job.id = request.job_id();
  job.run_id = engine.ids.uuid();
  job.request_id = engine.ids.uuid();
  job.reason = request.reason();
  job.identity = identity_of(request);
  job.query = request.visibility_query();
  job.executions.assign(request.executions().begin(), request.executions().end());
  for (const auto& execution : request.target_executions()) {
    auto& named = job.executions.emplace_back();
    named.set_workflow_id(execution.business_id());
    named.set_run_id(execution.run_id());
  }
  job.type = type_of(request);
  job.time = engine.now();
  for (Execution* run : targets(engine, *owner.value, request, job)) {
    const bool is_refused = request.has_signal_operation() && run->is_running() && signal_refusal(*run).has_value();
    ++(is_refused ? job.failed : job.completed);
    if (!is_refused) carry_out(engine, *run, request, job);
  }
  if (owner.value->batch_jobs == nullptr) owner.value->batch_jobs = std::make_shared<BatchJobs>();
  owner.value->batch_jobs->all.push_back(std::move(job));
  return errors::ok();
}

enums::BatchOperationState state_of(const BatchJob& job) {
  return job.has_failed ? enums::BATCH_OPERATION_STATE_FAILED : enums::BATCH_OPERATION_STATE_COMPLETED;
}

Answer describe_batch_operation(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::DescribeBatchOperationRequest>();
  auto& response = call.response_as<svc::DescribeBatchOperationResponse>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (request.job_id().empty()) return errors::invalid_argument("JobId is not set on request.");
  const BatchJob* job = find_job(*owner.value, request.job_id());
  if (job == nullptr) return execution_not_found(request.job_id(), {});
  response.set_operation_type(job->type);
  response.set_job_id(job->id);
  response.set_state(state_of(*job));
  set_time(response.mutable_start_time(), job->time);
  set_time(response.mutable_close_time(), job->time);
  response.set_total_operation_count(job->completed + job->failed);
  response.set_complete_operation_count(job->completed);
  response.set_failure_operation_count(job->failed);
  response.set_identity(job->identity);
  response.set_reason(job->reason);
  response.set_query(job->query);
  for (const commonpb::WorkflowExecution& named : job->executions) {
    auto& execution = *response.add_executions();
    execution.set_type(enums::EXECUTION_TYPE_WORKFLOW);
    execution.set_business_id(named.workflow_id());
    execution.set_run_id(named.run_id());
  }
  return errors::ok();
}

// All jobs are finished as soon as they have been started.
Answer stop_batch_operation(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::StopBatchOperationRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (request.job_id().empty()) return errors::invalid_argument("JobId is not set on request.");
  if (request.reason().empty()) return errors::invalid_argument("Reason is not set on request.");
  if (find_job(*owner.value, request.job_id()) == nullptr) return execution_not_found(request.job_id(), {});
  return errors::already_completed();
}

// The newest first; a page's token is the number of jobs that come after it.
Answer list_batch_operations(Engine& engine, Call& call) {
  constexpr std::size_t kMaxPageSize = 1000;
  const auto& request = call.request_as<svc::ListBatchOperationsRequest>();
  auto& response = call.response_as<svc::ListBatchOperationsResponse>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (owner.value->batch_jobs == nullptr) return errors::ok();
  const auto& all = owner.value->batch_jobs->all;
  std::size_t left = all.size();
  if (const std::string& token = request.next_page_token(); !token.empty()) {
    const bool is_number =
        token.size() < 10 && std::all_of(token.begin(), token.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number) return errors::invalid_argument("Invalid NextPageToken.");
    left = std::min(left, static_cast<std::size_t>(std::stoul(token)));
  }
  const std::size_t asked = request.page_size() <= 0 ? kMaxPageSize : static_cast<std::size_t>(request.page_size());
  for (std::size_t shown = 0; shown < std::min(asked, kMaxPageSize) && left > 0; ++shown) {
    const BatchJob& job = all[--left];
    auto& info = *response.add_operation_info();
    info.set_job_id(job.id);
    info.set_state(state_of(job));
    set_time(info.mutable_start_time(), job.time);
    set_time(info.mutable_close_time(), job.time);
    info.set_operation_type(job.type);
  }
  if (left > 0) response.set_next_page_token(std::to_string(left));
  return errors::ok();
}

}  // namespace

std::span<const Method> batch_methods() {
  static const Method kMethods[] = {
      TIMESKIP_WORKFLOW_METHOD(StartBatchOperation, start_batch_operation),
      TIMESKIP_WORKFLOW_METHOD(DescribeBatchOperation, describe_batch_operation),
      TIMESKIP_WORKFLOW_METHOD(StopBatchOperation, stop_batch_operation),
      TIMESKIP_WORKFLOW_METHOD(ListBatchOperations, list_batch_operations),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
