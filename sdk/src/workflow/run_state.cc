#include "sdk/src/workflow/run_state.h"

#include <stdexcept>

#include "sdk/src/payload/payload_proto.h"
#include "temporal/api/sdk/v1/user_metadata.pb.h"

namespace temporalio::workflow {

RunState::RunState(const Registry& registry, RunOptions options) : registry_(registry), options_(std::move(options)) {
  scheduler_.owner = this;
  scheduler_.is_workflow = true;
  if (options_.wrap_outbound) outbound_ = options_.wrap_outbound(*this);
}

RunState::~RunState() {
  coro::Scheduler::Enter enter(scheduler_);
  scheduler_.destroy_all();
  main_ = coro::Ref<coro::TaskState>();
  if (instance_ != nullptr) definition_->destroy(instance_);
}

RunState& RunState::current() {
  coro::Scheduler* scheduler = coro::Scheduler::current();
  if (scheduler == nullptr || !scheduler->is_workflow) {
    throw std::logic_error("this function of temporalio::workflow was called outside of workflow code");
  }
  return *static_cast<RunState*>(scheduler->owner);
}

// Destructors of locals may call the API while a run is removed from memory. Throwing there would end the process: they
// get timers and activities like any other, which go with the run and never reach the server.
RunState& RunState::current_for_write() {
  RunState& run = current();
  run.refuse_in_query();
  return run;
}

QueuedCommand& RunState::issue(machines::CommandKind kind, coro::Ref<RunOperation> operation) {
  QueuedCommand& command = commands_.push(kind, operation->machine(), operation->location());
  command.operation = std::move(operation);
  return command;
}

QueuedCommand& RunState::issue(machines::CommandKind kind, machines::Machine& machine, SourceLocation location) {
  return commands_.push(kind, machine, location);
}

CommandMessage* RunState::message_of(QueuedCommand& command) const {
  if (!is_sending()) return nullptr;
  command.message = std::make_unique<CommandMessage>();
  return command.message.get();
}

bool RunState::fail(TaskVerdict verdict, std::string message, std::int64_t event_id) {
  if (failure_) return false;
  Failure failure;
  failure.verdict = verdict;
  failure.message = std::move(message);
  failure.event_id = event_id;
  failure_ = std::move(failure);
  return false;
}

void RunState::fail_with(const std::exception_ptr& error) {
  if (failure_) return;
  Failure failure;
  failure.verdict = TaskVerdict::code_failed;
  failure.error = error;
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    failure.message = exception.what();
  } catch (...) {
    failure.message = "workflow code threw something that is no std::exception";
  }
  failure.event_id = cursor_.last_event_id();
  failure_ = std::move(failure);
}

Random& RunState::random() {
  if (!random_) random_.emplace(random_seed_);
  return *random_;
}

void RunState::detach_results() {
  for (const coro::Ref<RunOperation>& operation : resolved_) {
    if (operation->references() > 1) operation->detach();
  }
  resolved_.clear();
}

void set_summary(CommandMessage& message, std::string_view summary) {
  if (summary.empty()) return;
  payload::to_proto(to_payload(std::string(summary)), *message.mutable_user_metadata()->mutable_summary());
}

}  // namespace temporalio::workflow
