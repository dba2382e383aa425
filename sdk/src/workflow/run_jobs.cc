// One activation: the jobs that the events of a sequence gave, in Core's order, and then the code until it rests.
#include <algorithm>

#include "sdk/src/base/log.h"
#include "sdk/src/payload/failure.h"
#include "sdk/src/payload/payload_proto.h"
#include "sdk/src/workflow/run_state.h"

namespace temporalio::workflow {

using machines::CommandKind;

namespace {

// The coroutine of W::run.
class MainTask final : public coro::SpawnedTask<void> {
 public:
  MainTask(RunState& run, Task<void> task) : SpawnedTask(run.scheduler(), task.release()), run_(run) { name = "run"; }

 protected:
  void on_finished() override {
    SpawnedTask::on_finished();
    run_.on_main_finished(error());
  }

 private:
  RunState& run_;
};

// A signal handler that awaits.
class SignalTask final : public coro::SpawnedTask<void> {
 public:
  SignalTask(RunState& run, Task<void> task, const char* handler)
      : SpawnedTask(run.scheduler(), task.release()), run_(run) {
    name = handler;
  }

 protected:
  void on_finished() override {
    SpawnedTask::on_finished();
    if (error()) run_.on_handler_finished(error());
  }

 private:
  RunState& run_;
};

// As in the other SDKs: a signal that cannot be read is dropped, or no worker could ever get past it.
void log_dropped_signal(const RunState& run, const std::string& signal, const PayloadDecodeError& error) {
  if (run.is_replaying()) return;
  base::log(LogLevel::warning,
            "workflow " + run.info().workflow_id + " dropped signal \"" + signal + "\": " + error.what());
}

using DynamicHandler = std::shared_ptr<std::function<void(const PayloadListView&)>>;

// A signal handler that awaits nothing: one step in the same queue as everything else. The event outlives it, because
// the queue is emptied within the activation.
class PlainSignalTask final : public coro::TaskState {
 public:
  PlainSignalTask(RunState& run, const HistoryEvent& event, const Handler* handler, void* instance,
                  DynamicHandler dynamic)
      : TaskState(run.scheduler(), nullptr),
        run_(run),
        event_(event),
        handler_(handler),
        instance_(instance),
        dynamic_(std::move(dynamic)) {}

 protected:
  void run_plain() override {
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
      run_.on_handler_finished(std::current_exception());
    }
  }

 private:
  RunState& run_;
  const HistoryEvent& event_;
  const Handler* handler_;
  void* instance_;
  DynamicHandler dynamic_;
};

// The cancellation of the workflow takes its turn in the queue, behind the signal handlers of its activation and what
// earlier jobs woke: what those issue comes before what the cancellation issues.
class CancelTask final : public coro::TaskState {
 public:
  CancelTask(coro::Scheduler& scheduler, coro::TaskState& main) : TaskState(scheduler, nullptr), main_(&main) {}

 protected:
  void run_plain() override { main_->cancel(); }

 private:
  coro::Ref<coro::TaskState> main_;
};

// A job that the history has behind the cancellation does not overtake it.
class ResolveTask final : public coro::TaskState {
 public:
  ResolveTask(coro::Scheduler& scheduler, RunOperation& operation)
      : TaskState(scheduler, nullptr), operation_(&operation) {}

 protected:
  void run_plain() override { operation_->completion().resolve(); }

 private:
  coro::Ref<RunOperation> operation_;
};

// Queues a task that nobody else holds.
void start(coro::Scheduler& scheduler, coro::TaskState* task) {
  const coro::Ref<coro::TaskState> reference(task);
  scheduler.start(*reference);
}

}  // namespace

bool RunState::activate() {
  first_new_command_ = commands_.size();
  use_core_flag(kCoreIdAndTypeChecks);
  use_lang_flag(kLangSingleBatch);
  if (options_.progress != nullptr) options_.progress->store(last_event_id_, std::memory_order_relaxed);
  coro::Scheduler::Enter enter(scheduler_);
  const bool starts = started_event_ != nullptr;
  const bool has_jobs = starts || !signals_.empty() || !jobs_.empty();
  if (starts && !create_instance()) return false;
  for (const HistoryEvent* signal : signals_) deliver_signal(*signal);
  signals_.clear();
  bool is_cancel_queued = false;
  for (const Job& job : jobs_) {
    if (job.operation != nullptr) {
      if (is_cancel_queued) {
        start(scheduler_, new ResolveTask(scheduler_, *job.operation));
      } else {
        job.operation->completion().resolve();
      }
      closing_.emplace_back(job.operation);
      job.operation->release();
    } else {
      is_cancel_requested_ = true;
      if (!main_) continue;
      start(scheduler_, new CancelTask(scheduler_, *main_));
      is_cancel_queued = true;
    }
  }
  jobs_.clear();
  // Last, so that handlers of signals that came first run first; its first step is behind theirs in the queue.
  if (starts && main_) scheduler_.start(*main_);
  started_event_ = nullptr;
  if (has_jobs) scheduler_.run();
  closing_.clear();
  arrange_closing_command();
  return !failure_;
}

bool RunState::create_instance() {
  const auto& attributes = started_event_->workflow_execution_started_event_attributes();
  try {
    const PayloadListView arguments = payload::view(attributes.input());
    instance_ = definition_->create(arguments);
    main_ = coro::Ref<coro::TaskState>(new MainTask(*this, definition_->run(instance_, arguments, &result_)));
  } catch (...) {
    on_main_finished(std::current_exception());
  }
  return !failure_;
}

void RunState::deliver_signal(const HistoryEvent& event) {
  const auto& attributes = event.workflow_execution_signaled_event_attributes();
  const std::string& name = attributes.signal_name();
  if (!signal_handlers_.empty()) {
    if (const auto dynamic = signal_handlers_.find(name); dynamic != signal_handlers_.end()) {
      start(scheduler_, new PlainSignalTask(*this, event, nullptr, nullptr, dynamic->second));
      return;
    }
  }
  for (const Handler& handler : definition_->signals) {
    if (handler.name != name || instance_ == nullptr) continue;
    if (handler.call != nullptr) {
      start(scheduler_, new PlainSignalTask(*this, event, &handler, instance_, nullptr));
      return;
    }
    try {
      start(scheduler_,
            new SignalTask(*this, handler.start(instance_, payload::view(attributes.input())), handler.name.c_str()));
    } catch (const PayloadDecodeError& error) {
      log_dropped_signal(*this, name, error);
    } catch (...) {
      on_handler_finished(std::current_exception());
    }
    return;
  }
  // Nobody handles it yet: run() may set a handler.
  buffered_signals_.push_back({name, std::make_unique<HistoryEvent>(event)});
}

void RunState::set_signal_handler(std::string_view name, std::function<void(const PayloadListView&)> handler) {
  if (scheduler_.is_destroying()) return;
  auto shared = std::make_shared<std::function<void(const PayloadListView&)>>(std::move(handler));
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

void RunState::on_main_finished(const std::exception_ptr& error) {
  if (is_closed_ || failure_) return;
  if (!error) {
    CommandMessage* message = nullptr;
    if (is_sending()) {
      message = new CommandMessage;
      auto& attributes = *message->mutable_complete_workflow_execution_command_attributes();
      if (!result_.encoding.empty()) payload::append_payload(*attributes.mutable_result(), std::move(result_));
    }
    queue_closing(CommandKind::complete_workflow, {}, message);
    return;
  }
  try {
    std::rethrow_exception(error);
  } catch (const ContinueAsNewRequest& request) {
    CommandMessage* message = nullptr;
    if (is_sending()) {
      message = new CommandMessage;
      message->mutable_continue_as_new_workflow_execution_command_attributes()->Swap(request.attributes.get());
    }
    queue_closing(CommandKind::continue_as_new, request.location, message);
  } catch (const FailureError& failure) {
    on_handler_finished(error);
  } catch (...) {
    fail_with(error);
  }
}

// How run() or a signal handler fails the workflow; anything but a failure fails the workflow task instead.
void RunState::on_handler_finished(const std::exception_ptr& error) {
  if (is_closed_ || failure_) return;
  try {
    std::rethrow_exception(error);
  } catch (const FailureError& failure) {
    const bool is_cancelled = is_cancel_requested_ && is_cancelled_exception(failure);
    CommandMessage* message = nullptr;
    if (is_sending()) {
      message = new CommandMessage;
      if (is_cancelled) {
        message->mutable_cancel_workflow_execution_command_attributes();
      } else {
        payload::to_proto(error, *message->mutable_fail_workflow_execution_command_attributes()->mutable_failure());
      }
    }
    queue_closing(is_cancelled ? CommandKind::cancel_workflow : CommandKind::fail_workflow, {}, message);
  } catch (const ContinueAsNewRequest&) {
    on_main_finished(error);
  } catch (...) {
    fail_with(error);
  }
}

// The closing command comes last, whatever was issued after it in the same activation. Histories recorded before Core
// did so (without the flag) lost what came after.
void RunState::arrange_closing_command() {
  std::size_t closing = first_new_command_;
  while (closing < commands_.size() && !machines::is_closing(commands_[closing].kind)) ++closing;
  if (closing + 1 >= commands_.size()) return;
  if (!use_core_flag(kCoreMoveTerminalCommands)) {
    commands_.erase(commands_.begin() + static_cast<std::ptrdiff_t>(closing) + 1, commands_.end());
    return;
  }
  QueuedCommand last = std::move(commands_[closing]);
  commands_.erase(commands_.begin() + static_cast<std::ptrdiff_t>(closing));
  commands_.push_back(std::move(last));
}

bool RunState::use_core_flag(std::uint32_t flag) {
  if (has_core_flag(flag)) return true;
  if (is_replaying_) return false;
  core_flags_ |= std::uint64_t{1} << flag;
  new_core_flags_.push_back(flag);
  return true;
}

bool RunState::use_lang_flag(std::uint32_t flag) {
  const std::uint64_t bit = std::uint64_t{1} << flag;
  if ((lang_flags_ & bit) != 0) return true;
  if (is_replaying_) return false;
  lang_flags_ |= bit;
  new_lang_flags_.push_back(flag);
  return true;
}

}  // namespace temporalio::workflow
