#include "timeskip/src/engine/run/start_policy.h"

#include "timeskip/src/engine/core/engine.h"
#include "timeskip/src/engine/core/errors.h"
#include "timeskip/src/engine/core/limits.h"
#include "timeskip/src/engine/run/lifecycle.h"
#include "timeskip/src/engine/run/runs.h"

namespace temporalio::timeskip {
namespace {

RpcStatus already_started(const Execution& run, const std::string& message) {
  return errors::already_started(message, run.start_request_id, run.run_id, run.first_run_id);
}

// Whether a closed run of the same id forbids a new one.
bool reuse_is_refused(const Execution& last, enums::WorkflowIdReusePolicy reuse) {
  if (reuse == enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE) return true;
  return reuse == enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY &&
         (last.status == enums::WORKFLOW_EXECUTION_STATUS_COMPLETED ||
          last.status == enums::WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW);
}

std::string finished_text(const std::string& workflow_id, const std::string& run_id,
                          enums::WorkflowIdReusePolicy reuse) {
  const bool allows_failed = reuse == enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY;
  return "Workflow execution already finished" + std::string(allows_failed ? " successfully" : "") +
         ". WorkflowId: " + workflow_id + ", RunId: " + run_id + ". Workflow Id reuse policy: " +
         (allows_failed ? "allow duplicate workflow Id if last run failed." : "reject duplicate workflow Id.");
}

}  // namespace

IdPolicies resolve_policies(enums::WorkflowIdReusePolicy reuse, enums::WorkflowIdConflictPolicy conflict,
                            enums::WorkflowIdConflictPolicy default_conflict) {
  IdPolicies policies{reuse, conflict, {}};
  if (policies.reuse == enums::WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED) {
    policies.reuse = enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE;
  }
  if (policies.reuse == enums::WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING) {
    if (policies.conflict != enums::WORKFLOW_ID_CONFLICT_POLICY_UNSPECIFIED) {
      policies.fault =
          "Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING cannot be used "
          "together with a WorkflowIDConflictPolicy";
    }
    policies.reuse = enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE;
    policies.conflict = enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING;
  } else if (policies.reuse == enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE &&
             policies.conflict == enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING) {
    policies.fault =
        "Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE cannot be used "
        "together with WorkflowIdConflictPolicy WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING";
  }
  if (policies.conflict == enums::WORKFLOW_ID_CONFLICT_POLICY_UNSPECIFIED) policies.conflict = default_conflict;
  return policies;
}

void terminate_existing(Engine& engine, Execution& open, const std::string& new_run_id) {
  commonpb::Payloads details;
  auto& payload = *details.add_payloads();
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data("\"terminated by new runID: " + new_run_id + "\"");
  terminate_run(engine, open, "TerminateIfRunning WorkflowIdReusePolicy", &details, kServerIdentity);
}

IdDecision decide_id(Engine& engine, const Namespace& owner, const std::string& workflow_id,
                     const std::string& request_id, const IdPolicies& policies) {
  IdDecision decision;
  Execution* last = find_run(engine, owner, workflow_id, {});
  if (last == nullptr) return decision;
  const bool is_same = !request_id.empty() && (last->start_request_id == request_id);
  if (is_same) {
    decision.same = last;
  } else if (last->is_running()) {
    if (policies.conflict == enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL) {
      decision.refusal = already_started(*last, "Workflow execution is already running. WorkflowId: " + workflow_id +
                                                    ", RunId: " + last->run_id + ".");
    } else {
      decision.open = last;
    }
  } else if (reuse_is_refused(*last, policies.reuse)) {
    decision.refusal = already_started(*last, finished_text(workflow_id, last->run_id, policies.reuse));
  }
  return decision;
}

}  // namespace temporalio::timeskip
