// What handles ask of the service about updates.
#include "temporalio/workflow_update.h"

#include <stdexcept>

#include "sdk/src/client/connection.h"
#include "sdk/src/client/result_wait.h"
#include "sdk/src/client/status_errors.h"
#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/rpc/methods.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporalio/workflow_handle.h"

namespace temporalio::client {

struct UntypedWorkflowUpdateHandle::Outcome {
  temporal::api::update::v1::Outcome message;
};

namespace {

namespace ws = temporal::api::workflowservice::v1;
namespace updatepb = temporal::api::update::v1;

// Makes one long poll after another, until the whole wait is over.
class UpdateCalls {
 public:
  UpdateCalls(Connection& connection, Duration timeout)
      : connection_(connection),
        has_deadline_(timeout > Duration::zero()),
        deadline_(connection.loop().time().now() + timeout) {}

  // Throws WorkflowUpdateRPCTimeoutOrCancelledError, RPCError.
  void call(const char* what, const char* method, google::protobuf::Message& request,
            google::protobuf::Message& response) {
    rpc::CallOptions options;
    options.is_long_poll = true;
    if (has_deadline_) {
      const auto left = deadline_ - connection_.loop().time().now();
      if (left <= Duration::zero()) throw WorkflowUpdateRPCTimeoutOrCancelledError("the time is over");
      options.is_long_poll = false;
      options.timeout = left;
    }
    const rpc::Status status = connection_.try_call(what, method, request, response, options);
    if (status.is_ok()) return;
    const auto code = static_cast<RPCStatusCode>(status.code);
    if (code == RPCStatusCode::deadline_exceeded || code == RPCStatusCode::cancelled) {
      throw WorkflowUpdateRPCTimeoutOrCancelledError(status.message);
    }
    throw_status(status);
  }

 private:
  Connection& connection_;
  bool has_deadline_;
  base::MonotonicTime deadline_;
};

}  // namespace

UntypedWorkflowUpdateHandle::UntypedWorkflowUpdateHandle(std::shared_ptr<Connection> connection, std::string id,
                                                         std::string workflow_id, std::string workflow_run_id)
    : connection_(std::move(connection)),
      id_(std::move(id)),
      workflow_id_(std::move(workflow_id)),
      workflow_run_id_(std::move(workflow_run_id)) {}

UntypedWorkflowUpdateHandle UntypedWorkflowHandle::start_update_payloads(std::string_view name,
                                                                         std::vector<Payload> arguments,
                                                                         const UpdateOptions& options) const {
  if (options.wait_for_stage == WorkflowUpdateStage::admitted) {
    throw std::invalid_argument("start_update: wait_for_stage must be accepted or completed, not admitted");
  }
  connection_->check_may_wait("start_update");
  ws::UpdateWorkflowExecutionRequest request;
  request.set_namespace_(connection_->namespace_());
  request.mutable_workflow_execution()->set_workflow_id(id_);
  request.mutable_workflow_execution()->set_run_id(run_id_);
  request.set_first_execution_run_id(first_execution_run_id_);
  using Stage = temporal::api::enums::v1::UpdateWorkflowExecutionLifecycleStage;
  const Stage stage = static_cast<Stage>(options.wait_for_stage);
  request.mutable_wait_policy()->set_lifecycle_stage(stage);
  auto& meta = *request.mutable_request()->mutable_meta();
  meta.set_update_id(options.id.empty() ? connection_->new_id() : std::string(options.id));
  meta.set_identity(connection_->identity());
  auto& input = *request.mutable_request()->mutable_input();
  input.set_name(std::string(name));
  if (!arguments.empty()) payload::append_payloads(*input.mutable_args(), std::move(arguments));

  const ResultWait wait(connection_->options());
  UpdateCalls calls(*connection_, options.timeout);
  for (;;) {  // the service answers early when its own limit of a wait is over: the same id finds the same update
    ws::UpdateWorkflowExecutionRequest attempt = request;
    ws::UpdateWorkflowExecutionResponse response;
    calls.call("start_update", rpc::kUpdateWorkflowExecution, attempt, response);
    if (response.stage() < stage && !response.has_outcome()) continue;
    UntypedWorkflowUpdateHandle handle(connection_, meta.update_id(), id_,
                                       response.update_ref().workflow_execution().run_id());
    if (response.has_outcome()) {
      auto outcome = std::make_shared<UntypedWorkflowUpdateHandle::Outcome>();
      outcome->message.Swap(response.mutable_outcome());
      handle.known_outcome_ = std::move(outcome);
    }
    return handle;
  }
}

std::vector<Payload> UntypedWorkflowUpdateHandle::result_payloads(Duration timeout) const {
  updatepb::Outcome outcome;
  if (known_outcome_ != nullptr) {
    outcome = known_outcome_->message;
  } else {
    connection_->check_may_wait("result of an update");
    const ResultWait wait(connection_->options());
    UpdateCalls calls(*connection_, timeout);
    do {
      ws::PollWorkflowExecutionUpdateRequest request;
      ws::PollWorkflowExecutionUpdateResponse response;
      request.set_namespace_(connection_->namespace_());
      request.set_identity(connection_->identity());
      auto& update = *request.mutable_update_ref();
      update.set_update_id(id_);
      update.mutable_workflow_execution()->set_workflow_id(workflow_id_);
      update.mutable_workflow_execution()->set_run_id(workflow_run_id_);
      request.mutable_wait_policy()->set_lifecycle_stage(
          temporal::api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
      calls.call("result of an update", rpc::kPollWorkflowExecutionUpdate, request, response);
      outcome.Swap(response.mutable_outcome());
    } while (outcome.value_case() == updatepb::Outcome::VALUE_NOT_SET);
  }
  if (outcome.has_failure()) throw WorkflowUpdateFailedError(payload::from_proto(outcome.failure()));
  return payload::from_proto(outcome.success());
}

}  // namespace temporalio::client
