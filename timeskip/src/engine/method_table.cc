// Puts the rows of all families together.
#include "timeskip/src/engine/method_table.h"

#include <google/protobuf/descriptor.h>

#include <string>
#include <unordered_map>

#include "timeskip/src/engine/core/errors.h"

namespace temporalio::timeskip {
namespace {

using Table = std::unordered_map<std::string_view, const Method*>;

Table make_table() {
  Table table;
  for (const auto rows :
       {activity_methods(), batch_methods(), describe_workflow_methods(), history_methods(), namespace_methods(),
        poll_methods(), query_methods(), search_attribute_methods(), start_workflow_methods(), test_service_methods(),
        visibility_methods(), update_methods(), workflow_control_methods(), workflow_task_methods()}) {
    for (const Method& row : rows) table.emplace(row.path, &row);
  }
  return table;
}

const Table& table() {
  static const auto* const kTable = new Table(make_table());
  return *kTable;
}

// Each method of the Temporal services has a request message of its name in its package.
bool is_defined_by_api(std::string_view package, std::string_view name) {
  if (package != "temporal.api.workflowservice.v1" && package != "temporal.api.operatorservice.v1") return false;
  const std::string message = std::string(package) + "." + std::string(name) + "Request";
  return google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(message) != nullptr;
}

}  // namespace

const Method* find_method(std::string_view path) {
  const auto found = table().find(path);
  return found == table().end() ? nullptr : found->second;
}

std::vector<const Method*> all_methods() {
  std::vector<const Method*> all;
  for (const auto& [path, method] : table()) all.push_back(method);
  return all;
}

std::string unanswered_method_text(std::string_view path) {
  std::string text;
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos || slash == 0 || path.front() != '/') {
    text = "malformed method name: " + std::string(path);
  } else {
    const std::string_view service = path.substr(1, slash - 1);
    const std::string_view name = path.substr(slash + 1);
    const auto dot = service.rfind('.');
    if (dot != std::string_view::npos && is_defined_by_api(service.substr(0, dot), name)) {
      text = "temporal-test-server does not implement " + std::string(name) + ".";
    } else {
      text = "unknown method " + std::string(name) + " for service " + std::string(service);
    }
  }
  errors::cut_text(text);
  return text;
}

}  // namespace temporalio::timeskip
