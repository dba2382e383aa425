// The conductor of one run: it takes the history's events to the machines, brings jobs to the code, and compares what
// the code issues with what the history recorded. Its parts: events.cc applies events, matching.cc compares command
// events with issued commands, activation.cc runs the code; each capability that code can use has a file of its own
// (timers.cc, activities.cc, patches.cc, signals.cc, queries.cc, closing.cc ...), which needs nothing here but what is
// public.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sdk/src/machines/closing.h"
#include "sdk/src/workflow/command_queue.h"
#include "sdk/src/workflow/history_cursor.h"
#include "sdk/src/workflow/job.h"
#include "sdk/src/workflow/open_operations.h"
#include "sdk/src/workflow/outbound.h"
#include "sdk/src/workflow/patches.h"
#include "sdk/src/workflow/registry.h"
#include "sdk/src/workflow/replay.h"
#include "sdk/src/workflow/run.h"
#include "sdk/src/workflow/sdk_flags.h"
#include "sdk/src/workflow/sequencer.h"
#include "sdk/src/workflow/updates.h"
#include "temporalio/workflow.h"

namespace temporalio::workflow {

using HistoryEvent = temporal::api::history::v1::HistoryEvent;
using SharedSignalHandler = std::shared_ptr<std::function<void(const PayloadListView&)>>;

class RunState : private Outbound {
 public:
  RunState(const Registry& registry, RunOptions options);
  ~RunState() override;
  RunState(const RunState&) = delete;
  RunState& operator=(const RunState&) = delete;

  // The run whose code is running on this thread. Throws std::logic_error outside of workflow code.
  static RunState& current();
  // The same for calls that change something: throws std::logic_error inside a query, too.
  static RunState& current_for_write();

  // ---- the outcome ----
  struct Failure {
    TaskVerdict verdict = TaskVerdict::completed;
    std::exception_ptr error;
    std::string message;
    std::int64_t event_id = 0;
    std::optional<Divergence> divergence;
  };
  const std::optional<Failure>& failure() const { return failure_; }

  // ---- for the driver: run.cc and replay.cc ----
  // Applies all events from index `begin` on, running code after each sequence. False when the run has failed.
  bool apply_history(const HistoryEvents& events, int begin);
  // What came with the workflow task besides its history; lives as long as the task is open.
  void set_messages(const ProtocolMessages* messages) { messages_ = messages; }
  // Moves the commands that this workflow task issued into `commands`, and what they and rejected updates tell the
  // service into `messages`.
  void take_commands(google::protobuf::RepeatedPtrField<CommandMessage>& commands, ProtocolMessages& messages) {
    commands_.take(commands, messages);
    updates_.take_rejections(messages);
  }
  // Results that code has not read yet no longer point into the task's history.
  void detach_results();
  Payload answer_query(std::string_view name, const PayloadListView& arguments);
  SdkFlags& flags() { return flags_; }
  std::int64_t last_event_id() const { return cursor_.last_event_id(); }
  bool is_closed() const { return is_closed_; }

  // ---- for capabilities: what code asks for ----
  // Where every OutboundCall goes.
  Outbound& outbound() { return outbound_ != nullptr ? *outbound_ : static_cast<Outbound&>(*this); }
  // The next number of things that begin with this kind of command, from 1.
  std::uint32_t next_sequence(machines::CommandKind kind) { return ++sequences_[static_cast<std::size_t>(kind)]; }
  // Queues a command of the operation's machine, or of a machine that lives as long as the run.
  QueuedCommand& issue(machines::CommandKind kind, coro::Ref<RunOperation> operation);
  QueuedCommand& issue(machines::CommandKind kind, machines::Machine& machine, SourceLocation location);
  // The message to fill in; null where the command will not be sent, since the run is replaying.
  CommandMessage* message_of(QueuedCommand& command) const;
  bool use_core_flag(std::uint32_t flag) { return flags_.use_core(flag, is_replaying_); }
  Patches& patches() { return patches_; }
  Updates& updates() { return updates_; }
  // Queues a task that nobody else holds.
  void start_task(coro::TaskState* task);
  // The handler of a signal or an update is under way, until it has ended.
  void on_handler_began() { ++handlers_under_way_; }
  void on_handler_ended() { --handlers_under_way_; }
  // Makes the run refuse changes for a scope, in which code may only read.
  class ReadOnly {
   public:
    explicit ReadOnly(RunState& run) : run_(run) { run_.is_read_only_ = true; }
    ~ReadOnly() { run_.is_read_only_ = false; }
    ReadOnly(const ReadOnly&) = delete;
    ReadOnly& operator=(const ReadOnly&) = delete;

   private:
    RunState& run_;
  };
  void set_signal_handler(std::string_view name, std::function<void(const PayloadListView&)> handler);
  void set_query_handler(std::string_view name, std::function<Payload(const PayloadListView&)> handler);
  // run() has ended; `error` is null where it returned.
  void on_main_finished(const std::exception_ptr& error);
  // What escaped from run() or from a signal handler.
  void on_escaped(const std::exception_ptr& error);

  // ---- for capabilities: what code may know ----
  bool is_replaying() const { return is_replaying_; }
  // What is issued now will be sent.
  bool is_sending() const { return !is_replaying_ && !options_.is_replay_only; }
  bool is_cancel_requested() const { return is_cancel_requested_; }
  bool all_handlers_finished() const { return handlers_under_way_ == 0; }
  const Definition* definition() const { return definition_; }
  void* instance() const { return instance_; }
  // Throws std::logic_error inside a query.
  void refuse_in_query() const;
  const Info& info() const { return info_; }
  // What the run was started with and hands to a run that continues it: retry policy, memo, search attributes.
  using CarriedOver = temporal::api::command::v1::ContinueAsNewWorkflowExecutionCommandAttributes;
  const CarriedOver& carried_over() const { return carried_over_; }
  SystemTime now() const { return now_; }
  Random& random();
  std::string stack_trace() const;
  coro::Scheduler& scheduler() { return scheduler_; }

 private:
  // The end of the chain of interceptors.
  void call(OutboundCall& request) override { request.issue(*this); }

  // Always false.
  bool fail(TaskVerdict verdict, std::string message, std::int64_t event_id = 0);
  void fail_with(const std::exception_ptr& error);
  // `command`: what the code issued instead; null: nothing. Always false.
  bool diverge(const HistoryEvent& event, const QueuedCommand* command, const std::string& message);
  bool refuse(const HistoryEvent& event, const QueuedCommand* command, const machines::Refusal& refusal);
  // Whether the step was accepted; where it was not, the run has failed.
  bool accepted(const machines::Step& step, const HistoryEvent& event, const QueuedCommand* command = nullptr) {
    return step.is_accepted() || refuse(event, command, step.refusal());
  }
  machines::Recording recording() const { return {flags_.has_core(kCoreIdAndTypeChecks), flags_.is_own()}; }

  // events.cc
  bool apply_sequence(const HistoryEvents& events, const Sequence& sequence);
  void deliver_updates_before(std::int64_t event_id);
  bool apply_event(const HistoryEvent& event, bool concludes);
  bool apply_run_event(const HistoryEvent& event, bool concludes);
  bool apply_about(const HistoryEvent& event, const machines::EventRow& row);
  bool on_started(const HistoryEvent& event);
  bool on_task_completed(const HistoryEvent& event);
  bool refuse_reference(const HistoryEvent& event, std::int64_t initiated_event_id);

  // matching.cc
  bool match(const HistoryEvent& event);
  bool check_no_command_left(const HistoryEvent* next);
  QueuedCommand* drop_patch_markers();

  // activation.cc
  bool activate();
  void order_jobs();
  bool create_instance(const HistoryEvent& started);
  struct ApplyJob;

  // signals.cc
  void deliver_signal(const HistoryEvent& event);
  std::vector<std::string> unfinished_signals() const;

  // closing.cc
  CommandMessage* close(machines::CommandKind kind, SourceLocation location);
  void arrange_closing_command();
  void warn_of_unfinished_handlers() const;
  void warn_of_unhandled_signals() const;

  const Registry& registry_;
  RunOptions options_;
  std::unique_ptr<Outbound> outbound_;  // null: nothing wraps this object
  Info info_;
  CarriedOver carried_over_;
  SystemTime now_{};
  HistoryCursor cursor_;
  SdkFlags flags_;
  bool is_replaying_ = false;
  bool is_read_only_ = false;
  bool is_cancel_requested_ = false;
  bool is_closed_ = false;  // a closing command was issued
  std::optional<Failure> failure_;

  // Where we are among the command events of a completed workflow task.
  bool is_expecting_commands_ = false;
  std::int64_t completed_event_id_ = 0;
  int completed_tasks_ = 0;

  const Definition* definition_ = nullptr;
  void* instance_ = nullptr;
  Payload result_;
  std::uint64_t random_seed_ = 0;
  std::optional<Random> random_;

  Patches patches_;
  Updates updates_{*this};
  const ProtocolMessages* messages_ = nullptr;
  bool is_applying_recorded_task_ = false;
  int handlers_under_way_ = 0;
  std::optional<machines::ClosingMachine> end_;
  std::array<std::uint32_t, machines::kCommandKinds> sequences_{};
  CommandQueue commands_;
  OpenOperations open_;
  std::vector<Job> jobs_;  // of the coming activation; operations live until the code has run, since it may await them
  std::vector<coro::Ref<RunOperation>> resolved_;  // in this task; their outcomes point into its history

  struct BufferedSignal {
    std::string name;
    std::unique_ptr<HistoryEvent> event;
  };
  std::vector<BufferedSignal> buffered_signals_;
  std::unordered_map<std::string, SharedSignalHandler> signal_handlers_;
  std::unordered_map<std::string, std::function<Payload(const PayloadListView&)>> query_handlers_;

  // In this activation, jobs take as many turns of the ready queue as in the Python SDK, which recorded the history.
  bool takes_python_turns_ = false;
  coro::Ref<coro::TaskState> main_;
  bool is_cancel_queued_ = false;  // in this activation: what comes behind the cancellation does not overtake it
  coro::Scheduler scheduler_;
};

// Sets the line for people that goes with a command; nothing where it is empty.
void set_summary(CommandMessage& message, std::string_view summary);

}  // namespace temporalio::workflow
