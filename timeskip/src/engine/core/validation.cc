// Shared checks of requests.
#include "timeskip/src/engine/core/validation.h"

namespace temporalio::timeskip {

Found<Namespace> require_namespace(Engine& engine, const std::string& name) {
  if (name.empty()) return {nullptr, errors::invalid_argument("Namespace not set on request.")};
  Namespace* found = engine.find_namespace(name);
  if (found == nullptr) return {nullptr, errors::namespace_not_found(name)};
  return {found, {}};
}

Found<Execution> require_execution(Engine& engine, const Namespace& owner, const commonpb::WorkflowExecution& asked) {
  if (asked.workflow_id().empty()) return {nullptr, errors::invalid_argument("WorkflowId is not set on request.")};
  if (asked.workflow_id().size() > kMaxIdLength) {
    return {nullptr, errors::invalid_argument("WorkflowId length exceeds limit.")};
  }
  if (!asked.run_id().empty() && !is_uuid(asked.run_id())) return {nullptr, errors::invalid_argument("Invalid RunId.")};
  Execution* found = engine.find_run(owner, asked.workflow_id(), asked.run_id());
  if (found == nullptr) {
    return {nullptr, errors::not_found("workflow not found for ID: " + asked.workflow_id())};
  }
  return {found, {}};
}

std::string id_fault(const char* field, const std::string& value) {
  if (value.empty()) return std::string(field) + " is not set on request.";
  if (value.size() > kMaxIdLength) return std::string(field) + " length exceeds limit.";
  return {};
}

std::string task_queue_fault(const std::string& name) {
  if (name.empty()) return "missing task queue name";
  if (name.size() > kMaxIdLength) return "task queue name exceeds length limit of " + std::to_string(kMaxIdLength);
  if (name.rfind("/_sys/", 0) == 0) return "task queue name cannot start with reserved prefix /_sys/";
  return {};
}

std::string blob_fault(const commonpb::Payloads& payloads) {
  return payloads.ByteSizeLong() > kMaxBlobBytes ? "Blob data size exceeds limit." : std::string();
}

std::string priority_fault(const commonpb::Priority& priority) {
  constexpr std::size_t kMaxFairnessKeyBytes = 64;
  if (priority.priority_key() < 0) return "priority key can't be negative";
  if (priority.fairness_key().size() > kMaxFairnessKeyBytes) return "fairness key length exceeds limit";
  if (priority.fairness_weight() < 0) return "fairness weight can't be negative";
  return {};
}

std::string memo_fault(const commonpb::Memo& memo) {
  return memo.ByteSizeLong() > kMaxBlobBytes ? "Memo size exceeds limit." : std::string();
}

std::string links_fault(const google::protobuf::RepeatedPtrField<commonpb::Link>& links) {
  constexpr int kMaxLinks = 10;
  constexpr std::size_t kMaxLinkBytes = 4000;
  if (links.size() > kMaxLinks) return "cannot attach more than " + std::to_string(kMaxLinks) + " links per request";
  for (const auto& link : links) {
    if (link.ByteSizeLong() > kMaxLinkBytes) {
      return "link exceeds the size limit of " + std::to_string(kMaxLinkBytes) + " bytes";
    }
  }
  return {};
}

TokenTarget resolve_token(Engine& engine, std::string_view text, Token::Kind kind, const std::string& name) {
  TokenTarget target;
  if (text.empty()) {
    target.error = errors::invalid_argument("Task token not set on request.");
    return target;
  }
  if (!name.empty() && engine.find_namespace(name) == nullptr) {
    target.error = errors::namespace_not_found(name);
    return target;
  }
  const std::optional<Token> token = Token::decode(text, kind);
  if (!token.has_value()) {
    target.error = errors::invalid_argument("Invalid TaskToken.");
    return target;
  }
  if (token->server != engine.server_id || token->execution >= engine.executions.size()) {
    target.error = errors::not_found("The task token is not of this server.");
    return target;
  }
  Execution& execution = *engine.executions[token->execution];
  if (!name.empty() && name != execution.owner->name) {
    target.error = errors::invalid_argument("Operation requested with a token from a different namespace.");
    return target;
  }
  target.token = token;
  target.execution = &execution;
  return target;
}

}  // namespace temporalio::timeskip
