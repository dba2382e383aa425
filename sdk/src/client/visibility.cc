// Pages of ListWorkflowExecutions, and counts.
#include "temporalio/visibility.h"

#include <algorithm>
#include <utility>

#include "sdk/src/client/connection.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/rpc/methods.h"
#include "temporal/api/workflow/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporalio/client.h"

namespace temporalio::client {
namespace {

namespace ws = temporal::api::workflowservice::v1;

Payload one_payload(const temporal::api::common::v1::Payload& message) {
  temporal::api::common::v1::Payloads list;
  *list.add_payloads() = message;
  return std::move(payload::from_proto(list).front());
}

template <class Fields>
std::map<std::string, Payload> payload_map(const Fields& fields) {
  std::map<std::string, Payload> map;
  for (const auto& [name, value] : fields) map.emplace(name, one_payload(value));
  return map;
}

WorkflowExecution from_proto(const temporal::api::workflow::v1::WorkflowExecutionInfo& info) {
  WorkflowExecution run;
  run.id = info.execution().workflow_id();
  run.run_id = info.execution().run_id();
  run.workflow_type = info.type().name();
  run.task_queue = info.task_queue();
  run.status = static_cast<WorkflowExecutionStatus>(info.status());
  run.start_time = payload::from_proto(info.start_time());
  if (info.has_execution_time()) run.execution_time = payload::from_proto(info.execution_time());
  if (info.has_close_time()) run.close_time = payload::from_proto(info.close_time());
  run.history_length = info.history_length();
  run.parent_id = info.parent_execution().workflow_id();
  run.parent_run_id = info.parent_execution().run_id();
  run.root_id = info.root_execution().workflow_id();
  run.root_run_id = info.root_execution().run_id();
  run.memo = payload_map(info.memo().fields());
  run.search_attributes = payload_map(info.search_attributes().indexed_fields());
  return run;
}

}  // namespace

struct detail::WorkflowPages::State {
  std::shared_ptr<Connection> connection;
  std::string query;
  ListWorkflowsOptions options;
  std::string next_page_token;
  bool has_begun = false;
  std::int64_t shown = 0;
  std::vector<WorkflowExecution> page;
  std::size_t place = 0;  // in the page, of the run that comes next

  bool has_more_pages() const { return !has_begun || !next_page_token.empty(); }
  void fetch();
};

void detail::WorkflowPages::State::fetch() {
  ws::ListWorkflowExecutionsRequest request;
  ws::ListWorkflowExecutionsResponse response;
  request.set_namespace_(connection->namespace_());
  request.set_query(query);
  request.set_page_size(options.page_size);
  request.set_next_page_token(next_page_token);
  rpc::CallOptions call_options;
  call_options.timeout = options.rpc_timeout;
  connection->call("list_workflows", rpc::kListWorkflowExecutions, request, response, call_options);
  has_begun = true;
  next_page_token = response.next_page_token();
  page.clear();
  place = 0;
  for (const auto& info : response.executions()) page.push_back(from_proto(info));
}

detail::WorkflowPages::WorkflowPages(std::shared_ptr<Connection> connection, std::string query,
                                     const ListWorkflowsOptions& options)
    : state_(std::make_shared<State>()) {
  state_->connection = std::move(connection);
  state_->query = std::move(query);
  state_->options = options;
}

const WorkflowExecution* detail::WorkflowPages::next() {
  State& state = *state_;
  if (state.options.limit.has_value() && state.shown >= *state.options.limit) return nullptr;
  while (state.place == state.page.size()) {  // a page may be empty although more follow
    if (!state.has_more_pages()) return nullptr;
    state.fetch();
  }
  ++state.shown;
  return &state.page[state.place++];
}

WorkflowHistory detail::WorkflowPages::fetch_history(const WorkflowExecution& run) const {
  return UntypedWorkflowHandle(state_->connection, run.id, run.run_id, run.run_id).fetch_history();
}

WorkflowHistories::Iterator& WorkflowHistories::Iterator::operator++() {
  const WorkflowExecution* run = pages_->next();
  history_.reset();
  if (run != nullptr) history_.emplace(pages_->fetch_history(*run));
  return *this;
}

WorkflowExecutions Client::list_workflows(std::string_view query, const ListWorkflowsOptions& options) const {
  return WorkflowExecutions(detail::WorkflowPages(connection_, std::string(query), options));
}

WorkflowExecutionCount Client::count_workflows(std::string_view query, Duration rpc_timeout) const {
  ws::CountWorkflowExecutionsRequest request;
  ws::CountWorkflowExecutionsResponse response;
  request.set_namespace_(connection_->namespace_());
  request.set_query(std::string(query));
  rpc::CallOptions options;
  options.timeout = rpc_timeout;
  connection_->call("count_workflows", rpc::kCountWorkflowExecutions, request, response, options);
  WorkflowExecutionCount count;
  count.count = response.count();
  for (const auto& group : response.groups()) {
    WorkflowExecutionCount::Group& added = count.groups.emplace_back();
    added.count = group.count();
    for (const auto& value : group.group_values()) added.values.push_back(one_payload(value));
  }
  return count;
}

}  // namespace temporalio::client
