#include "temporalio/async_activity_handle.h"

#include <stdexcept>

#include "sdk/src/client/connection.h"
#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/rpc/methods.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporalio::client {
namespace {

namespace ws = temporal::api::workflowservice::v1;

template <class Response>
void throw_if_cancelled(const Response& response) {
  activity::CancellationDetails details;
  details.cancel_requested = response.cancel_requested();
  details.paused = response.activity_paused();
  details.reset = response.activity_reset();
  if (details.cancel_requested || details.paused || details.reset) throw AsyncActivityCancelledError(details);
}

}  // namespace

AsyncActivityHandle::AsyncActivityHandle(std::shared_ptr<Connection> connection, const AsyncActivityID& id)
    : connection_(std::move(connection)),
      task_token_(id.task_token),
      workflow_id_(id.workflow_id),
      run_id_(id.run_id),
      activity_id_(id.activity_id) {
  const bool has_ids = !workflow_id_.empty() || !run_id_.empty() || !activity_id_.empty();
  if (task_token_.empty() == !has_ids || (has_ids && (workflow_id_.empty() || activity_id_.empty()))) {
    throw std::invalid_argument(
        "an asynchronous activity is named by its task_token alone, or by its workflow_id and activity_id");
  }
}

template <class Request>
void AsyncActivityHandle::address_by_token(Request& request) const {
  request.set_task_token(task_token_);
  request.set_namespace_(connection_->namespace_());
  request.set_identity(connection_->identity());
}

template <class Request>
void AsyncActivityHandle::address_by_id(Request& request) const {
  request.set_workflow_id(workflow_id_);
  request.set_run_id(run_id_);
  request.set_activity_id(activity_id_);
  request.set_namespace_(connection_->namespace_());
  request.set_identity(connection_->identity());
}

void AsyncActivityHandle::heartbeat_payloads(std::vector<Payload> details) const {
  const auto fill = [&](auto& request) {
    if (!details.empty()) payload::append_payloads(*request.mutable_details(), std::move(details));
  };
  if (!task_token_.empty()) {
    ws::RecordActivityTaskHeartbeatRequest request;
    ws::RecordActivityTaskHeartbeatResponse response;
    address_by_token(request);
    fill(request);
    connection_->call("heartbeat", rpc::kRecordActivityTaskHeartbeat, request, response);
    return throw_if_cancelled(response);
  }
  ws::RecordActivityTaskHeartbeatByIdRequest request;
  ws::RecordActivityTaskHeartbeatByIdResponse response;
  address_by_id(request);
  fill(request);
  connection_->call("heartbeat", rpc::kRecordActivityTaskHeartbeatById, request, response);
  throw_if_cancelled(response);
}

void AsyncActivityHandle::complete_payloads(std::vector<Payload> result) const {
  const auto fill = [&](auto& request) { payload::append_payloads(*request.mutable_result(), std::move(result)); };
  if (!task_token_.empty()) {
    ws::RespondActivityTaskCompletedRequest request;
    ws::RespondActivityTaskCompletedResponse response;
    address_by_token(request);
    fill(request);
    return connection_->call("complete", rpc::kRespondActivityTaskCompleted, request, response);
  }
  ws::RespondActivityTaskCompletedByIdRequest request;
  ws::RespondActivityTaskCompletedByIdResponse response;
  address_by_id(request);
  fill(request);
  connection_->call("complete", rpc::kRespondActivityTaskCompletedById, request, response);
}

void AsyncActivityHandle::fail(const std::exception_ptr& error, std::vector<Payload> last_heartbeat_details) const {
  const auto fill = [&](auto& request) {
    payload::to_proto(error, *request.mutable_failure());
    if (last_heartbeat_details.empty()) return;
    payload::append_payloads(*request.mutable_last_heartbeat_details(), std::move(last_heartbeat_details));
  };
  if (!task_token_.empty()) {
    ws::RespondActivityTaskFailedRequest request;
    ws::RespondActivityTaskFailedResponse response;
    address_by_token(request);
    fill(request);
    return connection_->call("fail", rpc::kRespondActivityTaskFailed, request, response);
  }
  ws::RespondActivityTaskFailedByIdRequest request;
  ws::RespondActivityTaskFailedByIdResponse response;
  address_by_id(request);
  fill(request);
  connection_->call("fail", rpc::kRespondActivityTaskFailedById, request, response);
}

void AsyncActivityHandle::report_cancellation_payloads(std::vector<Payload> details) const {
  const auto fill = [&](auto& request) {
    if (!details.empty()) payload::append_payloads(*request.mutable_details(), std::move(details));
  };
  if (!task_token_.empty()) {
    ws::RespondActivityTaskCanceledRequest request;
    ws::RespondActivityTaskCanceledResponse response;
    address_by_token(request);
    fill(request);
    return connection_->call("report_cancellation", rpc::kRespondActivityTaskCanceled, request, response);
  }
  ws::RespondActivityTaskCanceledByIdRequest request;
  ws::RespondActivityTaskCanceledByIdResponse response;
  address_by_id(request);
  fill(request);
  connection_->call("report_cancellation", rpc::kRespondActivityTaskCanceledById, request, response);
}

}  // namespace temporalio::client
