#include "sdk/src/worker/history_fetch.h"

#include <utility>

#include "sdk/src/rpc/methods.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporalio::worker {
namespace {

namespace ws = temporal::api::workflowservice::v1;
using TaskPtr = std::unique_ptr<ws::PollWorkflowTaskQueueResponse>;

// One fetch under way; kept alive by the call that it waits for.
class Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(client::Connection& connection, TaskPtr task, std::function<void(rpc::Status, TaskPtr)> done)
      : connection_(connection), task_(std::move(task)), done_(std::move(done)) {
    request_.set_namespace_(connection.namespace_());
    *request_.mutable_execution() = task_->workflow_execution();
  }

  void next_page(std::string token) {
    request_.set_next_page_token(std::move(token));
    response_.Clear();
    connection_.service().start(rpc::kGetWorkflowExecutionHistory, request_, response_, rpc::CallOptions(),
                                [self = shared_from_this()](rpc::Status status) { self->on_page(std::move(status)); });
  }

 private:
  void on_page(rpc::Status status) {
    if (!status.is_ok()) return finish(std::move(status));
    auto& events = *response_.mutable_history()->mutable_events();
    for (auto& event : events) *task_->mutable_history()->add_events() = std::move(event);
    // A page may be empty and still have a successor.
    if (!response_.next_page_token().empty()) return next_page(response_.next_page_token());
    finish(std::move(status));
  }

  void finish(rpc::Status status) {
    task_->clear_next_page_token();
    done_(std::move(status), std::move(task_));
  }

  client::Connection& connection_;
  TaskPtr task_;
  std::function<void(rpc::Status, TaskPtr)> done_;
  ws::GetWorkflowExecutionHistoryRequest request_;
  ws::GetWorkflowExecutionHistoryResponse response_;
};

}  // namespace

void fetch_history(client::Connection& connection, TaskPtr task, bool from_start,
                   std::function<void(rpc::Status, TaskPtr)> done) {
  std::string token;
  if (from_start) {
    task->clear_history();
  } else {
    token = task->next_page_token();
  }
  std::make_shared<Fetch>(connection, std::move(task), std::move(done))->next_page(std::move(token));
}

}  // namespace temporalio::worker
