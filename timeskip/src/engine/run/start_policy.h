// What an open or closed run means for a new one of the same workflow id.
#pragma once

#include <optional>
#include <string>

#include "timeskip/src/engine/core/call_context.h"
#include "timeskip/src/engine/run/execution.h"

namespace temporalio::timeskip {

class Engine;
struct Namespace;

struct IdPolicies {
  enums::WorkflowIdReusePolicy reuse = enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE;
  enums::WorkflowIdConflictPolicy conflict = enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL;
  std::string fault;  // the text of what is wrong with this pair; empty when all is well
};

// Fills in what is left unspecified and translates the former TERMINATE_IF_RUNNING.
IdPolicies resolve_policies(enums::WorkflowIdReusePolicy reuse, enums::WorkflowIdConflictPolicy conflict,
                            enums::WorkflowIdConflictPolicy default_conflict);

// At most one of the three is set; none: go ahead.
struct IdDecision {
  Execution* same = nullptr;  // this very request has been carried out by that run
  Execution* open = nullptr;  // a running one, to be used or terminated
  std::optional<RpcStatus> refusal;
};
IdDecision decide_id(Engine& engine, const Namespace& owner, const std::string& workflow_id,
                     const std::string& request_id, const IdPolicies& policies);

// Ends the running run in favour of a new one.
void terminate_existing(Engine& engine, Execution& open, const std::string& new_run_id);

}  // namespace temporalio::timeskip
