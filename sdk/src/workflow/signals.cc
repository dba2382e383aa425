// Signals: the handlers of the class and those that code sets, each a task of its own, and what waits for a handler.
#include <algorithm>

#include "sdk/src/base/log.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/run_state.h"
#include "temporalio/workflow.h"

namespace temporalio::workflow {
namespace {

// A signal handler that awaits.
class SignalTask final : public coro::SpawnedTask<void> {
 public:
  SignalTask(RunState& run, Task<void> task, const Handler& handler)
      : SpawnedTask(run.scheduler(), task.release()), run_(run), policy_(handler.unfinished_policy) {
    name = handler.name.c_str();
    run.on_handler_began();
  }

  bool warns_when_unfinished() const { return policy_ == HandlerUnfinishedPolicy::warn_and_abandon; }

 protected:
  void on_finished() override {
    SpawnedTask::on_finished();
    run_.on_handler_ended();
    if (error()) run_.on_escaped(error());
  }

 private:
  RunState& run_;
  HandlerUnfinishedPolicy policy_;
};

// As in the other SDKs: a signal that cannot be read is dropped, or no worker could ever get past it.
void log_dropped_signal(const RunState& run, const std::string& signal, const PayloadDecodeError& error) {
  if (run.is_replaying()) return;
  base::log(LogLevel::warning,
            "workflow " + run.info().workflow_id + " dropped signal \"" + signal + "\": " + error.what());
}

// A signal handler that awaits nothing: one step in the same queue as everything else. The event outlives it, because
// the queue is emptied within the activation.
class PlainSignalTask final : public coro::TaskState {
 public:
  PlainSignalTask(RunState& run, const HistoryEvent& event, const Handler* handler, void* instance,
                  SharedSignalHandler dynamic)
      : TaskState(run.scheduler(), nullptr),
        run_(run),
        event_(event),
        handler_(handler),
        instance_(instance),
        dynamic_(std::move(dynamic)) {
    run.on_handler_began();
  }

 protected:
  void run_plain() override {
    handle();
    run_.on_handler_ended();
  }

 private:
  void handle() {
    const auto& attributes = event_.workflow_execution_signaled_event_attributes();
    try {
      if (dynamic_) {
        (*dynamic_)(payload::view(attributes.input()));
      } else {
        handler_->call(instance_, payload::view(attributes.input()));
      }
    } catch (const PayloadDecodeError& error) {
      log_dropped_signal(run_, attributes.signal_name(), error);
    } catch (...) {
      run_.on_escaped(std::current_exception());
    }
  }

  RunState& run_;
  const HistoryEvent& event_;
  const Handler* handler_;
  void* instance_;
  SharedSignalHandler dynamic_;
};

}  // namespace

void RunState::deliver_signal(const HistoryEvent& event) {
  const auto& attributes = event.workflow_execution_signaled_event_attributes();
  const std::string& name = attributes.signal_name();
  if (!signal_handlers_.empty()) {
    if (const auto dynamic = signal_handlers_.find(name); dynamic != signal_handlers_.end()) {
      start_task(new PlainSignalTask(*this, event, nullptr, nullptr, dynamic->second));
      return;
    }
  }
  for (const Handler& handler : definition_->signals) {
    if (handler.name != name || instance_ == nullptr) continue;
    if (handler.call != nullptr) {
      start_task(new PlainSignalTask(*this, event, &handler, instance_, nullptr));
      return;
    }
    try {
      start_task(new SignalTask(*this, handler.start(instance_, payload::view(attributes.input())), handler));
    } catch (const PayloadDecodeError& error) {
      log_dropped_signal(*this, name, error);
    } catch (...) {
      on_escaped(std::current_exception());
    }
    return;
  }
  // Nobody handles it yet: run() may set a handler.
  buffered_signals_.push_back({name, std::make_unique<HistoryEvent>(event)});
}

std::vector<std::string> RunState::unfinished_signals() const {
  std::vector<std::string> names;
  for (coro::TaskState* task = scheduler_.first_live(); task != nullptr; task = coro::Scheduler::next_live(*task)) {
    const auto* signal = dynamic_cast<const SignalTask*>(task);
    if (signal != nullptr && signal->warns_when_unfinished())
      names.push_back(std::string("signal \"") + signal->name + "\"");
  }
  return names;
}

void RunState::set_signal_handler(std::string_view name, std::function<void(const PayloadListView&)> handler) {
  if (scheduler_.is_destroying()) return;
  const auto shared = std::make_shared<std::function<void(const PayloadListView&)>>(std::move(handler));
  signal_handlers_[std::string(name)] = shared;
  // One at a time: a handler may throw, or set handlers that take signals of their own.
  for (;;) {
    const auto next = std::find_if(buffered_signals_.begin(), buffered_signals_.end(),
                                   [&](const BufferedSignal& buffered) { return buffered.name == name; });
    if (next == buffered_signals_.end()) return;
    const BufferedSignal signal = std::move(*next);
    buffered_signals_.erase(next);
    try {
      (*shared)(payload::view(signal.event->workflow_execution_signaled_event_attributes().input()));
    } catch (const PayloadDecodeError& error) {
      log_dropped_signal(*this, signal.name, error);
    }
  }
}

void set_signal_handler(std::string_view name, std::function<void(const PayloadListView&)> handler) {
  RunState::current_for_write().set_signal_handler(name, std::move(handler));
}

}  // namespace temporalio::workflow
