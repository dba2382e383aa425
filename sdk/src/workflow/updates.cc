// Updates: how a request finds its handler, is validated, accepted or rejected, and answered.
#include "sdk/src/workflow/updates.h"

#include <algorithm>
#include <stdexcept>

#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/run_state.h"
#include "temporal/api/update/v1/message.pb.h"
#include "temporalio/workflow.h"

namespace temporalio::workflow {

using namespace temporal::api::enums::v1;  // NOLINT(google-build-using-namespace): event types
using machines::CommandKind;
using machines::Step;

namespace {

// The task in which one update is handled.
class UpdateTask final : public coro::SpawnedTask<void> {
 public:
  UpdateTask(RunState& run, Task<void> task, const Update& update)
      : SpawnedTask(run.scheduler(), task.release()), run_(run), info_{update.machine.ids().update_id, update.name} {
    name = "update";
  }

  const UpdateInfo& info() const { return info_; }

 protected:
  void on_finished() override {
    SpawnedTask::on_finished();
    run_.on_handler_ended();
  }

 private:
  RunState& run_;
  UpdateInfo info_;
};

}  // namespace

// ---- requests ----------------------------------------------------------------------------------------------------

Update& Updates::add(machines::UpdateRequestIds ids, const temporal::api::update::v1::Request& request) {
  Update& update = updates_.emplace_back(std::move(ids));
  update.name = request.input().name();
  update.input = request.input().args();
  return update;
}

void Updates::expect_recorded(const HistoryEvents& events, const Sequence& sequence) {
  accepted_in_task_.clear();
  for (int i = sequence.completed + 1; i < events.size(); ++i) {
    if (machines::is_unknown_and_ignorable(events[i])) continue;
    if (!machines::is_command_event(events[i].event_type())) return;
    if (events[i].event_type() != EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED) continue;
    const auto& accepted = events[i].workflow_execution_update_accepted_event_attributes();
    accepted_in_task_.push_back(accepted.protocol_instance_id());
    if (!accepted.has_accepted_request()) continue;  // the request is an event, which admit() has seen or will see
    machines::UpdateRequestIds ids{accepted.protocol_instance_id(), accepted.accepted_request_message_id(),
                                   accepted.accepted_request_sequencing_event_id()};
    const std::int64_t sequencing_event_id = ids.sequencing_event_id;
    Update& update = add(std::move(ids), accepted.accepted_request());
    update.is_accepted_in_history = true;
    expected_.push_back({sequencing_event_id, &update});
  }
}

Step Updates::expect(const ProtocolMessages& messages) {
  accepted_in_task_.clear();
  for (const auto& message : messages) {
    temporal::api::update::v1::Request request;
    if (!message.body().UnpackTo(&request)) {
      return Step::bad_history("the workflow task has a protocol message of a kind that this SDK does not know: " +
                               message.body().type_url());
    }
    Update& update = add({message.protocol_instance_id(), message.id(), message.event_id()}, request);
    expected_.push_back({message.event_id(), &update});
  }
  return Step::accept();
}

void Updates::admit(const machines::HistoryEvent& event, bool is_replaying) {
  const auto& request = event.workflow_execution_update_admitted_event_attributes().request();
  const std::string& id = request.meta().update_id();
  const bool is_accepted = std::find(accepted_in_task_.begin(), accepted_in_task_.end(), id) != accepted_in_task_.end();
  if (is_replaying && !is_accepted) return;  // it was rejected, which leaves no event
  Update& update = add({id, id + "/request", event.event_id()}, request);
  update.is_accepted_in_history = is_replaying;
  expected_.push_back({event.event_id(), &update});
}

Update* Updates::take_before(std::int64_t event_id) {
  if (expected_.empty() || expected_.front().sequencing_event_id >= event_id) return nullptr;
  Update* update = expected_.front().update;
  expected_.pop_front();
  return update;
}

// ---- handling ----------------------------------------------------------------------------------------------------

void Updates::start(Update& update) {
  run_.on_handler_began();
  run_.start_task(new UpdateTask(run_, handle(update), update));
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the list of updates outlives its tasks
Task<void> Updates::handle(Update& update) {
  std::optional<Task<void>> body = begin(update);
  if (!body) co_return;
  std::exception_ptr error;
  try {
    co_await *body;
  } catch (...) {
    error = std::current_exception();
  }
  finish(update, error);
}

bool Updates::find_handler(const Update& update, const UpdateHandler*& handler,
                           SharedUpdateFunctions& functions) const {
  if (const auto set = handlers_.find(update.name); set != handlers_.end()) {
    functions = set->second;
    return true;
  }
  const Definition* definition = run_.definition();
  if (definition == nullptr || run_.instance() == nullptr) return false;
  for (const UpdateHandler& known : definition->updates) {
    if (known.name != update.name) continue;
    handler = &known;
    return true;
  }
  return false;
}

// The task that runs the handler of an accepted update; nothing where it has been rejected, or waits for a handler.
std::optional<Task<void>> Updates::begin(Update& update) {
  const UpdateHandler* handler = nullptr;
  if (!find_handler(update, handler, update.functions)) {
    without_handler_.push_back(&update);
    return std::nullopt;
  }
  const PayloadListView arguments = payload::view(update.input);
  if (!update.is_accepted_in_history) {
    try {
      const RunState::ReadOnly read_only(run_);
      if (handler != nullptr && handler->validate != nullptr) handler->validate(run_.instance(), arguments);
      if (update.functions && update.functions->validate) update.functions->validate(arguments);
    } catch (...) {
      reject(update, std::current_exception());
      return std::nullopt;
    }
  }
  std::optional<Task<void>> body;
  try {
    // Decodes the arguments, which rejects the update where they cannot be read; the handler does not run yet.
    body.emplace(handler != nullptr ? handler->handle(run_.instance(), arguments, &update.result)
                                    : update.functions->handle(arguments, &update.result));
  } catch (...) {
    reject(update, std::current_exception());
    return std::nullopt;
  }
  if (handler != nullptr) update.unfinished_policy = handler->unfinished_policy;
  accept(update);
  return body;
}

void Updates::accept(Update& update) {
  update.machine.accept();
  QueuedCommand& command = run_.issue(CommandKind::accept_update, update.machine, {});
  if (CommandMessage* message = run_.message_of(command)) {
    update.machine.build(CommandKind::accept_update, *message);
    command.protocol_message = update.machine.acceptance();
  }
}

void Updates::reject(Update& update, const std::exception_ptr& error) {
  update.machine.reject();
  if (!run_.is_sending()) return;
  temporal::api::failure::v1::Failure failure;
  payload::to_proto(error, failure);
  rejections_.push_back(update.machine.rejection(failure));
}

// The handler has ended, with `error` where it threw. Anything but a failure fails the workflow task.
void Updates::finish(Update& update, const std::exception_ptr& error) {
  temporal::api::update::v1::Outcome outcome;
  if (error) {
    try {
      std::rethrow_exception(error);
    } catch (const FailureError&) {
      payload::to_proto(error, *outcome.mutable_failure());
    } catch (...) {
      run_.on_escaped(error);
      return;
    }
  } else {
    auto& success = *outcome.mutable_success();
    if (!update.result.encoding.empty()) payload::append_payload(success, std::move(update.result));
  }
  update.machine.complete();
  QueuedCommand& command = run_.issue(CommandKind::complete_update, update.machine, {});
  if (CommandMessage* message = run_.message_of(command)) {
    update.machine.build(CommandKind::complete_update, *message);
    command.protocol_message = update.machine.response(outcome);
  }
}

void Updates::set_handler(std::string_view name, detail::UpdateFunctions functions) {
  if (run_.scheduler().is_destroying()) return;
  handlers_[std::string(name)] = std::make_shared<detail::UpdateFunctions>(std::move(functions));
  const auto waits = [&](const Update* update) { return update->name == name; };
  for (Update* update : without_handler_) {
    if (waits(update)) start(*update);
  }
  std::erase_if(without_handler_, waits);
}

void Updates::reject_unhandled() {
  for (Update* update : std::exchange(without_handler_, {})) reject(*update, unknown_update(*update));
}

std::exception_ptr Updates::unknown_update(const Update& update) const {
  std::vector<std::string> known;
  if (const Definition* definition = run_.definition()) {
    for (const UpdateHandler& handler : definition->updates) known.push_back(handler.name);
  }
  for (const auto& [name, functions] : handlers_) known.push_back(name);
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  std::string names;
  for (const std::string& name : known) names += (names.empty() ? "" : " ") + name;
  return std::make_exception_ptr(ApplicationError("Update handler for '" + update.name +
                                                  "' expected but not found, and there is no dynamic handler. "
                                                  "known updates: [" +
                                                  names + "]"));
}

// ---- what becomes of them ----------------------------------------------------------------------------------------

void Updates::take_rejections(ProtocolMessages& messages) {
  for (auto& rejection : std::exchange(rejections_, {})) messages.AddAllocated(rejection.release());
}

std::vector<std::string> Updates::unfinished() const {
  using State = machines::UpdateState;
  std::vector<std::string> names;
  for (const Update& update : updates_) {
    const State state = update.machine.state();
    if (state != State::accepted && state != State::accept_created) continue;
    if (update.unfinished_policy != HandlerUnfinishedPolicy::warn_and_abandon) continue;
    names.push_back("update \"" + update.name + "\" (id " + update.machine.ids().update_id + ")");
  }
  return names;
}

void Updates::forget_closed() {
  std::erase_if(updates_, [](const Update& update) { return update.machine.is_closed(); });
}

namespace detail {

void set_update_handler(std::string_view name, UpdateFunctions functions) {
  RunState::current_for_write().updates().set_handler(name, std::move(functions));
}

}  // namespace detail

std::optional<UpdateInfo> current_update_info() {
  const auto* task = dynamic_cast<const UpdateTask*>(RunState::current().scheduler().current_task());
  return task == nullptr ? std::nullopt : std::optional<UpdateInfo>(task->info());
}

bool all_handlers_finished() { return RunState::current().all_handlers_finished(); }

}  // namespace temporalio::workflow
