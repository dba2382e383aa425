// RespondWorkflowTaskCompleted and RespondWorkflowTaskFailed: the one transaction in which a worker's commands take
// effect, or none of them does.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/commands/table.h"
#include "timeskip/src/engine/core/failures.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/core/search_attribute_value.h"
#include "timeskip/src/engine/core/search_attributes.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"
#include "timeskip/src/engine/rpc/poll.h"
#include "timeskip/src/engine/run/activity.h"
#include "timeskip/src/engine/run/lifecycle.h"
#include "timeskip/src/engine/run/query.h"
#include "timeskip/src/engine/run/update.h"
#include "timeskip/src/engine/run/workflow_task.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::workflowservice::v1;

TokenTarget require_started_task(Engine& engine, const std::string& text, const std::string& name) {
  TokenTarget target = resolve_token(engine, text, Token::Kind::kWorkflowTask, name);
  if (!target.token.has_value()) return target;
  const Execution& execution = *target.execution;
  const WorkflowTask& task = execution.task;
  const bool is_current = execution.is_running() && task.state == WorkflowTask::State::kStarted &&
                          task.stamp == target.token->stamp &&
                          static_cast<std::uint32_t>(task.attempt) == target.token->attempt;
  if (!is_current) {
    target.token.reset();
    target.error = errors::not_found("Workflow task not found.");
  }
  return target;
}

void fill_completed(const svc::RespondWorkflowTaskCompletedRequest& request, historypb::HistoryEvent& event) {
  auto& attributes = *event.mutable_workflow_task_completed_event_attributes();
  attributes.set_binary_checksum(request.binary_checksum());
  if (request.has_worker_version_stamp()) *attributes.mutable_worker_version() = request.worker_version_stamp();
  if (request.has_sdk_metadata()) *attributes.mutable_sdk_metadata() = request.sdk_metadata();
  if (request.has_metering_metadata()) *attributes.mutable_metering_metadata() = request.metering_metadata();
  if (request.has_deployment_options()) {
    attributes.set_worker_deployment_name(request.deployment_options().deployment_name());
  }
}

// The stamp for WorkflowTaskStarted. Rules of worker versioning, which this server has not, do not get there.
WorkerStamp worker_stamp(const svc::RespondWorkflowTaskCompletedRequest& request) {
  if (!request.has_worker_version_stamp() || request.worker_version_stamp().use_versioning()) return std::nullopt;
  return request.worker_version_stamp();
}

// The search attribute BuildIds of a run whose workers are not versioned: that word, and "unversioned:ID" of each
// build.
void note_build_id(Execution& execution, const std::string& id) {
  constexpr const char kUnversioned[] = "unversioned";
  auto& ids = execution.build_ids;
  const std::size_t known = ids.size();
  if (known == 0) ids.emplace_back(kUnversioned);
  if (!id.empty()) {
    std::string entry = std::string(kUnversioned) + ":" + id;
    if (std::find(ids.begin(), ids.end(), entry) == ids.end()) ids.push_back(std::move(entry));
  }
  if (ids.size() == known) return;
  commonpb::Payload value = keyword_list(ids);
  while (value.data().size() > kMaxSearchAttributeValueBytes && ids.size() > 1) {
    ids.erase(ids.begin() + 1);
    value = keyword_list(ids);
  }
  (*execution.search_attributes.mutable_indexed_fields())["BuildIds"] = std::move(value);
  execution.has_changed_attributes = true;
}

// A run shows which worker was last, and in search attributes which builds have worked on it.
void note_build(Execution& execution, const svc::RespondWorkflowTaskCompletedRequest& request,
                std::int64_t completed_event_id, Time now) {
  execution.last_worker.reset();
  if (request.has_worker_version_stamp()) execution.last_worker = request.worker_version_stamp();
  const std::string& checksum = request.binary_checksum();
  const std::string& id = request.worker_version_stamp().build_id();
  if (!request.worker_version_stamp().use_versioning() && !request.has_deployment()) note_build_id(execution, id);
  auto& builds = execution.builds;
  const auto is_this = [&](const Execution::Build& build) { return build.checksum == checksum && build.id == id; };
  if (std::any_of(builds.begin(), builds.end(), is_this)) return;
  builds.push_back({checksum, id, execution.run_id, completed_event_id, now, std::nullopt});
  if (builds.size() > kMaxBuilds) builds.erase(builds.begin());
  if (checksum.empty()) return;
  std::vector<std::string> checksums;
  for (const Execution::Build& build : builds) {
    if (!build.checksum.empty()) checksums.push_back(build.checksum);
  }
  (*execution.search_attributes.mutable_indexed_fields())["BinaryChecksums"] = keyword_list(checksums);
  execution.has_changed_attributes = true;
}

failurepb::Failure server_failure(const std::string& message) {
  failurepb::Failure failure;
  failure.set_message(message);
  failure.mutable_server_failure_info();
  return failure;
}

// The worker sent a command that cannot be carried out: its task fails, and nothing of it has happened.
RpcStatus refuse_commands(Engine& engine, Execution& execution, const CommandFault& fault,
                          const svc::RespondWorkflowTaskCompletedRequest& request) {
  if (fault.refusal.has_value()) return *fault.refusal;
  abort_sent_updates(engine, execution);
  const std::string text = fault.text();
  const bool is_unhandled = fault.cause == enums::WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND;
  if (execution.task.attempt > 1 && !is_unhandled) return errors::invalid_argument(text);
  auto* event = fail_workflow_task(engine, execution, fault.cause, request.identity());
  if (event != nullptr) {
    auto& attributes = *event->mutable_workflow_task_failed_event_attributes();
    *attributes.mutable_failure() = server_failure(text);
    attributes.set_binary_checksum(request.binary_checksum());
  }
  if (fault.terminates_run) {
    terminate_run(engine, execution, text, nullptr, kServerIdentity);
  } else {
    execution.needs_task = true;
  }
  return errors::invalid_argument(text);
}

std::int64_t first_command_event_id(const Execution& execution) {
  const std::int64_t unwritten = execution.task.written ? 0 : 2;
  return execution.history.next_event_id() + unwritten + 1;  // after WorkflowTaskCompleted
}

// How many events the history gets from the task, each command being one.
std::int64_t events_of_task(const Execution& execution, const svc::RespondWorkflowTaskCompletedRequest& request) {
  return first_command_event_id(execution) - execution.history.next_event_id() + request.commands_size();
}

void set_stickiness(Execution& execution, const svc::RespondWorkflowTaskCompletedRequest& request) {
  const auto& sticky = request.sticky_attributes();
  if (sticky.worker_task_queue().name().empty()) return clear_stickiness(execution);
  execution.sticky_queue = sticky.worker_task_queue().name();
  execution.sticky_timeout = to_duration(sticky.schedule_to_start_timeout());
}

MessageIndex index_messages(const svc::RespondWorkflowTaskCompletedRequest& request) {
  MessageIndex index;
  for (const auto& message : request.messages()) index.emplace(message.id(), &message);
  return index;
}

// Checks commands and messages in the order in which they take effect.
CheckResult check_all(svc::RespondWorkflowTaskCompletedRequest& request, CommandBatch& batch) {
  for (auto& command : *request.mutable_commands()) {
    if (auto fault = check_command(command, batch)) return fault;
  }
  for (const auto& message : request.messages()) {
    if (batch.messages.count(message.id()) == 0) continue;
    if (auto fault = check_message(message, batch)) return fault;
  }
  return std::nullopt;
}

// Whether a speculative task is forgotten: its worker has had nothing to say but rejections, and it has got no event
// that it would have to get again, or only few and it knows how to deal with that.
bool leaves_no_trace(const Execution& execution, const svc::RespondWorkflowTaskCompletedRequest& request) {
  constexpr std::int64_t kMaxEventsToSendAgain = 10;
  if (!execution.task.speculative || !request.commands().empty() || request.force_create_new_workflow_task()) {
    return false;
  }
  const bool may_resend = request.capabilities().discard_speculative_workflow_task_with_events();
  const std::int64_t more = execution.history.next_event_id() - (execution.previous_started_event_id + 2);
  if (more > (may_resend ? kMaxEventsToSendAgain : 0)) return false;
  return std::all_of(request.messages().begin(), request.messages().end(),
                     [](const auto& message) { return message.body().template Is<updatepb::Rejection>(); });
}

// What follows in either case: answers to queries and updates, and the next task if there is something to do.
Answer finish_completion(Engine& engine, Call& call, Execution& execution, std::optional<Time> heartbeat_since) {
  auto& request = call.request_as<svc::RespondWorkflowTaskCompletedRequest>();
  auto& response = call.response_as<svc::RespondWorkflowTaskCompletedResponse>();
  answer_queries_of_task(engine, execution, request);
  if (!execution.is_running()) return errors::ok();
  if (!heartbeat_since.has_value()) reject_unanswered_updates(engine, execution);
  const bool has_events = request.force_create_new_workflow_task() || execution.history.has_buffered();
  const bool returns_task = request.return_new_workflow_task();
  if (!has_events && !has_unsent_updates(execution)) return errors::ok();
  if (has_events || !returns_task) {
    schedule_workflow_task(engine, execution, heartbeat_since, !returns_task);
  } else {
    schedule_speculative_task(engine, execution, false);
  }
  if (returns_task) {
    start_workflow_task(engine, execution,
                        {request.identity(), "request-from-RespondWorkflowTaskCompleted", worker_stamp(request)});
    fill_workflow_task(engine, execution, true, *response.mutable_workflow_task(),
                       heartbeat_since.has_value() ? TaskUpdates::kNone : TaskUpdates::kUnsent);
  }
  return errors::ok();
}

Answer respond_workflow_task_completed(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::RespondWorkflowTaskCompletedRequest>();
  auto& response = call.response_as<svc::RespondWorkflowTaskCompletedResponse>();
  const TokenTarget target = require_started_task(engine, request.task_token(), request.namespace_());
  if (!target.token.has_value()) return target.error;
  Execution& execution = *target.execution;
  if (request.versioning_behavior() != enums::VERSIONING_BEHAVIOR_UNSPECIFIED && !request.has_deployment() &&
      request.deployment_options().worker_versioning_mode() != enums::WORKER_VERSIONING_MODE_VERSIONED) {
    return errors::invalid_argument(
        "versioning behavior cannot be specified without deployment options being set with versioned mode");
  }
  if (std::string fault = duration_fault(request.sticky_attributes().schedule_to_start_timeout()); !fault.empty()) {
    return errors::invalid_argument("An invalid ScheduleToStartTimeout is set on StickyAttributes: " + fault + ".");
  }
  if (std::string fault = command_sequence_fault(request.commands()); !fault.empty()) {
    return errors::invalid_argument(fault);
  }
  CommandBatch batch(engine, execution, first_command_event_id(execution));
  batch.messages = index_messages(request);
  if (auto fault = check_all(request, batch)) return refuse_commands(engine, execution, *fault, request);

  const bool is_heartbeat =
      request.force_create_new_workflow_task() && request.commands().empty() && request.messages().empty();
  const Time chain_start = execution.task.original_scheduled_time;
  if (is_heartbeat && engine.now() > later(chain_start, kMaxHeartbeatChain)) {
    time_out_workflow_task(engine, execution);
    clear_stickiness(execution);
    return errors::not_found("workflow task heartbeat timeout");
  }
  if (const auto reason = enforce_history_limits(engine, execution, events_of_task(execution, request))) {
    return errors::invalid_argument(*reason);
  }

  if (leaves_no_trace(execution, request)) {
    response.set_reset_history_event_id(execution.previous_started_event_id);
    discard_speculative_task(engine, execution);
    for (const auto& message : request.messages()) apply_message(engine, execution, message);
    return finish_completion(engine, call, execution, {});
  }
  const WorkerStamp worker = worker_stamp(request);
  auto& completed = complete_workflow_task(engine, execution, request.identity(), worker);
  fill_completed(request, completed);
  const std::int64_t completed_id = completed.event_id();
  note_build(execution, request, completed_id, engine.now());
  set_stickiness(execution, request);
  CommandTransaction transaction{engine, execution, completed_id, request.identity()};
  transaction.messages = index_messages(request);
  for (auto& command : *request.mutable_commands()) apply_command(command, transaction);
  for (const auto& message : request.messages()) {
    if (transaction.messages.count(message.id()) != 0) apply_message(engine, execution, message);
  }
  for (const std::int64_t scheduled : transaction.eager_activities) {
    Activity* activity = execution.is_running() ? find_activity(execution, scheduled) : nullptr;
    if (activity == nullptr) continue;  // canceled by a later command
    start_activity(engine, execution, *activity, request.identity());
    fill_activity_task(engine, execution, *activity, *response.add_activity_tasks());
  }
  return finish_completion(engine, call, execution, is_heartbeat ? std::optional<Time>(chain_start) : std::nullopt);
}

Answer respond_workflow_task_failed(Engine& engine, Call& call) {
  auto& request = call.request_as<svc::RespondWorkflowTaskFailedRequest>();
  const TokenTarget target = require_started_task(engine, request.task_token(), request.namespace_());
  if (!target.token.has_value()) return target.error;
  Execution& execution = *target.execution;
  const auto cause = request.cause();
  if (cause == enums::WORKFLOW_TASK_FAILED_CAUSE_GRPC_MESSAGE_TOO_LARGE) {
    terminate_run(engine, execution, "GrpcMessageTooLarge", nullptr, kServerIdentity);
    return errors::ok();
  }
  auto* event = fail_workflow_task(engine, execution, cause, request.identity());
  if (event != nullptr) {
    auto& attributes = *event->mutable_workflow_task_failed_event_attributes();
    if (request.has_failure()) {
      limit_failure(*request.mutable_failure());
      *attributes.mutable_failure() = std::move(*request.mutable_failure());
    }
    attributes.set_binary_checksum(request.binary_checksum());
  }
  execution.needs_task = true;
  return errors::ok();
}

}  // namespace

std::span<const Method> workflow_task_methods() {
  static const Method kMethods[] = {
      TIMESKIP_WORKFLOW_METHOD(RespondWorkflowTaskCompleted, respond_workflow_task_completed),
      TIMESKIP_WORKFLOW_METHOD(RespondWorkflowTaskFailed, respond_workflow_task_failed),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
