#include "sdk/src/client/workflow_result.h"

#include <algorithm>
#include <chrono>

#include "sdk/src/client/connection.h"
#include "sdk/src/client/status_errors.h"
#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/rpc/methods.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporalio/errors.h"

namespace temporalio::client {
namespace {

namespace ws = temporal::api::workflowservice::v1;
using temporal::api::history::v1::HistoryEvent;

// The end of the caller's patience.
class Deadline {
 public:
  Deadline(Connection& connection, Duration timeout)
      : time_(connection.loop().time()), timeout_(timeout), end_(time_.now() + timeout) {}

  // Zero: no limit.
  Duration left() const {
    if (timeout_ == Duration::zero()) return timeout_;
    return std::max<Duration>(end_ - time_.now(), std::chrono::milliseconds(1));
  }
  void check(const std::string& id) const {
    if (timeout_ == Duration::zero() || time_.now() < end_) return;
    const auto seconds = std::chrono::duration<double>(timeout_).count();
    throw RPCError(RPCStatusCode::deadline_exceeded,
                   "workflow " + id + " has not closed within " + std::to_string(seconds) + " s");
  }

 private:
  const base::TimeSource& time_;
  const Duration timeout_;
  const base::MonotonicTime end_;
};

// Waits for the last event of one run.
HistoryEvent wait_for_close_event(Connection& connection, const std::string& id, const std::string& run_id,
                                  const Deadline& deadline) {
  std::string next_page_token;
  for (;;) {
    ws::GetWorkflowExecutionHistoryRequest request;
    ws::GetWorkflowExecutionHistoryResponse response;
    request.set_namespace_(connection.namespace_());
    request.mutable_execution()->set_workflow_id(id);
    request.mutable_execution()->set_run_id(run_id);
    request.set_wait_new_event(true);
    request.set_history_event_filter_type(temporal::api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
    request.set_skip_archival(true);
    request.set_next_page_token(next_page_token);
    rpc::CallOptions options;
    options.is_long_poll = true;
    options.timeout = deadline.left();
    const rpc::Status status =
        connection.try_wait("result", id, rpc::kGetWorkflowExecutionHistory, request, response, options);
    if (status.code == static_cast<int>(RPCStatusCode::deadline_exceeded)) {
      deadline.check(id);
      continue;
    }
    if (!status.is_ok()) throw_status(status);
    auto& events = *response.mutable_history()->mutable_events();
    if (!events.empty()) return std::move(events[events.size() - 1]);
    deadline.check(id);
    next_page_token = response.next_page_token();  // the poll's time was up
  }
}

[[noreturn]] void throw_failure(FailurePtr cause) { throw WorkflowFailureError(std::move(cause)); }

}  // namespace

std::vector<Payload> wait_for_result(Connection& connection, const std::string& id, std::string run_id,
                                     bool follow_runs, Duration timeout) {
  const Deadline deadline(connection, timeout);
  for (;;) {
    const HistoryEvent event = wait_for_close_event(connection, id, run_id, deadline);
    switch (event.attributes_case()) {
      case HistoryEvent::kWorkflowExecutionCompletedEventAttributes: {
        const auto& completed = event.workflow_execution_completed_event_attributes();
        run_id = completed.new_execution_run_id();  // set by a cron schedule
        if (!follow_runs || run_id.empty()) return payload::from_proto(completed.result());
        break;
      }
      case HistoryEvent::kWorkflowExecutionFailedEventAttributes: {
        const auto& failed = event.workflow_execution_failed_event_attributes();
        run_id = failed.new_execution_run_id();  // set by a retry policy or a cron schedule
        if (!follow_runs || run_id.empty()) throw_failure(payload::from_proto(failed.failure()));
        break;
      }
      case HistoryEvent::kWorkflowExecutionTimedOutEventAttributes: {
        const auto& timed_out = event.workflow_execution_timed_out_event_attributes();
        run_id = timed_out.new_execution_run_id();
        if (!follow_runs || run_id.empty()) {
          throw_failure(std::make_shared<TimeoutError>("Workflow timed out", TimeoutType::start_to_close));
        }
        break;
      }
      case HistoryEvent::kWorkflowExecutionContinuedAsNewEventAttributes:
        run_id = event.workflow_execution_continued_as_new_event_attributes().new_execution_run_id();
        if (!follow_runs) throw WorkflowContinuedAsNewError(run_id);
        break;
      case HistoryEvent::kWorkflowExecutionCanceledEventAttributes: {
        const auto& canceled = event.workflow_execution_canceled_event_attributes();
        throw_failure(std::make_shared<CancelledError>("Workflow cancelled", payload::from_proto(canceled.details())));
      }
      case HistoryEvent::kWorkflowExecutionTerminatedEventAttributes: {
        const std::string& reason = event.workflow_execution_terminated_event_attributes().reason();
        throw_failure(std::make_shared<TerminatedError>(reason.empty() ? "Workflow terminated" : reason));
      }
      default:
        throw RPCError(RPCStatusCode::internal, "the service answered the wait for the end of workflow " + id +
                                                    " with event " + std::to_string(event.event_id()) + " of type " +
                                                    temporal::api::enums::v1::EventType_Name(event.event_type()) +
                                                    ", which ends no workflow");
    }
  }
}

}  // namespace temporalio::client
