// What all families of commands share.
#include "timeskip/src/engine/commands/command.h"

#include <cctype>
#include <string_view>
#include <utility>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/errors.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/run/external_workflow.h"

namespace temporalio::timeskip {

CommandFault fault(enums::WorkflowTaskFailedCause cause, std::string detail) {
  return {cause, std::move(detail), false, std::nullopt};
}

CommandFault oversized(enums::WorkflowTaskFailedCause cause, std::string detail) {
  return {cause, std::move(detail), true, std::nullopt};
}

std::string not_in_this_state(const std::string& action, const std::string& id) {
  return "invalid history builder state for action: " + action + ", " + id;
}

std::string id_rule(const char* what, const std::string& value) {
  if (value.empty()) return std::string(what) + " is not set on command.";
  if (value.size() > kMaxIdLength) return std::string(what) + " on command exceeds length limit.";
  return {};
}

CheckResult namespace_rule(const Engine& engine, const Execution& execution, const std::string& name,
                           enums::WorkflowTaskFailedCause cause) {
  if (name.empty() || name == execution.owner->name) return std::nullopt;
  if (engine.namespaces.find(name) == engine.namespaces.end()) {
    CommandFault unknown;
    unknown.refusal = errors::namespace_not_found(name);
    return unknown;
  }
  return fault(cause, "cross namespace commands are not allowed");
}

std::string CommandFault::text() const {
  constexpr std::string_view kPrefix = "WORKFLOW_TASK_FAILED_CAUSE_";
  std::string words;
  bool upper = true;
  for (char c : enums::WorkflowTaskFailedCause_Name(cause).substr(kPrefix.size())) {
    if (c == '_') {
      upper = true;
    } else {
      words += upper ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      upper = false;
    }
  }
  return detail.empty() ? words : words + ": " + detail;
}

CommandBatch::CommandBatch(const Engine& owner, const Execution& run, std::int64_t first_event_id)
    : engine(owner),
      execution(run),
      next_event_id(first_event_id),
      buffered(static_cast<std::int64_t>(run.history.buffered().size())),
      pending_children(static_cast<std::int64_t>(run.children.size())),
      pending_signals(count_external_requests(run, ExternalRequest::Kind::kSignal)),
      pending_cancel_requests(count_external_requests(run, ExternalRequest::Kind::kCancel)) {
  activities.pending = static_cast<std::int64_t>(run.activities.size());
}

}  // namespace temporalio::timeskip
