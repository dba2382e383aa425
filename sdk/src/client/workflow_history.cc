#include "temporalio/workflow_history.h"

#include <google/protobuf/util/json_util.h>

#include <stdexcept>
#include <utility>

#include "temporal/api/history/v1/message.pb.h"

namespace temporalio {

WorkflowHistory::WorkflowHistory(std::string workflow_id, std::string run_id,
                                 std::shared_ptr<const temporal::api::history::v1::History> events)
    : workflow_id_(std::move(workflow_id)), run_id_(std::move(run_id)), events_(std::move(events)) {}
WorkflowHistory::~WorkflowHistory() = default;
WorkflowHistory::WorkflowHistory(const WorkflowHistory&) = default;
WorkflowHistory& WorkflowHistory::operator=(const WorkflowHistory&) = default;

std::size_t WorkflowHistory::size() const { return static_cast<std::size_t>(events_->events_size()); }

std::string WorkflowHistory::to_json() const {
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  const auto status = google::protobuf::util::MessageToJsonString(*events_, &json, options);
  if (!status.ok()) throw std::runtime_error("a history has no JSON form: " + status.ToString());
  return json;
}

std::string WorkflowHistory::to_binary() const { return events_->SerializeAsString(); }

}  // namespace temporalio
