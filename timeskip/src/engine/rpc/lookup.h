// What a request names: its namespace, its run, the run of its token. Each finding is a status to answer with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/errors.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/core/token.h"
#include "timeskip/src/engine/core/validation.h"
#include "timeskip/src/engine/run/execution.h"
#include "timeskip/src/engine/run/runs.h"

namespace temporalio::timeskip {

// A value, or the status that says why there is none.
template <class T>
struct Found {
  T* value = nullptr;
  RpcStatus error;
};

Found<Namespace> require_namespace(Engine& engine, const std::string& name);
// Missing or malformed execution: INVALID_ARGUMENT; unknown run: NOT_FOUND.
Found<Execution> require_execution(Engine& engine, const Namespace& owner, const commonpb::WorkflowExecution& asked);

// What the real server says when there is no such run.
RpcStatus execution_not_found(const std::string& workflow_id, const std::string& run_id);

// The run a task token names. `name` is the request's namespace, which may be empty but must not be another one.
struct TokenTarget {
  std::optional<Token> token;
  Execution* execution = nullptr;
  RpcStatus error;
};
TokenTarget resolve_token(Engine& engine, std::string_view text, Token::Kind kind, const std::string& name);

}  // namespace temporalio::timeskip
