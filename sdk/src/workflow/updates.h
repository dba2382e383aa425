// The updates of a run: requests that are due, those under way, and what is answered of them. A request comes with the
// workflow task (live), or is read from the events that follow the task (on replay), or is an event of its own where
// the service has kept it across a reset.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sdk/src/machines/update.h"
#include "sdk/src/workflow/sequencer.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/protocol/v1/message.pb.h"
#include "temporalio/updates.h"

namespace temporal::api::update::v1 {
class Request;
}

namespace temporalio::workflow {

class RunState;
using ProtocolMessages = google::protobuf::RepeatedPtrField<temporal::api::protocol::v1::Message>;
using SharedUpdateFunctions = std::shared_ptr<detail::UpdateFunctions>;

// One request, from its arrival until its last command is recorded.
struct Update {
  explicit Update(machines::UpdateRequestIds ids) : machine(std::move(ids)) {}

  machines::UpdateMachine machine;
  std::string name;
  temporal::api::common::v1::Payloads input;
  bool is_accepted_in_history = false;  // so it is not validated again
  HandlerUnfinishedPolicy unfinished_policy = HandlerUnfinishedPolicy::warn_and_abandon;
  SharedUpdateFunctions functions;  // of a handler that code has set; kept alive for the coroutine
  Payload result;
};

class Updates {
 public:
  explicit Updates(RunState& run) : run_(run) {}
  Updates(const Updates&) = delete;
  Updates& operator=(const Updates&) = delete;

  // The requests of the task that `sequence` ends with: those that its commands' events name ...
  void expect_recorded(const HistoryEvents& events, const Sequence& sequence);
  // ... or, where it is under way, those that came with it.
  machines::Step expect(const ProtocolMessages& messages);
  // A request that is an event.
  void admit(const machines::HistoryEvent& event, bool is_replaying);
  // The next request that comes before the event of this id; null: none does.
  Update* take_before(std::int64_t event_id);

  // Queues the task that handles a request.
  void start(Update& update);
  // At the end of an activation: who has found no handler by now is rejected.
  void reject_unhandled();
  void set_handler(std::string_view name, detail::UpdateFunctions functions);

  // Moves what is to be sent of rejected updates into `messages`.
  void take_rejections(ProtocolMessages& messages);
  // The accepted updates whose handlers are under way and that the log is to name at the end, "add (id 1)".
  std::vector<std::string> unfinished() const;
  // Forgets the updates of which nothing more will come.
  void forget_closed();

 private:
  struct Expected {
    std::int64_t sequencing_event_id;
    Update* update;
  };

  Update& add(machines::UpdateRequestIds ids, const temporal::api::update::v1::Request& request);
  Task<void> handle(Update& update);
  std::optional<Task<void>> begin(Update& update);
  bool find_handler(const Update& update, const UpdateHandler*& handler, SharedUpdateFunctions& functions) const;
  void accept(Update& update);
  void reject(Update& update, const std::exception_ptr& error);
  void finish(Update& update, const std::exception_ptr& error);
  std::exception_ptr unknown_update(const Update& update) const;

  RunState& run_;
  std::list<Update> updates_;
  std::deque<Expected> expected_;
  std::vector<std::string> accepted_in_task_;  // ids of updates that the task's events accept
  std::vector<Update*> without_handler_;
  std::unordered_map<std::string, SharedUpdateFunctions> handlers_;
  std::vector<std::unique_ptr<machines::ProtocolMessage>> rejections_;
};

}  // namespace temporalio::workflow
