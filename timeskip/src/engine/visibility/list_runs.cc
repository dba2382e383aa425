// ListWorkflowExecutions and its relatives, and CountWorkflowExecutions.
#include "timeskip/src/engine/visibility/list_runs.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "temporal/api/workflow/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/proto_time.h"
#include "timeskip/src/engine/rpc/lookup.h"
#include "timeskip/src/engine/rpc/method.h"
#include "timeskip/src/engine/run/lifecycle.h"

namespace temporalio::timeskip {
namespace {

namespace svc = ::temporal::api::workflowservice::v1;
namespace workflowpb = ::temporal::api::workflow::v1;
using visibility::Index;
using visibility::Query;

constexpr std::size_t kMaxPageSize = 1000;
constexpr std::int32_t kMaxArchivedPageSize = 10'000;

std::size_t page_size(std::int32_t asked) {
  return asked <= 0 ? kMaxPageSize : std::min(static_cast<std::size_t>(asked), kMaxPageSize);
}

std::string encode_place(const Index::Place& place) {
  return nlohmann::json{{"CloseTime", place.close_nanos}, {"StartTime", place.start_nanos}, {"RunID", place.run_id}}
      .dump();
}

std::optional<Index::Place> decode_place(const std::string& token) {
  const auto json = nlohmann::json::parse(token, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  const auto close = json.find("CloseTime");
  const auto start = json.find("StartTime");
  const auto run_id = json.find("RunID");
  const bool is_complete = close != json.end() && start != json.end() && run_id != json.end() &&
                           close->is_number_integer() && start->is_number_integer() && run_id->is_string();
  if (!is_complete) return std::nullopt;
  return Index::Place{close->get<std::int64_t>(), start->get<std::int64_t>(), run_id->get<std::string>()};
}

// What a list shows of a run; what a run is counted by at its end is shown only then.
void describe_listed(Execution& run, workflowpb::WorkflowExecutionInfo& info) {
  info.mutable_execution()->set_workflow_id(run.workflow_id);
  info.mutable_execution()->set_run_id(run.run_id);
  info.mutable_type()->set_name(run.workflow_type);
  set_time(info.mutable_start_time(), run.start_time);
  set_time(info.mutable_execution_time(), run.execution_time);
  info.set_status(run.status);
  info.set_task_queue(run.task_queue);
  *info.mutable_memo() = run.memo;
  *info.mutable_search_attributes() = run.search_attributes;
  const auto& started = run.history.event(1).workflow_execution_started_event_attributes();
  if (started.has_parent_workflow_execution()) {
    *info.mutable_parent_execution() = started.parent_workflow_execution();
  }
  *info.mutable_root_execution() = root_of(run);
  if (!run.close_time.has_value()) return;
  set_time(info.mutable_close_time(), *run.close_time);
  set_duration(info.mutable_execution_duration(), *run.close_time - run.execution_time);
  info.set_history_length(run.history.last_event_id());
  info.set_history_size_bytes(run.history.size_in_bytes());
  info.set_state_transition_count(run.transactions());
}

// A page of the runs that `text` asks for, into the response.
template <class Response>
RpcStatus list(Engine& engine, Namespace& owner, const std::string& text, std::int32_t page, const std::string& token,
               Response& response) {
  Query query = visibility::convert_query(text, owner.search_attributes);
  if (!query.error.empty()) return errors::invalid_argument(query.error);
  std::optional<Index::Place> after;
  if (!token.empty()) {
    after = decode_place(token);
    if (!after.has_value()) return errors::invalid_argument("unable to deserialize page token");
  }
  const Index::Page found = visibility::runs_index(engine, owner).list(query.filter.get(), page_size(page), after);
  for (Execution* run : found.runs) describe_listed(*run, *response.add_executions());
  if (found.next.has_value()) response.set_next_page_token(encode_place(*found.next));
  return errors::ok();
}

template <class Request, class Response>
Answer list_by_query(Engine& engine, Call& call) {
  const auto& request = call.request_as<Request>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  return list(engine, *owner.value, request.query(), request.page_size(), request.next_page_token(),
              call.response_as<Response>());
}

// Runs without the value are in the group of the empty one.
std::string group_name(const std::optional<visibility::Value>& value) {
  if (!value.has_value()) return {};
  if (const auto* text = std::get_if<std::string>(&*value)) return *text;
  return visibility::status_name(static_cast<enums::WorkflowExecutionStatus>(std::get<std::int64_t>(*value)));
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

bool is_set(const google::protobuf::Timestamp& time) { return time.seconds() != 0 || time.nanos() != 0; }

std::string nanos_of(const google::protobuf::Timestamp& time) {
  return std::to_string(to_time(time).time_since_epoch().count());
}

// What the older requests ask for, as a query; nothing, with `fault` set, where they make no sense.
template <class Request>
std::optional<std::string> filter_query(const Request& request, std::string query, const char* time_column,
                                        std::string& fault) {
  const auto& earliest = request.start_time_filter().earliest_time();
  const auto& latest = request.start_time_filter().latest_time();
  if (is_set(earliest) && is_set(latest) && to_time(earliest) > to_time(latest)) {
    fault = "EarliestTime in StartTimeFilter should not be larger than LatestTime.";
    return std::nullopt;
  }
  if (is_set(earliest)) query += std::string(" AND ") + time_column + " >= " + nanos_of(earliest);
  if (is_set(latest)) query += std::string(" AND ") + time_column + " <= " + nanos_of(latest);
  if (request.has_execution_filter()) {
    query += " AND WorkflowId = " + quoted(request.execution_filter().workflow_id());
  } else if (request.has_type_filter()) {
    query += " AND WorkflowType = " + quoted(request.type_filter().name());
  }
  return query;
}

Answer list_workflow_executions(Engine& engine, Call& call) {
  return list_by_query<svc::ListWorkflowExecutionsRequest, svc::ListWorkflowExecutionsResponse>(engine, call);
}

Answer scan_workflow_executions(Engine& engine, Call& call) {
  return list_by_query<svc::ScanWorkflowExecutionsRequest, svc::ScanWorkflowExecutionsResponse>(engine, call);
}

Answer list_open_workflow_executions(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::ListOpenWorkflowExecutionsRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  std::string fault;
  const auto query = filter_query(request, "ExecutionStatus = 'Running'", "StartTime", fault);
  if (!query.has_value()) return errors::invalid_argument(fault);
  return list(engine, *owner.value, *query, request.maximum_page_size(), request.next_page_token(),
              call.response_as<svc::ListOpenWorkflowExecutionsResponse>());
}

Answer list_closed_workflow_executions(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::ListClosedWorkflowExecutionsRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  std::string fault;
  auto query = filter_query(request, "ExecutionStatus != 'Running'", "CloseTime", fault);
  if (!query.has_value()) return errors::invalid_argument(fault);
  if (request.has_status_filter()) {
    const auto status = request.status_filter().status();
    if (status == enums::WORKFLOW_EXECUTION_STATUS_UNSPECIFIED || status == enums::WORKFLOW_EXECUTION_STATUS_RUNNING) {
      return errors::invalid_argument("StatusFilter must be specified and must be not Running.");
    }
    *query += " AND ExecutionStatus = " + std::to_string(static_cast<int>(status));
  }
  return list(engine, *owner.value, *query, request.maximum_page_size(), request.next_page_token(),
              call.response_as<svc::ListClosedWorkflowExecutionsResponse>());
}

Answer list_archived_workflow_executions(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::ListArchivedWorkflowExecutionsRequest>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  if (request.page_size() > kMaxArchivedPageSize) {
    return errors::invalid_argument("PageSize is larger than allowed " + std::to_string(kMaxArchivedPageSize) + ".");
  }
  return errors::invalid_argument("Cluster is not configured for visibility archival.");
}

Answer count_workflow_executions(Engine& engine, Call& call) {
  const auto& request = call.request_as<svc::CountWorkflowExecutionsRequest>();
  auto& response = call.response_as<svc::CountWorkflowExecutionsResponse>();
  const Found<Namespace> owner = require_namespace(engine, request.namespace_());
  if (owner.value == nullptr) return owner.error;
  Query query = visibility::convert_query(request.query(), owner.value->search_attributes);
  if (!query.error.empty()) return errors::invalid_argument(query.error);
  Index& index = visibility::runs_index(engine, *owner.value);
  if (!query.group_by.has_value()) {
    response.set_count(index.count(query.filter.get()));
    return errors::ok();
  }
  std::int64_t sum = 0;
  for (const auto& [value, count] : index.count_groups(query.filter.get(), *query.group_by)) {
    auto& group = *response.add_groups();
    group.set_count(count);
    sum += count;
    commonpb::Payload& payload = *group.add_group_values();
    (*payload.mutable_metadata())["type"] = type_name(query.group_by->type);
    (*payload.mutable_metadata())["encoding"] = "json/plain";
    payload.set_data(nlohmann::json(group_name(value)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  response.set_count(sum);
  return errors::ok();
}

}  // namespace

visibility::Index& visibility::runs_index(Engine& engine, Namespace& owner) {
  if (owner.visibility == nullptr) {
    owner.visibility = std::make_unique<Index>();
    for (const auto& run : engine.runs->all) {
      if (run == nullptr || run->owner != &owner) continue;
      owner.visibility->run_changed(*run);
      run->has_changed_attributes = false;
    }
  }
  return static_cast<Index&>(*owner.visibility);
}

std::span<const Method> visibility_methods() {
  static const Method kMethods[] = {
      TIMESKIP_WORKFLOW_METHOD(ListWorkflowExecutions, list_workflow_executions),
      TIMESKIP_WORKFLOW_METHOD(ScanWorkflowExecutions, scan_workflow_executions),
      TIMESKIP_WORKFLOW_METHOD(ListOpenWorkflowExecutions, list_open_workflow_executions),
      TIMESKIP_WORKFLOW_METHOD(ListClosedWorkflowExecutions, list_closed_workflow_executions),
      TIMESKIP_WORKFLOW_METHOD(ListArchivedWorkflowExecutions, list_archived_workflow_executions),
      TIMESKIP_WORKFLOW_METHOD(CountWorkflowExecutions, count_workflow_executions),
  };
  return kMethods;
}

}  // namespace temporalio::timeskip
