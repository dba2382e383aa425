// Handles to updates of workflows, and how the client's calls for them wait. They are got from a workflow handle:
// `handle.execute_update<&Cart::add>("book")`, `handle.start_update<&Cart::add>("book")`.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "temporalio/duration.h"
#include "temporalio/errors.h"
#include "temporalio/payload.h"

namespace temporalio::client {

class Connection;

// How far an update has come.
enum class WorkflowUpdateStage {
  admitted = 1,   // the service has it; no worker has looked at it
  accepted = 2,   // the workflow's validator has passed it, and its handler has begun
  completed = 3,  // the handler has ended
};

// Follow the update's arguments. Views are read during the call.
struct UpdateOptions {
  // Unique among the updates of the workflow's run: the same id again finds the same update. Empty: a random one.
  std::string_view id = {};
  // What start_update waits for: accepted or completed. admitted throws std::invalid_argument: the service cannot say
  // that it has admitted an update and leave it there.
  WorkflowUpdateStage wait_for_stage = WorkflowUpdateStage::accepted;
  // How long the call waits in all, in wall time; zero: for ever. Then WorkflowUpdateRPCTimeoutOrCancelledError.
  Duration timeout = Duration::zero();
};
static_assert(std::is_trivially_destructible_v<UpdateOptions>);

// An update whose result has no type here.
class UntypedWorkflowUpdateHandle {
 public:
  UntypedWorkflowUpdateHandle(std::shared_ptr<Connection> connection, std::string id, std::string workflow_id,
                              std::string workflow_run_id);

  const std::string& id() const { return id_; }
  const std::string& workflow_id() const { return workflow_id_; }
  // Empty: the newest run.
  const std::string& workflow_run_id() const { return workflow_run_id_; }

  // Waits until the update has completed and gives its encoded result (none: it returned nothing). Throws
  // WorkflowUpdateFailedError with the cause, RPCError (not_found: the workflow has no such update), and after
  // `timeout` of wall time (zero: never) WorkflowUpdateRPCTimeoutOrCancelledError.
  std::vector<Payload> result_payloads(Duration timeout = Duration::zero()) const;

 private:
  friend class UntypedWorkflowHandle;
  struct Outcome;

  std::shared_ptr<Connection> connection_;
  std::string id_;
  std::string workflow_id_;
  std::string workflow_run_id_;
  std::shared_ptr<const Outcome> known_outcome_;  // null: it has to be asked for
};

template <class R>
class WorkflowUpdateHandle : public UntypedWorkflowUpdateHandle {
 public:
  using UntypedWorkflowUpdateHandle::UntypedWorkflowUpdateHandle;
  explicit WorkflowUpdateHandle(UntypedWorkflowUpdateHandle handle) : UntypedWorkflowUpdateHandle(std::move(handle)) {}

  // The update's result; throws what result_payloads throws, and PayloadDecodeError.
  R result(Duration timeout = Duration::zero()) const { return from_result<R>(result_payloads(timeout)); }
};

}  // namespace temporalio::client
