// Queries: answered between activations, and change nothing.
#include <stdexcept>

#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/run_state.h"
#include "temporalio/workflow.h"

namespace temporalio::workflow {

void RunState::refuse_in_query() const {
  if (is_read_only_) throw std::logic_error("a query or a validator may not change the workflow: it only reads");
}

void RunState::set_query_handler(std::string_view name, std::function<Payload(const PayloadListView&)> handler) {
  query_handlers_[std::string(name)] = std::move(handler);
}

Payload RunState::answer_query(std::string_view name, const PayloadListView& arguments) {
  coro::Scheduler::Enter enter(scheduler_);
  const ReadOnly read_only(*this);
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
    text += "open " + operation->title() + " of event " + std::to_string(id) + ", started at " +
            operation->location().file + ":" + std::to_string(operation->location().line) + "\n";
  });
  return text;
}

void set_query_handler(std::string_view name, std::function<Payload(const PayloadListView&)> handler) {
  RunState::current_for_write().set_query_handler(name, std::move(handler));
}

}  // namespace temporalio::workflow
