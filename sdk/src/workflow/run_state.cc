#include "sdk/src/workflow/run_state.h"

#include <stdexcept>

#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"

namespace temporalio::workflow {

RunState::RunState(const Registry& registry, RunOptions options) : registry_(registry), options_(std::move(options)) {
  scheduler_.owner = this;
  scheduler_.is_workflow = true;
}

RunState::~RunState() {
  coro::Scheduler::Enter enter(scheduler_);
  scheduler_.destroy_all();
  main_ = coro::Ref<coro::TaskState>();
  if (instance_ != nullptr) definition_->destroy(instance_);
  for (const Job& job : jobs_) {
    if (job.operation != nullptr) job.operation->release();
  }
  open_.for_each([](std::int64_t, RunOperation* operation) { operation->release(); });
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

void RunState::refuse_in_query() const {
  if (is_read_only_) throw std::logic_error("a query may not change the workflow: it only reads");
}

void RunState::fail(TaskVerdict verdict, std::string message, std::int64_t event_id) {
  if (failure_) return;
  Failure failure;
  failure.verdict = verdict;
  failure.message = std::move(message);
  failure.event_id = event_id;
  failure_ = std::move(failure);
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
  failure.event_id = last_event_id_;
  failure_ = std::move(failure);
}

Random& RunState::random() {
  if (!random_) random_.emplace(random_seed_);
  return *random_;
}

void RunState::set_query_handler(std::string_view name, std::function<Payload(const PayloadListView&)> handler) {
  query_handlers_[std::string(name)] = std::move(handler);
}

Payload RunState::answer_query(std::string_view name, const PayloadListView& arguments) {
  struct ReadOnly {
    bool& flag;
    ~ReadOnly() { flag = false; }
  };
  coro::Scheduler::Enter enter(scheduler_);
  is_read_only_ = true;
  const ReadOnly read_only{is_read_only_};
  if (const auto dynamic = query_handlers_.find(std::string(name)); dynamic != query_handlers_.end()) {
    return dynamic->second(arguments);
  }
  std::string known;
  if (definition_ != nullptr && instance_ != nullptr) {
    for (const Handler& handler : definition_->queries) {
      if (handler.name == name) return handler.query(instance_, arguments);
      known += (known.empty() ? "" : ", ") + handler.name;
    }
  }
  if (name == "__stack_trace") return to_payload(stack_trace());
  for (const auto& [dynamic_name, handler] : query_handlers_) known += (known.empty() ? "" : ", ") + dynamic_name;
  throw std::invalid_argument("workflow " + info_.workflow_type + " has no query \"" + std::string(name) +
                              "\"; known queries: " + (known.empty() ? std::string("none") : known));
}

std::string RunState::stack_trace() const {
  std::string text;
  for (coro::TaskState* task = scheduler_.first_live(); task != nullptr; task = coro::Scheduler::next_live(*task)) {
    text += "task ";
    text += *task->name != '\0' ? task->name : "(unnamed)";
    text += task->waiting() != nullptr ? ": waiting\n" : ": ready\n";
  }
  open_.for_each([&](std::int64_t id, RunOperation* operation) {
    text += operation->kind() == RunOperation::Kind::timer ? "open timer" : "open activity";
    if (operation->kind() == RunOperation::Kind::activity) {
      text += " " + static_cast<ActivityOperation*>(operation)->type();
    }
    text += " of event " + std::to_string(id) + ", started at " + operation->location().file + ":" +
            std::to_string(operation->location().line) + "\n";
  });
  return text;
}

void RunState::detach_results() {
  for (const coro::Ref<RunOperation>& operation : resolved_) {
    if (operation->references() > 1) operation->detach();
  }
  resolved_.clear();
}

}  // namespace temporalio::workflow
