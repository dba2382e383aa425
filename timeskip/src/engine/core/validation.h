// The rules that many requests share: ids, durations, executions, task tokens. Each finding is a status to answer with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "timeskip/src/engine/core/api.h"
#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/errors.h"
#include "timeskip/src/engine/core/token.h"

namespace temporalio::timeskip {

inline constexpr std::size_t kMaxIdLength = 1000;
// Of the payloads in one field; a memo may be as large.
inline constexpr std::size_t kMaxBlobBytes = std::size_t{2} << 20;

// A value, or the status that says why there is none.
template <class T>
struct Found {
  T* value = nullptr;
  RpcStatus error;
};

Found<Namespace> require_namespace(Engine& engine, const std::string& name);
// Missing or malformed execution: INVALID_ARGUMENT; unknown run: NOT_FOUND.
Found<Execution> require_execution(Engine& engine, const Namespace& owner, const commonpb::WorkflowExecution& asked);

// The text of what is wrong with an id-like field; empty when it is good.
std::string id_fault(const char* field, const std::string& value);
std::string task_queue_fault(const std::string& name);
std::string blob_fault(const commonpb::Payloads& payloads);
std::string priority_fault(const commonpb::Priority& priority);
std::string memo_fault(const commonpb::Memo& memo);
std::string links_fault(const google::protobuf::RepeatedPtrField<commonpb::Link>& links);

// The run a task token names. `name` is the request's namespace, which may be empty but must not be another one.
struct TokenTarget {
  std::optional<Token> token;
  Execution* execution = nullptr;
  RpcStatus error;
};
TokenTarget resolve_token(Engine& engine, std::string_view text, Token::Kind kind, const std::string& name);

}  // namespace temporalio::timeskip
