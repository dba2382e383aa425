// Updates of a run:
//
//   admitted --sent with a workflow task--> sent --accepted--> accepted --completed--> completed
//       |                                    |                     +--the run closes--> failed
//       |                                    +--rejected, or left unanswered by its task--> (gone)
//       +--the run closes, or the server fails the task--> aborted (gone)
//
// Only acceptance and completion are events; an update that was rejected leaves nothing behind. A run that has nothing
// else to do gets a speculative workflow task for it (workflow_task.h). Whoever waits for a stage is answered when the
// transaction ends, so that an update that was accepted and completed by one task is seen as completed.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "temporal/api/enums/v1/update.pb.h"
#include "temporal/api/protocol/v1/message.pb.h"
#include "temporal/api/update/v1/message.pb.h"
#include "timeskip/src/engine/core/api.h"
#include "timeskip/src/engine/core/call_context.h"

namespace temporalio::timeskip {

namespace protocolpb = ::temporal::api::protocol::v1;
namespace updatepb = ::temporal::api::update::v1;
using UpdateStage = enums::UpdateWorkflowExecutionLifecycleStage;

class Engine;
struct Execution;

// How far an update has come, as it is told to a client; `error` where it cannot be told.
struct UpdateStatus {
  UpdateStage stage = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED;
  std::optional<updatepb::Outcome> outcome;
  RpcStatus error;
};

struct Update {
  enum class State { kAdmitted, kSent, kAccepted, kCompleted, kRejected, kAborted };
  struct Waiter {
    UpdateStage stage;
    std::function<void(UpdateStatus)> answer;  // takes the waiter off the list
  };

  State state = State::kAdmitted;
  std::string id;
  updatepb::Request request;  // until it is accepted
  std::int64_t accepted_event_id = 0;
  std::int64_t completed_event_id = 0;
  failurepb::Failure rejection;  // kRejected
  RpcStatus error;               // kAborted: what those who wait are told
  std::list<Waiter> waiters;

  bool is_in_flight() const { return state == State::kAdmitted || state == State::kSent || state == State::kAccepted; }
};

struct Updates {
  std::map<std::uint64_t, std::unique_ptr<Update>> by_order;  // of admission
  std::unordered_map<std::string, std::uint64_t> order_by_id;
  std::uint64_t next_order = 1;
};

Update* find_update(Execution& execution, const std::string& id);

// Why this run takes no update at this moment.
std::optional<RpcStatus> update_refusal(const Execution& execution, const updatepb::Request& request);
// Requires that update_refusal() finds nothing and that the id is new. A workflow task is scheduled when none is.
Update& admit_update(Engine& engine, Execution& execution, updatepb::Request request);

// Whether an update has come as far as `stage`, or to its end; with kUnspecified always.
bool has_reached(const Execution& execution, const Update& update, UpdateStage stage);
UpdateStatus status_of(const Execution& execution, const Update& update);

// Whether there are updates that no worker has got yet.
bool has_unsent_updates(const Execution& execution);
// Adds the messages for a worker that starts the task whose Started event has the id `started_event_id`; with
// `resend` also those that former tasks have carried and not answered.
void send_updates(Execution& execution, std::int64_t started_event_id, bool resend,
                  google::protobuf::RepeatedPtrField<protocolpb::Message>* out);

// What a worker's message does. `state` is that of its update before; sets the state after. Returns what is wrong.
std::string message_fault(const protocolpb::Message& message, Update::State& state);
// Applies a message without fault; returns the event it wrote, or null.
historypb::HistoryEvent* apply_message(Engine& engine, Execution& execution, const protocolpb::Message& message);

// The worker has completed a task without answering the updates it carried: it does not support updates.
void reject_unanswered_updates(Engine& engine, Execution& execution);
// The server has failed the task: the updates it carried are not tried again.
void abort_sent_updates(Engine& engine, Execution& execution);
// The run has closed.
void abort_updates_of_closed_run(Execution& execution);
// At the end of a transaction: answers those who wait, and forgets updates that were rejected or aborted.
void settle_updates(Execution& execution);

}  // namespace temporalio::timeskip
