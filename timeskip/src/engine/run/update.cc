// The rules of updates: limits, messages of the protocol, outcomes.
#include "timeskip/src/engine/run/update.h"

#include <utility>
#include <vector>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/errors.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/run/execution.h"
#include "timeskip/src/engine/run/workflow_task.h"

namespace temporalio::timeskip {
namespace {

failurepb::Failure application_failure(const char* message, const char* type) {
  failurepb::Failure failure;
  failure.set_message(message);
  failure.set_source("Server");
  failure.mutable_application_failure_info()->set_type(type);
  failure.mutable_application_failure_info()->set_non_retryable(true);
  return failure;
}

std::string message_id(const std::string& update_id) { return update_id + "/request"; }

historypb::HistoryEvent* accept(Engine& engine, Execution& execution, Update& update,
                                const updatepb::Acceptance& acceptance) {
  auto& event = execution.history.add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, engine.now());
  auto& attributes = *event.mutable_workflow_execution_update_accepted_event_attributes();
  attributes.set_protocol_instance_id(update.id);
  attributes.set_accepted_request_message_id(message_id(update.id));
  attributes.set_accepted_request_sequencing_event_id(acceptance.accepted_request_sequencing_event_id());
  *attributes.mutable_accepted_request() = std::move(update.request);
  update.request.Clear();
  update.accepted_event_id = event.event_id();
  update.state = Update::State::kAccepted;
  return &event;
}

historypb::HistoryEvent* complete(Engine& engine, Execution& execution, Update& update, updatepb::Response response) {
  auto& event = execution.history.add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED, engine.now());
  auto& attributes = *event.mutable_workflow_execution_update_completed_event_attributes();
  attributes.set_accepted_event_id(update.accepted_event_id);
  *attributes.mutable_meta() = std::move(*response.mutable_meta());
  *attributes.mutable_outcome() = std::move(*response.mutable_outcome());
  update.completed_event_id = event.event_id();
  update.state = Update::State::kCompleted;
  return &event;
}

}  // namespace

Update* find_update(Execution& execution, const std::string& id) {
  const auto found = execution.updates.order_by_id.find(id);
  return found == execution.updates.order_by_id.end() ? nullptr : execution.updates.by_order[found->second].get();
}

std::optional<RpcStatus> update_refusal(const Execution& execution, const updatepb::Request& request) {
  if (!execution.is_running()) return errors::already_completed();
  if (execution.task_attempt >= kFailingTaskAttempts) {
    return errors::workflow_not_ready(
        "Unable to perform workflow execution update due to Workflow Task in failed state.");
  }
  if (execution.close_attempted && execution.task.state == WorkflowTask::State::kStarted) {
    return errors::busy_workflow("workflow operation can not be applied because workflow is closing");
  }
  std::size_t in_flight = 0;
  std::size_t bytes = request.ByteSizeLong();
  for (const auto& [order, update] : execution.updates.by_order) {
    if (!update->is_in_flight()) continue;
    ++in_flight;
    bytes += update->request.ByteSizeLong();
  }
  if (in_flight >= kMaxInFlightUpdates || bytes > kMaxInFlightUpdateBytes) {
    return errors::concurrent_limit("limit on number of concurrent in-flight updates has been reached (" +
                                    std::to_string(kMaxInFlightUpdates) + ")");
  }
  if (execution.updates.by_order.size() >= kMaxUpdates) {
    return errors::failed_precondition(
        "The limit on the total number of distinct updates in this workflow has been "
        "reached (" +
        std::to_string(kMaxUpdates) + ").");
  }
  return std::nullopt;
}

Update& admit_update(Engine& engine, Execution& execution, updatepb::Request request) {
  Updates& updates = execution.updates;
  const std::uint64_t order = updates.next_order++;
  auto admitted = std::make_unique<Update>();
  Update& update = *admitted;
  update.id = request.meta().update_id();
  update.request = std::move(request);
  updates.order_by_id.emplace(update.id, order);
  updates.by_order.emplace(order, std::move(admitted));
  if (!execution.has_pending_task() && !execution.in_first_backoff) schedule_speculative_task(engine, execution, true);
  engine.touch(execution);
  return update;
}

bool has_reached(const Execution& execution, const Update& update, UpdateStage stage) {
  if (stage == enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_UNSPECIFIED ||
      stage == enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED) {
    return true;
  }
  switch (update.state) {
    case Update::State::kAdmitted:
    case Update::State::kSent:
      return false;
    case Update::State::kAccepted:
      return !execution.is_running() || stage == enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
    default:
      return true;
  }
}

UpdateStatus status_of(const Execution& execution, const Update& update) {
  UpdateStatus status;
  switch (update.state) {
    case Update::State::kAdmitted:
    case Update::State::kSent:
      return status;
    case Update::State::kAccepted:
      status.stage = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
      if (execution.is_running()) return status;
      status.outcome.emplace();
      *status.outcome->mutable_failure() =
          application_failure("Workflow Update failed because the Workflow completed before the Update completed.",
                              "AcceptedUpdateCompletedWorkflow");
      break;
    case Update::State::kCompleted:
      status.outcome = execution.history.event(update.completed_event_id)
                           .workflow_execution_update_completed_event_attributes()
                           .outcome();
      break;
    case Update::State::kRejected:
      status.outcome.emplace();
      *status.outcome->mutable_failure() = update.rejection;
      break;
    case Update::State::kAborted:
      status.error = update.error;
      return status;
  }
  status.stage = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED;
  return status;
}

bool has_unsent_updates(const Execution& execution) {
  for (const auto& [order, update] : execution.updates.by_order) {
    if (update->state == Update::State::kAdmitted) return true;
  }
  return false;
}

void send_updates(Execution& execution, std::int64_t started_event_id, bool resend,
                  google::protobuf::RepeatedPtrField<protocolpb::Message>* out) {
  for (const auto& [order, update] : execution.updates.by_order) {
    const bool is_due = update->state == Update::State::kAdmitted || (resend && update->state == Update::State::kSent);
    if (!is_due) continue;
    update->state = Update::State::kSent;
    protocolpb::Message& message = *out->Add();
    message.set_id(message_id(update->id));
    message.set_protocol_instance_id(update->id);
    message.set_event_id(started_event_id - 1);
    message.mutable_body()->PackFrom(update->request);
  }
}

std::string message_fault(const protocolpb::Message& message, Update::State& state) {
  const bool is_open = state == Update::State::kSent || state == Update::State::kAdmitted;
  updatepb::Acceptance acceptance;
  updatepb::Response response;
  const std::string wrong_state = "invalid state transition attempted for Update " + message.protocol_instance_id();
  if (message.body().UnpackTo(&acceptance)) {
    if (!is_open) return wrong_state + ": it is not waiting to be accepted";
    if (acceptance.accepted_request_sequencing_event_id() == 0) {
      return "accepted_request_sequencing_event_id is not set on Acceptance";
    }
    if (acceptance.accepted_request_message_id().empty()) {
      return "accepted_request_message_id is not set on Acceptance";
    }
    state = Update::State::kAccepted;
    return {};
  }
  if (message.body().Is<updatepb::Rejection>()) {
    if (!is_open) return wrong_state + ": it is not waiting to be accepted";
    state = Update::State::kRejected;
    return {};
  }
  if (message.body().UnpackTo(&response)) {
    if (state != Update::State::kAccepted) return wrong_state + ": it has not been accepted";
    if (response.meta().update_id() != message.protocol_instance_id())
      return "meta.update_id is not that of the update";
    if (!response.has_outcome()) return "outcome is not set on Response";
    state = Update::State::kCompleted;
    return {};
  }
  return "the body of message " + message.id() + " is no message of the update protocol";
}

historypb::HistoryEvent* apply_message(Engine& engine, Execution& execution, const protocolpb::Message& message) {
  Update* update = find_update(execution, message.protocol_instance_id());
  updatepb::Rejection rejection;
  if (message.body().UnpackTo(&rejection)) {
    update->state = Update::State::kRejected;
    update->rejection = std::move(*rejection.mutable_failure());
    return nullptr;
  }
  if (!execution.is_running()) return nullptr;  // the run has closed before it got to this
  updatepb::Acceptance acceptance;
  if (message.body().UnpackTo(&acceptance)) return accept(engine, execution, *update, acceptance);
  updatepb::Response response;
  message.body().UnpackTo(&response);
  return complete(engine, execution, *update, std::move(response));
}

void reject_unanswered_updates(Engine& engine, Execution& execution) {
  for (const auto& [order, update] : execution.updates.by_order) {
    if (update->state != Update::State::kSent) continue;
    update->state = Update::State::kRejected;
    update->rejection = application_failure(
        "Workflow Update is rejected because it wasn't processed by worker. Probably, Workflow Update is not supported "
        "by the worker.",
        "UnprocessedUpdate");
    engine.touch(execution);
  }
}

void abort_sent_updates(Engine& engine, Execution& execution) {
  for (const auto& [order, update] : execution.updates.by_order) {
    if (update->state != Update::State::kSent) continue;
    update->state = Update::State::kAborted;
    update->error = errors::workflow_not_ready(
        "Unable to perform workflow execution update due to unexpected workflow task failure.");
    engine.touch(execution);
  }
}

void abort_updates_of_closed_run(Execution& execution) {
  for (const auto& [order, update] : execution.updates.by_order) {
    if (update->state != Update::State::kAdmitted && update->state != Update::State::kSent) continue;
    update->state = Update::State::kAborted;
    update->error = !execution.successor_run_id.empty()
                        ? errors::busy_workflow("workflow operation can not be applied because workflow is closing")
                        : errors::not_found("workflow update was aborted by closing workflow");
  }
}

void settle_updates(Execution& execution) {
  Updates& updates = execution.updates;
  for (auto it = updates.by_order.begin(); it != updates.by_order.end();) {
    Update& update = *it->second;
    for (auto waiter = update.waiters.begin(); waiter != update.waiters.end();) {
      const Update::Waiter& waiting = *waiter++;  // answering removes it
      if (!has_reached(execution, update, waiting.stage)) continue;
      const auto answer = waiting.answer;
      answer(status_of(execution, update));
    }
    const bool is_over = update.state == Update::State::kRejected || update.state == Update::State::kAborted;
    if (is_over) updates.order_by_id.erase(update.id);
    it = is_over ? updates.by_order.erase(it) : std::next(it);
  }
}

}  // namespace temporalio::timeskip
