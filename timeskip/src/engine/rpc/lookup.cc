#include "timeskip/src/engine/rpc/lookup.h"

namespace temporalio::timeskip {

Found<Namespace> require_namespace(Engine& engine, const std::string& name) {
  if (name.empty()) return {nullptr, errors::invalid_argument("Namespace not set on request.")};
  Namespace* found = engine.find_namespace(name);
  if (found == nullptr) return {nullptr, errors::namespace_not_found(name)};
  return {found, {}};
}

Found<Execution> require_execution(Engine& engine, const Namespace& owner, const commonpb::WorkflowExecution& asked) {
  // A field that the request does not have reads as this very object.
  const bool is_set = &asked != &commonpb::WorkflowExecution::default_instance();
  if (!is_set) return {nullptr, errors::invalid_argument("Execution is not set on request.")};
  if (asked.workflow_id().empty()) return {nullptr, errors::invalid_argument("WorkflowId is not set on request.")};
  if (asked.workflow_id().size() > kMaxIdLength) {
    return {nullptr, errors::invalid_argument("WorkflowId length exceeds limit.")};
  }
  if (!asked.run_id().empty() && !is_uuid(asked.run_id())) return {nullptr, errors::invalid_argument("Invalid RunId.")};
  Execution* found = find_run(engine, owner, asked.workflow_id(), asked.run_id());
  if (found == nullptr) return {nullptr, execution_not_found(asked.workflow_id(), asked.run_id())};
  return {found, {}};
}

RpcStatus execution_not_found(const std::string& workflow_id, const std::string& run_id) {
  if (run_id.empty()) return errors::not_found("workflow not found for ID: " + workflow_id);
  return errors::not_found("workflow execution not found for workflow ID \"" + workflow_id + "\" and run ID \"" +
                           run_id + "\"");
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
    target.error = errors::invalid_argument("Error deserializing task token.");
    return target;
  }
  Execution* found = token->server == engine.server_id ? find_run(engine, token->execution) : nullptr;
  if (found == nullptr) {
    target.error = errors::not_found("The task token is not of this server, or its workflow has been deleted.");
    return target;
  }
  Execution& execution = *found;
  if (!name.empty() && name != execution.owner->name) {
    target.error = errors::invalid_argument("Operation requested with a token from a different namespace.");
    return target;
  }
  target.token = token;
  target.execution = &execution;
  return target;
}

}  // namespace temporalio::timeskip
